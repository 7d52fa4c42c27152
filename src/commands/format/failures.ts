import type { BridgeError } from '../../core/errors.ts';
import { withRemedy } from '../../core/sentences.ts';
import { printable } from './printable.ts';

/**
 * What went wrong with one of several things, in a line for people. It begins with the thing, unless what is said of it
 * does so itself.
 * @param name as the person wrote it @param forms other forms in which it may be called
 */
export function failureLine(name: string, error: BridgeError, ...forms: readonly string[]): string {
  const { message } = error;
  const isNamed = [name, ...forms].some(
    (form) => form === '' || (message.startsWith(form) && /^[\s:;,]/.test(message.slice(form.length))),
  );
  return printable(isNamed ? withRemedy(error) : `${name}: ${withRemedy(error)}`);
}

/** The same for a script: an object that no other answer of a command looks like. @param what names of the thing */
export function failureJson(
  { code, message, remedy }: Pick<BridgeError, 'code' | 'message' | 'remedy'>,
  what: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({ ...what, fate: 'refused', code, message, remedy });
}
