/** The path that a member lies in; undefined of the root, which lies in nothing. @param path normalised, as `/A/B` */
export function collectionOf(path: string): string | undefined {
  if (path === '/') return undefined;
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** Whether `path` lies below `root`, at any depth; a path does not lie below itself. */
export function isBelow(path: string, root: string): boolean {
  return path !== root && path.startsWith(root === '/' ? '/' : `${root}/`);
}

/** A path and all that it lies in, the nearest first. */
export function* upwards(path: string): Generator<string> {
  for (let at: string | undefined = path; at !== undefined; at = collectionOf(at)) yield at;
}
