import type { z } from 'zod';

/**
 * What is wrong with something that a person or a program sent, in our words, each fault with its place:
 * `year must be a whole number from 1870 to 2100; colour is no field; fields are year, title`.
 * @param sent what was read, so that what is missing is told from what is wrong
 */
export function inWords({ issues }: z.ZodError, sent: unknown): string {
  const faults = issues.map((issue) => {
    const place = issue.path.map(String).join('.');
    const words = wordsOf(issue, valueAt(sent, issue.path) === undefined);
    return place === '' ? words : `${place} ${words}`;
  });
  return [...new Set(faults)].join('; ');
}

type Issue = z.core.$ZodIssue;

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  date: 'a date',
};

const forms: Readonly<Record<string, string>> = {
  date: 'a date such as 2001-12-31',
  datetime: 'a time such as 2001-12-31T12:00:00Z',
  url: 'an address such as http://192.168.1.10:8790',
};

function wordsOf(issue: Issue, isMissing: boolean): string {
  if (isMissing && (issue.code === 'invalid_type' || issue.code === 'invalid_value')) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? `a ${issue.expected}`}`;
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `must ${boundOf(issue.origin, 'at least', Number(issue.minimum))}`;
    case 'too_big':
      return `must ${boundOf(issue.origin, 'at most', Number(issue.maximum))}`;
    case 'invalid_format':
      return `must be ${forms[issue.format] ?? 'of another form'}`;
    case 'unrecognized_keys':
      return issue.keys.map((key) => `${key} is nothing that is known here`).join('; ');
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'custom':
      // These words are ours.
      return issue.message;
    default:
      return 'is not right';
  }
}

function boundOf(origin: string, which: string, bound: number): string {
  if (origin === 'string')
    return which === 'at least' && bound === 1 ? 'not be empty' : `have ${which} ${bound} characters`;
  if (origin === 'array' || origin === 'set')
    return `have ${which} ${bound} ${bound === 1 ? 'entry' : 'entries'}`;
  return `be ${which} ${bound}`;
}

function valueAt(sent: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (value === undefined || value === null ? undefined : Reflect.get(Object(value), step)),
    sent,
  );
}
