/** Values that JSON knows, numbers kept as they were written. */
export type Json = string | number | boolean | null | RawNumber | Json[] | JsonObject;

export interface JsonObject {
  [key: string]: Json;
}

/** A number that a double cannot hold as it was written: the text of it stands in the result unchanged. */
interface RawNumber {
  readonly rawJSON: string;
}

/** Of the runtime; the library of types does not know it yet. */
const native = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): Json;
  rawJSON(text: string): RawNumber;
};

/**
 * As `JSON.parse`, but 64-bit numbers and `1.0` come out of `JSON.stringify` as they went in: what is not ours to
 * change is not changed by having been read.
 * @throws SyntaxError
 */
export function parseLossless(text: string): Json {
  return native.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? native.rawJSON(source)
      : value,
  );
}

/** The same of what others sent; undefined where it is no JSON. */
export function readLossless(text: string): Json | undefined {
  try {
    return parseLossless(text);
  } catch {
    return undefined;
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
