/** How a value is kept as text. */
export interface Codec<T> {
  encode(value: T): string;
  /** @throws Error for a text that holds no such value */
  decode(text: string): T;
}

/** The same for what lies on a disk, where anything may have happened to it. */
export interface KeptCodec<T> {
  encode(value: T): string;
  /** @returns undefined for a text that holds no such value: it counts as not kept */
  decode(text: string): T | undefined;
}

/** Is told that something of this name could not be read. What it held is told to nobody: it may be secret. */
export type OnDamage = (what: string) => void;

/** JSON of a shape that is checked when it is read. @param shape a schema of zod */
export function jsonOf<T>(shape: { parse(value: unknown): T }): Codec<T> {
  return { encode: JSON.stringify, decode: (text) => shape.parse(JSON.parse(text)) };
}

/** A codec for a column of a table or a fact of a name. */
export function keptAs<T>(codec: Codec<T>, what: string, onDamage: OnDamage): KeptCodec<T> {
  return {
    encode: codec.encode,
    decode(text) {
      try {
        return codec.decode(text);
      } catch {
        onDamage(what);
        return undefined;
      }
    },
  };
}
