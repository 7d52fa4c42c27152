import { z } from 'zod';
import { nearMiss } from './nearest.ts';
import { kindOf, type ReadValue, type Wrong } from './read-value.ts';

/** One key of a row: what it may be, and the same for a person. */
export interface Field<S extends z.ZodType = z.ZodType> {
  schema: S;
  /** The end of the sentence "must be ...". */
  right: string;
  /** What is wrong with a value, where that can be said without showing it. */
  explain?: (raw: unknown) => string | undefined;
}

export type RowFields = Readonly<Record<string, Field>>;

type Schemas<F extends RowFields> = { [K in keyof F]: F[K]['schema'] };

/** A row whose keys were all read. */
export type RowOf<F extends RowFields> = z.output<z.ZodObject<Schemas<F>>>;

export function field<S extends z.ZodType>(
  schema: S,
  right: string,
  explain?: (raw: unknown) => string | undefined,
): Field<S> {
  return { schema, right, ...(explain && { explain }) };
}

/**
 * Reads the rows of a table, one at a time, and says everything that is wrong with one in our words.
 * @param finish looks at what no key shows by itself, and gives the row its form for the program
 */
export function rowReader<const F extends RowFields, T>(
  fields: F,
  finish: (row: RowOf<F>) => ReadValue<T>,
): (raw: unknown) => ReadValue<T> {
  const schemas = Object.fromEntries(Object.entries(fields).map(([key, { schema }]) => [key, schema]));
  const shape = z.strictObject(schemas as Schemas<F>);
  const keys = Object.keys(fields);
  return (raw) => {
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
      return { wrongs: [{ wrong: `is ${kindOf(raw)}`, right: mapOf(keys) }] };
    const read = shape.safeParse(raw);
    if (read.success) return finish(read.data as RowOf<F>);
    const wrongs = read.error.issues.flatMap((issue) => inWords(issue, fields, raw));
    // One thing said of one place is enough.
    const places = new Map(wrongs.map((wrong) => [JSON.stringify(wrong.at ?? []), wrong]));
    return { wrongs: [...places.values()] };
  };
}

function inWords(issue: z.core.$ZodIssue, fields: RowFields, raw: object): Wrong[] {
  const keys = Object.keys(fields);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, keys));
  const [key] = issue.path;
  const known = fields[String(key)];
  if (!known) return [{ wrong: 'is not right', right: mapOf(keys) }];
  const at = issue.path.slice(0, depthOf(raw, issue.path));
  const value = valueAt(raw, at);
  const wrong = at.length === 1 && value !== undefined ? known.explain?.(value) : undefined;
  return [
    {
      at,
      ...(wrong !== undefined && { wrong }),
      right: `must be ${known.right}`,
      part: { value },
    },
  ];
}

/** How far a path leads into what was written: one word may stand for a list of one. */
function depthOf(raw: unknown, path: readonly PropertyKey[]): number {
  const end = path.findIndex((_, depth) => {
    const value = valueAt(raw, path.slice(0, depth));
    return typeof value !== 'object' || value === null;
  });
  return end === -1 ? path.length : end;
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (value === undefined || value === null ? undefined : Reflect.get(Object(value), step)),
    raw,
  );
}

function unknownKey(key: string, keys: readonly string[]): Wrong {
  const meant = nearMiss(key, keys);
  // A token that stands where a key belongs is not told.
  const at = /^[a-z_-]{1,30}$/i.test(key) ? [key] : [];
  return {
    at,
    wrong: at.length > 0 ? 'there is no such key' : 'has a key that does not exist',
    right: meant ? `did you mean ${meant}?` : `keys are ${keys.join(', ')}`,
  };
}

function mapOf(keys: readonly string[]): string {
  return `must be a map with the keys ${keys.join(', ')}`;
}
