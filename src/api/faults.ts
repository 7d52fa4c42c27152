import type { z } from 'zod';

/** What is wrong with something that was read, each fault with its place: `body.year: ...; limit: ...`. */
export function faultsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('; ');
}
