/** What reads a text that comes from outside: one line for each, and test/growth.test.ts holds it to growing no faster. */
export interface TextReader {
  name: string;
  /** The sources whose expressions it runs through. */
  of: readonly string[];
  read(text: string): unknown;
  /** What is longer never reaches it. */
  maxChars?: number;
  /** What takes milliseconds for any text is measured with fewer of them. */
  isSlow?: boolean;
  /** Beginnings that lead it further into a text. */
  after?: readonly string[];
}

/** Node takes no longer headers. */
export const maxHeader = 16_384;

/** A reader that refuses what it cannot read. */
export function quietly(read: (text: string) => unknown): (text: string) => unknown {
  return (text) => {
    try {
      return read(text);
    } catch {
      return undefined;
    }
  };
}
