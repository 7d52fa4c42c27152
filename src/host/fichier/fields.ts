import { z } from 'zod';
import { BridgeError } from '../../core/errors.ts';

const maxNameLength = 1000;

const numeric = z.union([
  z.number(),
  z
    .string()
    .trim()
    .regex(/^-?\d{1,20}(?:\.\d{1,20})?$/)
    .transform(Number),
]);
/** A whole number that is not negative and that a double holds exactly; the host sends numbers as strings too. */
export const count = numeric.pipe(z.number().int().nonnegative());
/** A field that is worth having but not worth losing the rest for. */
export const optional = <T extends z.ZodType>(schema: T) => schema.nullish().catch(undefined);
export const number = optional(numeric);
export const text = optional(z.string().max(5000));
/** Zod wants even an unknown field to be there, unless told otherwise. */
export const anything = z.unknown().optional();
/** The name of a file or folder, made safe by {@link cleanName}. */
export const name = z.string().max(maxNameLength).transform(cleanName).pipe(z.string().min(1));
/** A folder is found by its id: a name that says nothing, or too much, costs none of what lies in it. */
export const folderName = z.string().transform((text) => cleanName(text.slice(0, maxNameLength)) || '~');

/** Checks a value or throws BRIDGE_HOST_ODD_ANSWER that names the fields and never their content. */
export function check<T>(shape: z.ZodType<T>, value: unknown, verb: string): T {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const fields = result.error.issues.slice(0, 3).map((issue) => issue.path.join('.') || 'the answer');
  throw oddAnswer(`${verb}: cannot read ${fields.join(', ')}`);
}

export function oddAnswer(detail: string): BridgeError {
  return new BridgeError('BRIDGE_HOST_ODD_ANSWER', { detail });
}

/** Yes or no as the host says it: 0, 1, "0", "1", null, or an object of rules that may all be empty. */
export function isSet(value: unknown): boolean {
  if (value === null || value === undefined || value === false) return false;
  if (Array.isArray(value)) return value.length > 0;
  // One level is all the host has; going deeper would let an answer decide how deep.
  if (typeof value === 'object') {
    return Object.values(value).some((part) =>
      typeof part === 'object' && part !== null ? Object.keys(part).length > 0 : isSet(part),
    );
  }
  return !['', '0'].includes(String(value).trim());
}

/**
 * A name that is safe as one part of a path and one line of a file: no control characters, no slash, not `.` or `..`
 * (the host refuses these at upload, facts/1fichier-api 2.11; an answer is not an upload). Nothing else is touched.
 */
export function cleanName(name: string): string {
  const clean = name
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll('/', '／')
    .trim();
  return /^\.{1,2}$/.test(clean) ? clean.replaceAll('.', '．') : clean;
}
