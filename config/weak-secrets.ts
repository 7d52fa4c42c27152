/*
 * Texts that are written where a secret belongs and are none, and secrets that anybody tries first.
 */

const noun = '(?:key|token|pass(?:word|wd|phrase)?|passwort|motdepasse|mot de passe|secret)';
const own = '(?:my|your|the|a|an|some|new|insert|enter|put|type)';
/** What examples and templates hold in the place of a secret, in many ways of writing. */
const placeholder = new RegExp(
  `^(?:${[
    '<[\\w -]+>|\\$\\{?\\w+\\}?|%\\w+%|\\{\\{[^{}]*\\}\\}|x+|\\*+|\\.+|-+|_+|\\?+',
    [
      // `plex-token` may be one, `your-plex-token` is none.
      `(?:${own}(?:[-_ .]{0,3}${own})?(?:[-_ .]{0,3}(?:1?fichier|jellyfin|emby|plex|passerelle|admin))?)?`,
      '(?:1?fichier)?[-_ .]?(?:api)?',
      `${noun}(?:[-_ .]{1,3}${noun}){0,2}`,
      '(?:here|goes here|please)?',
    ].join('[-_ .]{0,3}'),
    '(?:please)?[-_ ]{0,3}(?:change|replace)[-_ ]?(?:me|it|this)?[-_ ]{0,3}(?:now|please|later)?|placeholder|example|sample|todo|tbd|fixme',
    'a long text that nobody guesses|another long text|the 32 characters from the console',
  ].join('|')})!*$`,
  'i',
);

/** What somebody writes who wants none. */
const nothing =
  /^(?:none|null|nil|undefined|nothing|empty|false|true|no|yes|off|on|disabled?|n\/a|nan|unset)$/i;

/** Why a text is no secret at all, after its name; undefined where it may be one. */
export function whyNoSecretText(text: string): string | undefined {
  if (nothing.test(text)) return 'is a word for nothing';
  return placeholder.test(text) ? 'is the text of the example' : undefined;
}

/** Words that lists of passwords begin with, and those that stand near to a media server. */
const firstWords = new Set(
  [
    'admin administrator root user guest test demo default login master hello welcome letmein open access',
    'pass password passwort motdepasse secret token key bonjour soleil salut azerty qwerty qwertz abc abcd',
    'iloveyou monkey dragon football baseball superman batman shadow sunshine princess michael jordan ninja',
    'passerelle fichier onefichier jellyfin emby plex kodi media movies films server nas synology home family',
    'raspberry docker linux ubuntu changeme trustno starwars pokemon whatever freedom flower cheese computer',
  ].flatMap((line) => line.split(' ')),
);
const rows = ['0123456789012345678901234567890', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop', 'azertyuiop'];
const alike: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
};

/** Whether a secret is among the first that are tried: a word of everybody, with a number or a sign behind it; a row of keys; one text again and again. */
export function isGuessedFirst(secret: string): boolean {
  const text = secret.toLowerCase();
  const whole = /^(.{1,8}?)\1+$/.exec(text)?.[1] ?? text;
  if (whole.length === 1) return true;
  const bare = whole.replace(/^[\W\d_]+|[\W\d_]+$/g, '');
  const plain = [...whole].map((letter) => alike[letter] ?? letter).join('');
  const words = [bare, plain, plain.replace(/[\W\d_]+$/g, '')];
  if (words.some((word) => firstWords.has(word))) return true;
  const back = [...whole].toReversed().join('');
  // In letters of two kinds a row is no longer one of the first.
  if (secret !== text && secret !== secret.toUpperCase()) return false;
  return rows.some((row) => row.includes(whole) || row.includes(back));
}
