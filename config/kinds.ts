import { whyNoAddress } from './addresses.ts';
import { kindOf, type ReadValue, refused, type Wrong } from './read-value.ts';

/** How a person is asked for a value. */
export type SettingForm =
  | { kind: 'text' | 'flag' | 'list' | 'address' | 'rows' }
  | { kind: 'choice'; values: readonly string[] }
  | { kind: 'integer'; min: number; max: number };

/** What one setting is: where it comes from, what it may be, and how to say what would be right. */
export interface Setting<T> {
  readonly env: string;
  /** Names that it had: they are still read, with a warning that tells the new one. */
  readonly formerly: FormerNames | undefined;
  readonly help: string;
  readonly fallback: T;
  /** Shown as `***` wherever settings are printed. */
  readonly secret: boolean;
  /** A value that is entered in the page counts at once: who needs it asks `settings` each time, and keeps no copy. */
  readonly isLive: boolean;
  /** How the default is written in docs/settings.md and in the example file. */
  readonly shown: string;
  readonly form: SettingForm;
  /**
   * The value in our form, or all that is wrong with it.
   * @param raw text from the environment, or a YAML value
   * @param written a number of YAML as it stands there: `007`, `1.10`
   */
  readonly read: (raw: unknown, written?: string) => ReadValue<T>;
}

/** What a setting was called. */
export interface FormerNames {
  path: string;
  env: string;
}

interface Common {
  env: string;
  formerly?: FormerNames;
  help: string;
  secret?: boolean;
  isLive?: boolean;
  /** How the default is written for people, where the value itself would not say it. */
  shown?: string;
}

interface TextOptions extends Common {
  /** Looks at a text that is not empty and has no spaces around it. */
  check?: (text: string) => ReadValue<string>;
}

/** Text; without a default it may be left out. */
export function text(options: TextOptions & { fallback: string }): Setting<string>;
export function text(options: TextOptions): Setting<string | undefined>;
export function text(options: TextOptions & { fallback?: string }): Setting<string | undefined> {
  const right = 'must be text, not empty';
  return setting(options, options.fallback, { kind: 'text' }, (raw, written) => {
    const value = typeof raw === 'number' ? (written ?? String(raw)) : raw;
    if (typeof value === 'boolean') return refused('put quotes around it', `is ${value}, not text`);
    if (typeof value !== 'string') return refused(right, `is ${kindOf(value)}`);
    const plain = value.trim();
    if (plain === '') return refused(right, 'is empty');
    if (options.check) return options.check(plain);
    return /\p{Cc}/u.test(plain)
      ? refused(right, 'holds a line break or a control character')
      : { value: plain };
  });
}

/** A check of texts out of a function that says why one is not right. */
export function checkedBy(why: (text: string) => string | undefined, right: string) {
  return (value: string): ReadValue<string> => {
    const wrong = why(value);
    return wrong === undefined ? { value } : refused(`must be ${right}`, wrong);
  };
}

/** A whole number within bounds, both included. */
export function integer(options: Common & { fallback: number; min: number; max: number }): Setting<number> {
  const { min, max } = options;
  return setting(options, options.fallback, { kind: 'integer', min, max }, (raw) => {
    const value = typeof raw === 'string' && /^\d+$/.test(raw.trim()) ? Number(raw) : raw;
    return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? { value }
      : refused(`must be a whole number from ${min} to ${max}`);
  });
}

/** One word out of a list. */
export function choice<const T extends string>(
  options: Common & { fallback: NoInfer<T>; values: readonly T[] },
): Setting<T> {
  return setting<T>(options, options.fallback, { kind: 'choice', values: options.values }, (raw) => {
    const value = options.values.find((one) => one === (typeof raw === 'string' ? raw.trim() : raw));
    return value === undefined ? refused(`must be one of ${options.values.join(', ')}`) : { value };
  });
}

/** true or false. */
export function flag(options: Common & { fallback: boolean }): Setting<boolean> {
  const words = new Map<unknown, boolean>([
    [true, true],
    [false, false],
    ['true', true],
    ['false', false],
    ['1', true],
    ['0', false],
    ['yes', true],
    ['no', false],
  ]);
  return setting(options, options.fallback, { kind: 'flag' }, (raw) => {
    const value = words.get(typeof raw === 'string' ? raw.trim().toLowerCase() : raw);
    return value === undefined ? refused('must be true or false') : { value };
  });
}

