import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { BridgeError } from '../src/core/errors.ts';
import { exists } from '../src/core/files/exists.ts';
import type { FolderId } from '../src/core/ids.ts';
import { silentLog } from '../src/core/log.ts';
import { createMounts } from '../src/reconcile/mounts.ts';
import { emptyResult } from '../src/reconcile/run.ts';
import { createTreePublisher } from '../src/reconcile/tree-publisher.ts';
import type { ImportedLink } from '../src/uploads/links.ts';
import { ask } from './fixtures/dav.ts';
import { createHurriedClock } from './fixtures/hurried-clock.ts';
import { setupListed, type Test } from './fixtures/setup.ts';
import { strmPaths } from './fixtures/strm-files.ts';
import type { AccountFolder } from './simulator/tree.ts';

/**
 * A sync that has asked for a folder before we change it writes the answer down after: what it was told is older than
 * what we did.
 */

const film = 'Metropolis.1927.1080p.mkv';
const small = (name: string, seed: number) => ({ name, content: { sizeBytes: 2000 + seed, seed } });
const account: AccountFolder = {
  folders: [
    {
      name: 'Films',
      files: [small(film, 1), small('Nosferatu.1922.mkv', 2)],
      folders: [{ name: 'Old', files: [small('Faust.1926.mkv', 3)] }],
    },
    { name: 'More', files: [small('Dracula.1931.mkv', 4)] },
  ],
};

/** Whatever `meanwhile` does is done between the host's answer for a folder and its being written down. */
async function besideACrawl(t: Test) {
  const started = await setupListed(t, {
    simulator: { account },
    overrides: { clock: createHurriedClock() },
    env: { PASSERELLE_DAV_WRITE: 'account' },
  });
  const { bridge, simulator } = started;
  const door = `${started.url}/dav/account`;
  const idOf = (folder: string) => String(simulator.account.folder(folder).id) as FolderId;
  async function readBefore(folders: readonly string[], meanwhile: () => Promise<void>): Promise<void> {
    const waiting = new Set(folders.map(idOf));
    const { listFolder } = bridge.host;
    let isOver = false;
    bridge.host.listFolder = async (id, options) => {
      const answer = await listFolder.call(bridge.host, id, options);
      if (waiting.delete(id) && waiting.size === 0 && !isOver) {
        isOver = true;
        await meanwhile();
      }
      return answer;
    };
    await started.sync();
    bridge.host.listFolder = listFolder;
    if (!isOver) throw new Error('it was not read');
  }
  const to = async (method: string, from: string, destination: string) =>
    (await ask(`${door}${from}`, method, { headers: { destination: `${door}${destination}` } })).status;
  const status = async (method: string, path: string) => (await ask(`${door}${path}`, method)).status;
  const put = async (path: string, text: string) =>
    (await ask(`${door}${path}`, 'PUT', { body: text })).status;
  const strm = async () => (await strmPaths(started)).map((path) => path.split('/').at(-1)).sort();
  return { ...started, readBefore, to, status, put, strm };
}

t.test('a film that was moved meanwhile is where it was moved to', async (t) => {
  const { readBefore, to, status, strm } = await besideACrawl(t);
  await readBefore(['/More'], async () => {
    t.equal(await to('MOVE', '/More/Dracula.1931.mkv', '/Films/Dracula.1931.mkv'), 201);
  });
  t.equal(await status('HEAD', '/Films/Dracula.1931.mkv'), 200);
  t.equal(await status('HEAD', '/More/Dracula.1931.mkv'), 404);
  t.equal((await strm()).filter((name) => name?.includes('Dracula')).length, 1);
});

t.test('a name that was given meanwhile is the name', async (t) => {
  const { readBefore, to, status } = await besideACrawl(t);
  await readBefore(['/Films'], async () => {
    t.equal(await to('MOVE', '/Films/Nosferatu.1922.mkv', '/Films/Orlok.1922.mkv'), 201);
    t.equal(await to('MOVE', '/Films/Old', '/Films/Older'), 201);
  });
  t.equal(await status('HEAD', '/Films/Orlok.1922.mkv'), 200);
  t.equal(await status('HEAD', '/Films/Nosferatu.1922.mkv'), 404);
  t.equal(await status('HEAD', '/Films/Older/Faust.1926.mkv'), 200);
  t.equal(await status('HEAD', '/Films/Old/'), 404);
});

