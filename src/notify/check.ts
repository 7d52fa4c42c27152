import { isWithin } from './path-map.ts';
import { type Connection, ServerFault } from './servers/adapter.ts';
import { type NotifiedTree, pathSeenBy, type Server } from './servers/servers.ts';

/** Whether a server will find what it is told of. Texts are for a person. */
export interface ServerCheck {
  server: string;
  state: 'ok' | 'warn';
  words: string;
  remedy?: string;
}

/** A tree and the folders at its top that are there, such as Movies and Shows. */
export type CheckedTree = NotifiedTree & { shelves: readonly string[] };

const maxNamed = 6;

/** Asks a server whether what we write lies in one of its libraries. Never throws for the server. */
export async function checkServer(
  server: Server,
  trees: readonly CheckedTree[],
  connection: Connection,
): Promise<ServerCheck> {
  const { name, adapter } = server;
  try {
    const seen = trees.flatMap((tree) => {
      const path = pathSeenBy(server, tree, '');
      const shelves = tree.shelves.flatMap((shelf) => {
        const at = pathSeenBy(server, tree, shelf);
        return at === undefined ? [] : [{ name: shelf, path: at }];
      });
      return path === undefined ? [] : [{ tree, path, shelves }];
    });
    if (seen.length === 0) {
      const dirs = trees.map(({ dir }) => dir).join(', ');
      return warn(
        name,
        `its pathMap covers no tree (${dirs}): it is told nothing`,
        'name the folder of a tree in pathMap',
      );
    }
    const libraries = await adapter.libraries?.(connection);
    const folders = libraries?.flatMap(({ locations }) => locations);
    const notes: string[] = [];
    for (const { tree, path, shelves } of seen) {
      if (folders) {
        const fault = folders.some((folder) => touches(folder, path))
          ? checkShelves(server, { path, shelves }, folders, notes)
          : unknownPath(server, tree, path, folders);
        if (fault) return fault;
        continue;
      }
      const asked = shelves.length > 0 ? shelves.map((shelf) => shelf.path) : [path];
      const unknownPaths = (await adapter.unknownPaths?.(asked, connection)) ?? [];
      if (unknownPaths.length > 0)
        return warn(
          name,
          `has no source that holds ${unknownPaths.join(', ')}`,
          `add it as a source there, or say with pathMap how this server sees ${tree.dir}`,
        );
    }
    const told = seen.map(({ path }) => path || '/').join(', ');
    return {
      server: name,
      state: 'ok',
      words:
        adapter.libraries || adapter.unknownPaths ? [`knows ${told}`, ...notes].join('; ') : 'is not asked',
    };
  } catch (error) {
    connection.signal.throwIfAborted();
    if (!(error instanceof ServerFault)) throw error;
    return warn(name, error.message, error.remedy);
  }
}

/** A shelf that one may leave out: what nothing recognises stands there. */
const optionalShelf = 'Unsorted';

/** A library for each shelf that is there. @param notes get what is worth a word and no warning */
function checkShelves(
  { name, adapter }: Server,
  { path, shelves }: { path: string; shelves: readonly { name: string; path: string }[] },
  folders: readonly string[],
  notes: string[],
): ServerCheck | undefined {
  if (shelves.length === 0 && adapter.skipsEmptyFolders)
    return warn(
      name,
      `${path} is empty, and it hears of nothing in a library whose folder is empty`,
      `run the first sync, then add its libraries, or have those that are there scanned once`,
    );
  const outside = shelves.filter((shelf) => !folders.some((folder) => touches(folder, shelf.path)));
  const needed = outside.filter((shelf) => shelf.name !== optionalShelf);
  const paths = (some: typeof outside) => some.map((shelf) => shelf.path).join(', ');
  if (needed.length > 0)
    return warn(
      name,
      `no library of it holds ${paths(needed)}: what is there is not seen`,
      `add a library there for ${paths(needed)}`,
    );
  if (outside.length > 0) notes.push(`no library holds ${paths(outside)}, which is as you like`);
  return undefined;
}

function touches(library: string, path: string): boolean {
  return isWithin(library, path) || isWithin(path, library);
}

function unknownPath(
  { name }: Server,
  tree: CheckedTree,
  path: string,
  libraries: readonly string[],
): ServerCheck {
  const some = libraries.slice(0, maxNamed).join(', ');
  const more = libraries.length > maxNamed ? ` and ${libraries.length - maxNamed} more` : '';
  const words = `no library of it holds ${path}; they hold ${some || 'nothing'}${more}`;
  const guess = likely(tree, libraries);
  const remedy =
    guess === undefined
      ? `add libraries there for Movies and Shows below ${path}; if it sees that folder under another name, say so: pathMap: {"${tree.dir}": "<its name there>"}`
      : `if ${guess} is the same folder: pathMap: {"${tree.dir}": "${guess}"}; else add a library for ${path} there`;
  return warn(name, words, remedy);
}

/** A library that ends as one of our folders does is likely that folder. */
function likely({ dir, shelves }: CheckedTree, libraries: readonly string[]): string | undefined {
  for (const library of libraries) {
    const [, base, last] = /^(.+)[/\\]([^/\\]+)[/\\]?$/.exec(library) ?? [];
    if (base === undefined || last === undefined) continue;
    if (shelves.includes(last)) return base;
    if (dir.endsWith(`/${last}`)) return library;
  }
  return undefined;
}

function warn(server: string, words: string, remedy?: string): ServerCheck {
  return { server, state: 'warn', words, ...(remedy === undefined ? {} : { remedy }) };
}
