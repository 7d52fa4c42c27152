import { z } from 'zod';
import type { Rule } from '../src/delivery/policy/rules.ts';
import type { ReadValue } from './read-value.ts';
import { field, rowReader } from './rows.ts';
import { asks, families, gives, networkZones } from './values.ts';

/** One word, or a list of them. */
function words<T extends string>(values: readonly [T, ...T[]]) {
  const schema = z
    .preprocess((raw) => (Array.isArray(raw) ? raw : [raw]), z.array(z.enum(values)).min(1))
    .exactOptional();
  return field(schema, `one or several of ${values.join(', ')}`);
}

/** A line of `delivery.rules`, such as `{name: tv, client: [vlc], from: [private], give: redirect}`. */
export const readRule: (raw: unknown) => ReadValue<Rule> = rowReader(
  {
    name: field(
      z
        .string()
        .regex(/^[\w-]{1,40}$/)
        .exactOptional(),
      'a name of at most 40 letters, digits, - and _, without spaces',
    ),
    client: words(families),
    from: words(networkZones),
    asks: words(asks),
    give: field(z.enum(gives), `one of ${gives.join(', ')}`),
  },
  (row) => ({ value: { name: 'own', ...row, why: 'the settings say so' } }),
);