/** A value of a form of its own. */
export function special<T>(
  options: Common & { fallback: T; read: (raw: unknown) => ReadValue<T> },
): Setting<T> {
  return setting(options, options.fallback, { kind: 'text' }, options.read);
}

/** A list: YAML list, or comma separated text, where empty parts count for nothing. */
export function list<T extends string | number>(
  options: Common & { fallback: readonly T[]; right: string; item: (raw: string) => ReadValue<T> },
): Setting<readonly T[]> {
  const right = `must be ${options.right}`;
  return setting<readonly T[]>(options, options.fallback, { kind: 'list' }, (raw) => {
    const parts =
      typeof raw === 'string' || typeof raw === 'number'
        ? String(raw)
            .split(',')
            .filter((part) => part.trim() !== '')
        : raw;
    if (!Array.isArray(parts)) return refused(right);
    if (parts.length === 0) return refused(right, 'is empty');
    return collect(parts, (part) =>
      (typeof part === 'string' && part.trim() !== '') || typeof part === 'number'
        ? options.item(String(part).trim())
        : refused(right),
    );
  });
}

/** Rows of a table: a YAML list of maps, or the same as JSON text in the environment. */
export function rows<T extends object>(
  options: Common & { row: (raw: unknown) => ReadValue<T>; example: string },
): Setting<readonly T[]> {
  return setting<readonly T[]>({ shown: 'none', ...options }, [], { kind: 'rows' }, (raw) => {
    const right = `must be a list such as ${options.example}`;
    if (typeof raw === 'string') {
      if (raw.trim() === '') return refused(right, 'is empty');
      const json = parsed(raw);
      return json === undefined
        ? refused(`${right}; in a shell, with single quotes around all of it`, 'is no JSON')
        : rowsIn(json, options.row, right);
    }
    return rowsIn(raw, options.row, right);
  });
}

function rowsIn<T>(
  raw: unknown,
  row: (raw: unknown) => ReadValue<T>,
  right: string,
): ReadValue<readonly T[]> {
  if (Array.isArray(raw)) return collect(raw, row);
  return typeof raw === 'object' && raw !== null
    ? refused('put [ and ] around it', 'is one entry, not a list of them')
    : refused(right, `is ${kindOf(raw)}`);
}

/** All entries read, or what is wrong with each that is not right. */
function collect<T>(raw: readonly unknown[], read: (raw: unknown) => ReadValue<T>): ReadValue<readonly T[]> {
  const values: T[] = [];
  const wrongs: Wrong[] = [];
  for (const [index, one] of raw.entries()) {
    const reading = read(one);
    if ('value' in reading) values.push(reading.value);
    else {
      for (const wrong of reading.wrongs)
        wrongs.push({ part: { value: one }, ...wrong, at: [index, ...(wrong.at ?? [])] });
    }
  }
  return wrongs.length > 0 ? { wrongs } : { value: values };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface AddressOptions extends Common {
  /** What is most likely not meant about an address that can be used. */
  doubt?: (url: URL) => string | undefined;
}

/** An http or https address without a query; a `/` at its end is dropped. */
export function address(options: AddressOptions & { fallback: string }): Setting<string>;
export function address(options: AddressOptions): Setting<string | undefined>;
export function address(options: AddressOptions & { fallback?: string }): Setting<string | undefined> {
  const right = 'must be an address such as http://192.168.1.10:8790';
  return setting(options, options.fallback, { kind: 'address' }, (raw) => {
    if (typeof raw !== 'string') return refused(right);
    const wrong = whyNoAddress(raw);
    if (wrong !== undefined) return refused(right, wrong);
    const url = new URL(raw.trim());
    if (url.search !== '' || raw.includes('?'))
      return refused(right, 'holds a question mark and what follows it');
    // A slash too many would stand in every address that is made of it.
    url.pathname = url.pathname.replace(/\/{2,}/g, '/');
    const warning = options.doubt?.(url);
    return { value: url.href.replace(/\/+$/, ''), ...(warning !== undefined && { warning }) };
  });
}

function setting<T>(options: Common, fallback: T, form: SettingForm, read: Setting<T>['read']): Setting<T> {
  const plain =
    fallback === undefined ? 'none' : Array.isArray(fallback) ? fallback.join(', ') : String(fallback);
  return {
    env: options.env,
    formerly: options.formerly,
    help: options.help,
    secret: options.secret ?? false,
    isLive: options.isLive ?? false,
    fallback,
    shown: options.shown ?? plain,
    form,
    read,
  };
}
