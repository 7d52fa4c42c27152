import { type ReadValue, refused } from './read-value.ts';
import { isGuessedFirst, whyNoSecretText } from './weak-secrets.ts';

/** Keys of the host as all that were seen had them (facts/1fichier-api 1). Another shape is told, not refused. */
const usualKey = /^[\w=-]{32}$/;

const keyRight = 'copy the key from https://1fichier.com/console/params.pl, and nothing else';

/** The API key: what can be no key is refused, what only looks unusual is taken with a warning. */
export function readKey(text: string): ReadValue<string> {
  const wrong =
    whyNoSecretText(text) ??
    (/^(?:<.*>|\[.*\]|\{.*\}|\$.*|%.*%)$/.test(text) ? 'is the text of the example' : undefined);
  if (wrong !== undefined) return refused(keyRight, `${wrong}, not a key`);
  if (/^bearer\s/i.test(text)) return refused(keyRight, 'has Bearer in front, which is no part of it');
  if (/^["'`\u2018-\u201d\u00ab].*["'`\u2018-\u201d\u00bb]$/.test(text))
    return refused(keyRight, 'has quotes around it');
  if (/["'`]/.test(text)) return refused(keyRight, 'holds a quote');
  if (/[\r\n]/.test(text)) return refused(keyRight, 'holds a line break');
  if (/\s/.test(text)) return refused(keyRight, 'holds a space');
  if (/\p{Cc}/u.test(text)) return refused(keyRight, 'holds a control character');
  // It travels in a header.
  if (!/^[\x21-\x7e]+$/.test(text)) return refused(keyRight, 'holds a letter that no key has');
  if (text.includes('://')) return refused(keyRight, 'is an address, not a key');
  if (usualKey.test(text)) return { value: text };
  const why =
    text.length === 32 ? 'other signs than letters, digits, - _ and =' : `${text.length} characters`;
  return { value: text, warning: `the key has ${why}; keys of the host have 32 letters, digits, - _ or =` };
}

/** A user name, as Basic authentication can carry it. */
export function readUser(text: string): ReadValue<string> {
  const right = 'must be a name without a colon';
  if (text.includes(':')) return refused(right, 'holds a colon, which ends a user name where it is sent');
  return /\p{Cc}/u.test(text) ? refused(right, 'holds a control character') : { value: text };
}

/** Shorter ones are guessed in the time of a film. */
const minLength = 4;
const goodPasswordLength = 8;
const goodTokenLength = 16;

/** A password that people type. */
export function readPassword(text: string): ReadValue<string> {
  const right = `must be a password of at least ${minLength} characters; left out, a good one is made`;
  const wrong = whyNoSecret(text);
  if (wrong !== undefined) return refused(right, wrong);
  if (/^(["'`]).*\1$/.test(text))
    return { value: text, warning: 'the password has quotes around it, and they are part of it' };
  return withDoubt('password', text, goodPasswordLength);
}

/** A token that programs send. */
export function readToken(text: string): ReadValue<string> {
  const right = 'must be letters, digits and signs without spaces; left out, a good one is made';
  const wrong = whyNoSecret(text);
  if (wrong !== undefined) return refused(right, wrong);
  // It travels in a header, and ends at a space.
  if (!/^[\x21-\x7e]+$/.test(text))
    return refused(right, 'holds a space or a letter that no header can carry');
  return withDoubt('token', text, goodTokenLength);
}

/** A secret that works, and does not keep many out. */
function withDoubt(what: string, text: string, goodLength: number): ReadValue<string> {
  if (text.length < goodLength)
    return { value: text, warning: `the ${what} has ${text.length} characters, which is easily guessed` };
  return isGuessedFirst(text)
    ? { value: text, warning: `the ${what} is among the first that are tried, and easily guessed` }
    : { value: text };
}

function whyNoSecret(text: string): string | undefined {
  if (text.length < minLength) return `has ${text.length} of at least ${minLength} characters`;
  const wrong = whyNoSecretText(text);
  if (wrong !== undefined) return wrong;
  return /\p{Cc}/u.test(text) ? 'holds a line break or a control character' : undefined;
}
