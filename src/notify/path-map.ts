export type PathMap = Readonly<Record<string, string>>;

/**
 * One of our paths as a server sees it: the line of the map with the longest beginning that fits counts. Without a map
 * both see the same. A server on Windows gets its own separators.
 * @returns undefined when no line fits: the server does not see this folder
 */
export function mapPath(path: string, map: PathMap | undefined): string | undefined {
  if (map === undefined) return path;
  const from = Object.keys(map)
    .filter((key) => isWithin(path, key))
    .sort((a, b) => trimmed(b).length - trimmed(a).length)[0];
  if (from === undefined) return undefined;
  const to = map[from] ?? '';
  const rest = path.slice(trimmed(from).length).replace(/^\/+/, '');
  const separator = to.includes('\\') && !to.includes('/') ? '\\' : '/';
  const base = to.length > 1 && to.endsWith(separator) ? to.slice(0, -1) : to;
  // A drive alone would be the folder that was last used on it.
  if (rest === '') return /^[a-z]:$/i.test(base) ? base + separator : base;
  const inner = separator === '/' ? rest : rest.replaceAll('/', separator);
  return base === '' || base === separator ? base + inner : base + separator + inner;
}

/** Whether `path` is `folder` or lies in it; with either kind of separators. */
export function isWithin(path: string, folder: string): boolean {
  const base = trimmed(folder);
  return path === base || base === '' || path.startsWith(`${base}/`) || path.startsWith(`${base}\\`);
}

/** The folder that a path lies in, with either kind of separators. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/'), path.lastIndexOf('\\')));
}

/** The last name of a path. */
export function lastOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

function trimmed(path: string): string {
  return path.replace(/(?<![/\\])[/\\]+$/, '');
}
