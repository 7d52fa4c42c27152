import { z } from 'zod';
import type { Settings } from '../config/settings.ts';
import type { KeyValues } from './catalog/db/key-values.ts';
import { jsonOf } from './core/codec.ts';

/**
 * What every address of ours begins with: what the settings say, else where it listens as this machine reaches it.
 * @param isKept where the settings say nothing, the one that was in force last goes before
 */
export async function baseUrlOf(
  { baseUrl: named, host, port, tlsCert }: Settings['server'],
  keyValues: KeyValues,
  isKept = false,
): Promise<string> {
  const last = keyValues.entry('baseUrl', jsonOf(z.url({ protocol: /^https?$/ })));
  if (named !== undefined) {
    await last.put(named);
    return named;
  }
  const before = isKept ? await last.get() : undefined;
  return before ?? `${tlsCert === undefined ? 'http' : 'https'}://${localName(host)}:${port}`;
}

/** An address that listens everywhere is reached on this machine by this name. */
function localName(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
