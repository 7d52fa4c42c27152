import { z } from 'zod';
import type { KeyValues } from './catalog/db/key-values.ts';
import { jsonOf } from './core/codec.ts';

/** When this catalog was first served, as far as that is known. @param now milliseconds UTC */
export async function firstStartOf(keyValues: KeyValues, now: number): Promise<number> {
  const kept = keyValues.entry('firstStartAt', jsonOf(z.number()));
  const known = await kept.get();
  if (known === undefined) await kept.put(now);
  return known ?? now;
}
