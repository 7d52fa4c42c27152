import t from 'tap';
import { createLookup } from '../src/browse/lookup.ts';
import { nearPaths, pathNotFound } from '../src/catalog/account/near-paths.ts';

/** Paths of folders end in `/`. */
function accountOf(...paths: string[]) {
  const file = (name: string) => ({ name }) as never;
  const folder = (path: string) => ({ path, name: path.split('/').at(-1), listedAt: 1 }) as never;
  const inside = (base: string) =>
    paths.flatMap((path) => {
      const rest = path.startsWith(base) ? path.slice(base.length) : '';
      const [name = ''] = rest.split('/');
      return name === '' ? [] : [{ name, isFolder: rest.includes('/') }];
    });
  return {
    byPath: async (path: string) => ({ folder: folder(path), files: [] }),
    async children({ path }: { path: string }) {
      const base = path === '/' ? '/' : `${path}/`;
      const entries = [...new Map(inside(base).map((entry) => [entry.name, entry])).values()];
      return {
        folders: entries.filter(({ isFolder }) => isFolder).map(({ name }) => folder(base + name)),
        files: entries.filter(({ isFolder }) => !isFolder).map(({ name }) => file(name)),
      };
    },
  };
}

const account = accountOf(
  '/Films/Horreur/Alien (1979).mkv',
  '/Films/Amélie.mkv',
  '/Séries/Lost/',
  '/Divers/x.mkv',
);

t.test('what is near a path that is not there', async (t) => {
  const rows: [string, string[]][] = [
    ['/films', ['/Films']],
    ['films/', ['/Films']],
    ['/series/lost', ['/Séries/Lost']],
    ['/Films/Horeur', ['/Films/Horreur']],
    ['/film/horreur/alien', ['/Films/Horreur/Alien (1979).mkv']],
    ['/Films/Amelie.mkv', ['/Films/Amélie.mkv']],
    ['/films/x', ['/Films']],
    ['/Films/x', []],
    ['/Musique/x', []],
    ['/', []],
  ];
  for (const [path, near] of rows) t.same(await nearPaths(account, path), near, path);
});

t.test('the error says what may have been meant', async (t) => {
  t.equal(
    (await pathNotFound(account, '/films')).message,
    '/films is not in the catalog; did you mean /Films?',
  );
  t.equal((await pathNotFound(account, '/Musique')).message, '/Musique is not in the catalog');
  t.equal((await pathNotFound(account, '/films')).code, 'BRIDGE_NOT_FOUND');
});

t.test('of what was never listed it is said that nothing is known, and what to do', async (t) => {
  const root = { path: '/', listedAt: undefined };
  const nothing = { byPath: async () => ({ files: [] }), children: async () => ({ folders: [], files: [] }) };
  const empty = {
    ...nothing,
    byPath: async (path: string) => ({ files: [], ...(path === '/' && { folder: root as never }) }),
  };
  for (const paths of [nothing, empty])
    for (const [path, words] of [
      ['/', 'Nothing was synced yet'],
      ['/Films/x.mkv', 'Nothing was synced yet, so nothing is known of /Films/x.mkv'],
    ] as const)
      t.match(await pathNotFound(paths, path), {
        code: 'BRIDGE_NOT_INDEXED',
        message: words,
        remedy: /^passerelle sync lists the account/,
      });
  const begun = {
    ...empty,
    byPath: async (path: string) => ({
      files: [],
      ...(path === '/Films' && { folder: { path, listedAt: undefined } as never }),
      ...(path === '/' && { folder: { path, listedAt: 1 } as never }),
    }),
  };
  t.match(await pathNotFound(begun, '/Films/x'), {
    code: 'BRIDGE_NOT_INDEXED',
    message: '/Films was not listed yet, so nothing is known of /Films/x',
  });
  t.match(await pathNotFound(begun, '/Music'), { code: 'BRIDGE_NOT_FOUND' });
  const { entries } = createLookup(begun as never, ['/Divers']);
  for (const path of ['/Films', '/Films/x'])
    await t.rejects(entries(path), {
      code: 'BRIDGE_NOT_INDEXED',
      message: `${path} lies outside of library.roots (/Divers), and is not listed`,
      remedy: /^Add its folder to library\.roots/,
    });
  await t.rejects(createLookup(begun as never, ['/Films/Old']).entries('/Films'), {
    message: /not listed yet$/,
  });
  await t.rejects(createLookup(empty as never, ['/Divers']).entries('/Films'), {
    message: /^Nothing was synced/,
  });
});
