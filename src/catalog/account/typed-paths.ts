import type { Files } from './files.ts';

interface HostNames {
  storedName(name: string): string;
  meantName(stored: string): string;
}

/**
 * Paths as people type them. The host keeps some signs by look-alikes (`＂` for `"`), which nobody types: where nothing
 * has a name as it is written, it is looked for as the host would keep it.
 * @param names of the host: how it keeps one, and what was meant by it
 */
export function withTypedPaths(files: Files, names: () => HostNames): Files {
  // Either way, also both in one name.
  const kept = (name: string) => names().storedName(names().meantName(name));
  return {
    ...files,
    async byPath(path) {
      const found = await files.byPath(path);
      if (found.folder || found.files.length > 0) return found;
      const other = path
        .split('/')
        .map((name) => (name === '' ? '' : kept(name)))
        .join('/');
      return other === path ? found : files.byPath(other);
    },
  };
}
