/** One thing that is wrong with a value that somebody wrote. Holds no secret. */
export interface Wrong {
  /** Where in the value: entries counted from 0, keys by name. Absent = all of it. */
  at?: readonly PropertyKey[];
  /** What is wrong, after the name of the setting: `is missing`. Absent = the value itself is shown, if it may be. */
  wrong?: string;
  /** What to write instead: `must be ...`. */
  right: string;
  /** What stands there, where it is not all of the value. */
  part?: { value: unknown };
}

/** What became of a value: its form for the program, or all that is wrong with it. */
export type ReadValue<T> = { value: T; warning?: string } | { wrongs: readonly Wrong[] };

/** A value that is wrong in one way. */
export function refused(right: string, wrong?: string): { wrongs: readonly Wrong[] } {
  return { wrongs: [wrong === undefined ? { right } : { wrong, right }] };
}

/** Longer values are cut where they are shown. */
const maxShownLength = 100;

/** A value that is not right, for a person. A secret is told by its kind alone. */
export function describeValue(value: unknown, isSecret: boolean): string {
  if (value === undefined) return 'is missing';
  if (value === null || value === '') return 'is empty';
  if (isSecret) return typeof value === 'string' ? 'this value is not right' : `is ${kindOf(value)}`;
  // A password in an address would be shown with it.
  const text = JSON.stringify(value).replace(/\/\/[^/@\s"]*@/g, '//***@');
  return `${text.length > maxShownLength ? `${text.slice(0, maxShownLength)}...` : text} is not right`;
}

/** `a list`, `a map`, `text` ...; `empty` for what stands for nothing. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'text';
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}

/** Where in a value, for a person who counts from one: `entry 2, url`. */
export function entryAt(at: readonly PropertyKey[]): string {
  return at.map((step) => (typeof step === 'number' ? `entry ${step + 1}` : String(step) || '""')).join(', ');
}