t.test('what was removed meanwhile does not come back, and what is put back is there', async (t) => {
  const { bridge, readBefore, status, strm } = await besideACrawl(t);
  const { signal } = new AbortController();
  await readBefore(['/Films'], async () => {
    t.equal(await status('DELETE', `/Films/${film}`), 204);
    t.equal(await status('DELETE', '/Films/Old'), 204);
  });
  t.equal(await status('HEAD', `/Films/${film}`), 404);
  t.equal(await status('HEAD', '/Films/Old/Faust.1926.mkv'), 404);
  t.same(await strm(), ['Dracula (1931).strm', 'Nosferatu (1922).strm']);
  const removed = await bridge.accountChanges.trash();
  await readBefore(['/Films'], async () => {
    for (const { id } of removed) await bridge.accountChanges.restore(id, signal);
  });
  t.equal(await status('HEAD', `/Films/${film}`), 200);
  t.equal(await status('HEAD', '/Films/Old/Faust.1926.mkv'), 200);
  t.match(await bridge.catalog.files.byPath(`/Films/${film}`), { files: [{ missingSince: undefined }] });
  t.equal((await strm()).length, 4);
});

t.test('what was put or made meanwhile is not missing', async (t) => {
  const { bridge, readBefore, to, status, put } = await besideACrawl(t);
  await readBefore(['/Films', '/More'], async () => {
    t.equal(await put('/Films/Vampyr.1932.mkv', 'a film'), 201);
    t.equal(await put('/More/Dracula.1931.mkv', 'another one in its place'), 204);
    t.equal(await status('MKCOL', '/Films/New'), 201);
    t.equal(await put('/Films/New/M.1931.mkv', 'one more'), 201);
    t.equal(await to('COPY', '/Films/Old', '/More/Old'), 201);
  });
  for (const path of ['/Films/Vampyr.1932.mkv', '/More/Dracula.1931.mkv', '/Films/New/M.1931.mkv'])
    t.match(await bridge.catalog.files.byPath(path), { files: [{ missingSince: undefined }] }, path);
  t.match(await bridge.catalog.files.byPath('/Films/New'), { folder: { missingSince: undefined } });
  t.match(await bridge.catalog.files.byPath('/More/Old'), { folder: { missingSince: undefined } });
  t.equal((await bridge.catalog.files.byPath('/More/Dracula.1931.mkv')).files.length, 1);
});

t.test('moved away and removed there, it is not found where it began', async (t) => {
  const { readBefore, to, status } = await besideACrawl(t);
  await readBefore(['/More'], async () => {
    t.equal(await to('MOVE', '/More/Dracula.1931.mkv', '/Films/Dracula.1931.mkv'), 201);
    t.equal(await status('DELETE', '/Films/Dracula.1931.mkv'), 204);
  });
  t.equal(await status('HEAD', '/More/Dracula.1931.mkv'), 404);
  t.equal(await status('HEAD', '/Films/Dracula.1931.mkv'), 404);
});

t.test('what others change meanwhile is believed as before', async (t) => {
  const { bridge, simulator, readBefore, to, status } = await besideACrawl(t);
  simulator.account.removeFile(simulator.account.file('/Films/Nosferatu.1922.mkv'));
  await readBefore(['/Films'], async () => {
    t.equal(await to('MOVE', `/Films/${film}`, '/Films/Moloch.1927.mkv'), 201);
  });
  t.equal(await status('HEAD', '/Films/Moloch.1927.mkv'), 200);
  const { files } = await bridge.catalog.files.byPath('/Films/Nosferatu.1922.mkv');
  t.match(files, [{ missingSince: Number }]);
});

t.test('what is changed meanwhile is in the tree before the crawl has ended', async (t) => {
  const { libraryDir, readBefore, to, status, put, strm } = await besideACrawl(t);
  const films = [
    'Dracula (1931).strm',
    'Faust (1926).strm',
    'Metropolis (1927).strm',
    'Nosferatu (1922).strm',
  ];
  const dracula = () => readFile(join(libraryDir, 'Movies/Dracula (1931)/Dracula (1931).strm'), 'utf8');
  await readBefore(['/Films'], async () => {
    const before = await dracula();
    t.equal(await put('/Films/Vampyr.1932.mkv', 'a film'), 201);
    t.same(await strm(), [...films, 'Vampyr (1932).strm']);
    t.equal(await put('/More/Dracula.1931.mkv', 'another one in its place'), 204);
    t.same(await strm(), [...films, 'Vampyr (1932).strm']);
    t.not(await dracula(), before);
    t.equal(await to('MOVE', '/Films/Vampyr.1932.mkv', '/More/Vampyr.1932.mkv'), 201);
    t.same(await strm(), [...films, 'Vampyr (1932).strm']);
    t.equal(await status('DELETE', '/More/Vampyr.1932.mkv'), 204);
    t.same(await strm(), films);
  });
  t.same(await strm(), films);
});

