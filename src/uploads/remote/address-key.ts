import { unescaped } from '../../core/http/unescaped.ts';

/** By which an address is known again, however the host writes it: with or without escapes. */
export function addressKey(address: string): string {
  const href = URL.canParse(address) ? new URL(address).href : address;
  return unescaped(href) ?? href;
}
