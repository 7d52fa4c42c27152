/**
 * Names that the host does not take, written so that it takes them: each sign that it refuses or alters becomes its
 * full-width look-alike, as rclone's backend for this host does it, so that both see the same names
 * (facts/1fichier-api 2.11). What looks like such a sign already stands behind a quote, so that it comes back as it was.
 */

const quote = '‛';
const fullWidth = 0xfee0;
const symbols = 0x2400;
const refused = '"\'<>$`/\\';

/** What is not taken anywhere in a name, and what stands for it. */
const pairs: ReadonlyMap<string, string> = new Map([
  ...[...refused].map((sign) => [sign, String.fromCharCode(sign.charCodeAt(0) + fullWidth)] as const),
  ...Array.from(
    { length: 32 },
    (_, code) => [String.fromCharCode(code), String.fromCharCode(symbols + code)] as const,
  ),
  ['\u007f', '\u2421'],
]);
const back: ReadonlyMap<string, string> = new Map([...pairs].map(([sign, instead]) => [instead, sign]));
const space = '\u2420';

/** A name as it is sent to the host. It has no sign that the host refuses, and {@link fromStoredName} takes it back. */
export function toStoredName(name: string): string {
  const wellFormed = name.toWellFormed();
  if (/^\.{1,2}$/.test(wellFormed)) return wellFormed.replaceAll('.', '．');
  if (/^．{1,2}$/.test(wellFormed)) return wellFormed.replaceAll('．', `${quote}．`);
  const signs = [...wellFormed];
  const stored = signs.map((sign, at) => {
    const isEdge = at === 0 || at === signs.length - 1;
    if (isEdge && sign === ' ') return space;
    if (sign === quote || back.has(sign) || (isEdge && sign === space)) return quote + sign;
    return pairs.get(sign) ?? sign;
  });
  return stored.join('');
}

/** The name that was meant by one that the host keeps. */
export function fromStoredName(stored: string): string {
  if (/^．{1,2}$/.test(stored)) return stored.replaceAll('．', '.');
  if (/^(?:‛．){1,2}$/.test(stored)) return stored.replaceAll(quote, '');
  const signs = [...stored];
  let name = '';
  for (let at = 0; at < signs.length; at++) {
    const [sign = '', next] = [signs[at], signs[at + 1]];
    const isEdge = at === 0 || at === signs.length - 1;
    const nextIsEdge = at === 0 || at + 1 === signs.length - 1;
    if (
      sign === quote &&
      next !== undefined &&
      (next === quote || back.has(next) || (nextIsEdge && next === space))
    ) {
      name += next;
      at++;
    } else if (isEdge && sign === space) name += ' ';
    else name += back.get(sign) ?? sign;
  }
  return name;
}
