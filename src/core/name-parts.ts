/** A name in two halves. */
export interface NameParts {
  /** What stands before the dot of the extension; all of the name where there is none. */
  base: string;
  /** In lower case without its dot, '' = there is none. */
  extension: string;
}

/** What may trail behind an extension and is none of it: dots, spaces, marks that nobody sees. */
const trailing = /[.\s\p{Cc}\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2420\ufeff]/u;
function isTrailing(name: string, at: number): boolean {
  const code = name.charCodeAt(at);
  // Nearly always a letter or a digit.
  return code > 0x2e && code < 0x7f ? false : trailing.test(name[at] as string);
}

/** In both widths: rclone writes wide letters for those that a host refuses. */
const extensionShape = /[.\uff0e]([a-z0-9\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]{1,6})$/i;

/** Where the dot of a name's extension stands, where both are of plain letters and digits; undefined = the rule is to be asked. */
function plainDot(name: string): number | undefined {
  const first = Math.max(0, name.length - 7);
  for (let at = name.length - 1; at >= first; at--) {
    const code = name.charCodeAt(at);
    if (code === 0x2e) return at < name.length - 1 ? at : undefined;
    const isPlain =
      (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a);
    if (!isPlain) return undefined;
  }
  return undefined;
}

/**
 * The one rule for what an extension is: up to six letters and digits of either width behind the last dot that has
 * something behind it, in any case, whatever stands before the dot (`What Now...mkv`, `.mkv`) and whatever nobody sees
 * behind them (`Film.mkv. `). A number with a dot in front (`Film 2.0`) is none of any kind.
 */
export function splitName(name: string): NameParts {
  const dot = plainDot(name);
  if (dot !== undefined) return { base: name.slice(0, dot), extension: name.slice(dot + 1).toLowerCase() };
  let end = name.length;
  while (end > 0 && isTrailing(name, end - 1)) end--;
  const found = extensionShape.exec(name.slice(Math.max(0, end - 7), end));
  if (!found) return { base: name, extension: '' };
  const extension = (found[1] as string)
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .toLowerCase();
  return { base: name.slice(0, end - found[0].length), extension };
}

/** Extension in lower case without its dot, '' when there is none: see {@link splitName}. */
export function extensionOf(name: string): string {
  const dot = plainDot(name);
  return dot === undefined ? splitName(name).extension : name.slice(dot + 1).toLowerCase();
}

/** What a side-car of this path may lie beside: its beginnings that end at a dot of its name, the shortest first. */
export function* stemsBeside(path: string): Generator<string> {
  const name = path.lastIndexOf('/') + 1;
  for (let dot = path.indexOf('.', name); dot > 0; dot = path.indexOf('.', dot + 1)) yield path.slice(0, dot);
}
