import type { ListingGap } from '../host.ts';
import { cleanName } from './fields.ts';
import { readPageUrl } from './page-url.ts';

/** The entries of a listing. */
export interface ListedEntries<T> {
  /** Each once. */
  found: T[];
  /** Those that cannot be read, as they came. */
  unread: unknown[];
  /** How many came once more than once. */
  repeated: number;
}

/** ListedEntries that are read without letting others run: some 2 ms of work. */
const entriesAStep = 50;

/**
 * One bad entry costs itself, not the listing; an entry that comes twice is taken once, and counted. Others may run
 * between the steps: a folder has up to 5,000 entries.
 */
export function* entriesInSteps<T>(
  values: readonly unknown[],
  read: (value: unknown) => T | undefined,
  idOf: (entry: T) => unknown,
): Generator<undefined, ListedEntries<T>> {
  const found = new Map<unknown, T>();
  const unread: unknown[] = [];
  let repeated = 0;
  for (const [at, value] of values.entries()) {
    if (at % entriesAStep === entriesAStep - 1) yield;
    const entry = read(value);
    if (entry === undefined) unread.push(value);
    else if (found.has(idOf(entry))) repeated++;
    else found.set(idOf(entry), entry);
  }
  return { found: [...found.values()], unread, repeated };
}

/** Of a longer name its beginning and its end are told, which say what it is. */
const maxNameLength = 255;
const endLength = 50;

/** What entries that cannot be read say of themselves. */
export function unreadGaps(kind: ListingGap['kind'], values: readonly unknown[]): ListingGap[] {
  return values.map((value) => {
    const fields: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
    const text = kind === 'file' ? fields.filename : fields.name;
    const name = typeof text === 'string' ? cleanName(shortened(text)) : '';
    const sizeBytes = Number(fields.size);
    const isElsewhere = kind === 'file' && name !== '' && readPageUrl(String(fields.url ?? '')) === undefined;
    return {
      reason: isElsewhere ? 'address' : 'entry',
      kind,
      count: 1,
      ...(name !== '' && { name }),
      ...(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0 && { sizeBytes }),
    };
  });
}

function shortened(name: string): string {
  if (name.length <= maxNameLength) return name;
  return `${name.slice(0, maxNameLength - endLength - 1)}…${name.slice(-endLength)}`;
}