t.test('what others bring is in the library before the crawl has ended', async (t) => {
  const { bridge, simulator, libraryDir, readBefore, status, strm } = await besideACrawl(t);
  const link = simulator.account.addOthers(small('Vampyr.1932.mkv', 9)).url;
  simulator.account.addFile('/Films', {
    name: 'Vampyr.1932.fr.srt',
    content: Buffer.from('1\n00:00:01,000 --> 00:00:02,000\nBonjour\n'),
  });
  const { signal } = new AbortController();
  await readBefore(['/Films'], async () => {
    const lines: ImportedLink[] = [];
    const onLink = (line: ImportedLink) => void lines.push(line);
    await bridge.linkImport.run({ links: [link], to: '/Films', signal, onLink });
    t.match(lines, [{ fate: 'added', file: { name: 'Vampyr.1932.mkv' } }]);
    t.ok((await strm()).includes('Vampyr (1932).strm'));
    t.ok(
      await exists(join(libraryDir, 'Movies/Vampyr (1932)/Vampyr (1932).fr.srt')),
      'with what lies beside',
    );
  });
  t.equal(await status('HEAD', '/Films/Vampyr.1932.mkv'), 200);
  t.match(await bridge.catalog.files.byPath('/Films/Vampyr.1932.mkv'), {
    files: [{ missingSince: undefined }],
  });
});

t.test('a folder that somebody else has made meanwhile is found there', async (t) => {
  const { bridge, simulator, readBefore, status } = await besideACrawl(t);
  await readBefore(['/Films'], async () => {
    simulator.account.addFolder('/Films/New');
    t.equal(await status('MKCOL', '/Films/New'), 201);
  });
  t.match(await bridge.catalog.files.byPath('/Films/New'), { folder: { missingSince: undefined } });
});

t.test('what is sent beside a film that the crawl has half seen is no word on that one', async (t) => {
  const { simulator, libraryDir, readBefore, put, strm } = await besideACrawl(t);
  const { account } = simulator;
  const faust = () => readFile(join(libraryDir, 'Movies/Faust (1926)/Faust (1926).strm'), 'utf8');
  const before = await faust();
  // It was moved to where the crawl comes late, and another of its name put in its place.
  account.addFolder('/More/Late');
  account.move('/Films/Old/Faust.1926.mkv', '/More/Late');
  account.addFile('/Films/Old', small('Faust.1926.mkv', 33));
  await readBefore(['/Films/Old', '/More/Late'], async () => {
    t.equal(await put('/Films/Old/M.1931.mkv', 'one more'), 201);
    t.ok((await strm()).includes('M (1931).strm'));
  });
  t.equal(await faust(), before);
});

t.test('who writes beside a look at everything waits for a page of it, not for all', async (t) => {
  const films = Array.from({ length: 1100 }, (_, at) => small(`Film ${at} (2001).mkv`, at));
  const started = await setupListed(t, {
    simulator: { account: { folders: [{ name: 'Films', files: films }] } },
  });
  const { publisher, catalog } = started.bridge;
  const [first = ''] = await catalog.placementsOf('').keysAfter('', 1);
  const order: string[] = [];
  let beside: Promise<unknown> | undefined;
  const titles = new Set<string>();
  titles.has = (key) => {
    beside ??= publisher.titles(new Map([['', new Set([first])]])).then(() => order.push('a title'));
    return Set.prototype.has.call(titles, key);
  };
  const { counts } = await publisher.everything({ done: { folders: new Set(), titles } });
  order.push('everything');
  await beside;
  t.same(order, ['a title', 'everything']);
  t.match(counts, { keep: 2200, create: 0, update: 0, delete: 0, failed: 0 });
});

t.test(
  'what another one could not write meanwhile is looked at again, though all was compared',
  async (t) => {
    const { bridge } = await setupListed(t, { simulator: { account } });
    const { catalog, publisher } = bridge;
    const [first] = publisher.trees;
    if (!first) throw new Error('there is no tree');
    // Two of them: where the only one is away, its error is told to who writes.
    const trees = [first, { ...first, name: 'second', dir: `${first.dir}-2` }];
    const mounts = createMounts({ catalog, log: silentLog, trees });
    const writer = { prepare: async () => ({ files: 1, around: 1, write: async () => undefined }) };
    const compared = createTreePublisher({ catalog, tree: first, writer, mounts });
    const isBehind = async (between: () => Promise<unknown>) => {
      await mounts.write({ tree: first }, () => Promise.reject(new BridgeError('BRIDGE_DISK')));
      await mounts.find(false);
      let turns = 0;
      await compared.compare(emptyResult(), {}, async (work) => {
        if (++turns === 2) await between();
        return work();
      });
      t.equal(turns, 2);
      return mounts.isBehind(first);
    };
    t.equal(await isBehind(async () => undefined), false);
    const fails = () => Promise.reject(new BridgeError('BRIDGE_DISK'));
    t.equal(await isBehind(() => mounts.write({ tree: first }, fails).then(() => mounts.find(false))), true);
  },
);
