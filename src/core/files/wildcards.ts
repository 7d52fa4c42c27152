/** Whether a path asks for more than one name: `*`, `?` and `[...]`, as a shell reads them. */
export function hasWildcards(text: string): boolean {
  return /[*?[]/.test(text);
}

/**
 * Every path that fits a pattern, one segment after the other: what has no wildcards is taken as it is written, and only
 * for the others is a folder listed.
 * @param from where the pattern begins
 * @param namesIn what a folder holds; nothing for what is none
 */
export async function pathsThatFit(
  from: string,
  segments: readonly string[],
  {
    join,
    namesIn,
  }: {
    join: (folder: string, name: string) => string;
    namesIn: (path: string) => Promise<readonly string[]>;
  },
): Promise<string[]> {
  let paths = [from];
  for (const segment of segments) {
    if (!hasWildcards(segment)) {
      paths = paths.map((path) => join(path, segment));
      continue;
    }
    const next: string[] = [];
    for (const path of paths)
      for (const name of await namesIn(path)) if (fitsWildcards(segment, name)) next.push(join(path, name));
    paths = [...new Set(next)];
  }
  return paths;
}

/**
 * Whether a name fits one segment of a pattern. `*` takes any characters and `?` one; `[abc]`, `[a-z]`
 * and `[!abc]` one of these, or one that is none of them. What begins with a dot is fitted by a dot alone. Takes at most
 * as many steps as both are long, multiplied.
 */
export function fitsWildcards(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  const parts = partsOf([...pattern.normalize('NFC')]);
  const chars = [...name.normalize('NFC')];
  let at = 0;
  let part = 0;
  /** The last `*`, and how far it has been tried. */
  let star = -1;
  let tried = 0;
  while (at < chars.length) {
    const one = parts[part];
    if (one === 'any') {
      star = part++;
      tried = at;
    } else if (one?.(chars[at] as string)) {
      part++;
      at++;
    } else if (star >= 0) {
      part = star + 1;
      at = ++tried;
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === 'any');
}

type Fitter = 'any' | ((char: string) => boolean);

function partsOf(pattern: readonly string[]): Fitter[] {
  const parts: Fitter[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] as string;
    const close = char === '[' ? pattern.indexOf(']', at + (pattern[at + 1] === '!' ? 3 : 2)) : -1;
    if (char === '*') {
      if (parts.at(-1) !== 'any') parts.push('any');
    } else if (char === '?') parts.push(() => true);
    else if (close > 0) {
      parts.push(oneOfChars(pattern.slice(at + 1, close)));
      at = close;
    } else parts.push((one) => one === char);
  }
  return parts;
}

function oneOfChars(inner: readonly string[]): (char: string) => boolean {
  const isNot = inner[0] === '!';
  const chars = isNot ? inner.slice(1) : inner;
  const has = (char: string) =>
    chars.some((from, at) =>
      chars[at + 1] === '-' && chars[at + 2] !== undefined
        ? from <= char && char <= (chars[at + 2] as string)
        : from === char,
    );
  return (char) => has(char) !== isNot;
}
