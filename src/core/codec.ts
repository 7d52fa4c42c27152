/** How a value is kept as text. */
export interface Codec<T> {
  encode(value: T): string;
  /** @throws Error for a text that holds no such value */
  decode(text: string): T;
}

/** JSON of a shape that is checked when it is read. @param shape a schema of zod */
export function jsonOf<T>(shape: { parse(value: unknown): T }): Codec<T> {
  return { encode: JSON.stringify, decode: (text) => shape.parse(JSON.parse(text)) };
}

/** JSON that nobody but this program writes, and too much of it to check each: believed as it is. */
export function ownJson<T>(): Codec<T> {
  return { encode: JSON.stringify, decode: (text): T => JSON.parse(text) };
}
