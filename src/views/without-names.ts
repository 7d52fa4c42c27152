import { createHmac, randomBytes } from 'node:crypto';

/** Texts of these fields are words of ours or of the system, and name nothing of anybody's library. */
const plainFields = new Set([
  ...['version', 'command', 'node', 'platform', 'arch', 'release', 'zone', 'model', 'setting', 'source'],
  ...['level', 'time', 'area', 'msg', 'method', 'verb', 'task', 'outcome', 'code', 'type', 'syscall'],
  ...[
    'trace',
    'span',
    'state',
    'what',
    'said',
    'kind',
    'rule',
    'give',
    'lease',
    'client',
    'ended',
    'urgency',
  ],
  ...['delivery', 'fate'],
]);

/** Texts that are numbers, times, codes, or yes and no, wherever they stand. */
const plainText =
  /^(?:[\d.,:/+ -]{1,40}|\d{4}-\d\d-\d\dT[\d:.]{1,20}Z|BRIDGE_[A-Z_]{1,40}|E[A-Z_]{2,20}|true|false|\*\*\*|)$/;

/** Takes names out of what is handed on: whatever is not known to hold none is replaced, the same by the same. */
export type NameHider = (value: unknown, field?: string) => unknown;

/**
 * Names of films, folders and people become `#` and eight digits, which nobody reads back: their key is drawn anew each
 * time and kept nowhere.
 */
export function createNameHider(key: Buffer = randomBytes(32)): NameHider {
  const hidden = (text: string) => `#${createHmac('sha256', key).update(text).digest('hex').slice(0, 8)}`;
  const hide: NameHider = (value, field = '') => {
    if (typeof value === 'string' && field === 'stack') return framesOf(value);
    if (typeof value === 'string')
      return plainFields.has(field) || plainText.test(value) ? value : hidden(value);
    if (Array.isArray(value)) return value.map((one) => hide(one, field));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, hide(one, name)]));
  };
  return hide;
}

/** Where in our code it happened, without the words in front and the folders that it lies in. */
function framesOf(stack: string): string {
  const frames = stack.split('\n', 50).filter((line) => line.trimStart().startsWith('at '));
  return frames
    .map((line) => {
      const [call = ''] = line.trim().split(' (');
      const place = line.slice(line.lastIndexOf('/') + 1);
      return call.includes('/') ? `at ${place}` : `${call} ${place}`;
    })
    .join('\n');
}
