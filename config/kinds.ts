/** What one setting is: where it comes from, what it may be, and how to say what would be right. */
export interface Setting<T> {
  readonly env: string;
  readonly help: string;
  readonly fallback: T;
  /** Shown as `***` wherever settings are printed. */
  readonly secret: boolean;
  /** How the default is written in docs/settings.md and in the example file. */
  readonly shown: string;
  /** What would be right, as the end of the sentence "must be ...". */
  readonly right: string;
  /** The value in our form, or undefined when `raw` (text from the environment, or a YAML value) is not right. */
  readonly read: (raw: unknown) => T | undefined;
}

interface Common {
  env: string;
  help: string;
  secret?: boolean;
  /** How the default is written for people, where the value itself would not say it. */
  shown?: string;
}

/** Text; without a default it may be left out. */
export function text(options: Common & { fallback: string }): Setting<string>;
export function text(options: Common): Setting<string | undefined>;
export function text(options: Common & { fallback?: string }): Setting<string | undefined> {
  return setting(options, options.fallback, 'text, not empty', (raw) => {
    const value = typeof raw === 'number' ? String(raw) : raw;
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  });
}

/** A whole number within bounds, both included. */
export function integer(options: Common & { fallback: number; min: number; max: number }): Setting<number> {
  const { min, max } = options;
  return setting(options, options.fallback, `a whole number from ${min} to ${max}`, (raw) => {
    const value = typeof raw === 'string' && /^\d+$/.test(raw.trim()) ? Number(raw) : raw;
    return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? value
      : undefined;
  });
}

/** One word out of a list. */
export function choice<const T extends string>(
  options: Common & { fallback: NoInfer<T>; values: readonly T[] },
): Setting<T> {
  return setting<T>(options, options.fallback, `one of ${options.values.join(', ')}`, (raw) =>
    options.values.find((value) => value === (typeof raw === 'string' ? raw.trim() : raw)),
  );
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
  return setting(options, options.fallback, 'true or false', (raw) =>
    words.get(typeof raw === 'string' ? raw.trim().toLowerCase() : raw),
  );
}

/** A list: YAML list, or comma separated text. `item` gives an item in our form, or undefined when it is not right. */
export function list<T extends string | number>(
  options: Common & { fallback: readonly T[]; right: string; item: (raw: string) => T | undefined },
): Setting<readonly T[]> {
  return setting<readonly T[]>(options, options.fallback, options.right, (raw) => {
    const parts = Array.isArray(raw)
      ? raw.map(String)
      : typeof raw === 'string' || typeof raw === 'number'
        ? String(raw).split(',')
        : [];
    const items = parts
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map(options.item);
    return items.length > 0 && items.every((item) => item !== undefined) ? (items as T[]) : undefined;
  });
}

/** Rows of a table: a YAML list of maps, or the same as JSON text in the environment. */
export function rows<T extends object>(
  options: Common & { right: string; row: (raw: unknown) => T | undefined },
): Setting<readonly T[]> {
  return setting<readonly T[]>({ shown: 'none', ...options }, [], options.right, (raw) => {
    const list = typeof raw === 'string' ? parsed(raw) : raw;
    if (!Array.isArray(list)) return undefined;
    const read = list.map(options.row);
    return read.every((row) => row !== undefined) ? (read as T[]) : undefined;
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An http or https address without a query; a `/` at its end is dropped. */
export function address(options: Common & { fallback: string }): Setting<string>;
export function address(options: Common): Setting<string | undefined>;
export function address(options: Common & { fallback?: string }): Setting<string | undefined> {
  return setting(options, options.fallback, 'an address such as http://192.168.1.10:8790', (raw) => {
    if (typeof raw !== 'string' || /["|\s]/.test(raw.trim()) || !URL.canParse(raw.trim())) return undefined;
    const url = new URL(raw.trim());
    const plain = /^https?:$/.test(url.protocol) && !url.search && !url.hash && !url.username;
    return plain ? url.href.replace(/\/+$/, '') : undefined;
  });
}

function setting<T>(
  options: Common,
  fallback: T,
  right: string,
  read: (raw: unknown) => T | undefined,
): Setting<T> {
  const plain =
    fallback === undefined ? 'none' : Array.isArray(fallback) ? fallback.join(', ') : String(fallback);
  return {
    env: options.env,
    help: options.help,
    secret: options.secret ?? false,
    fallback,
    shown: options.shown ?? plain,
    right,
    read,
  };
}
