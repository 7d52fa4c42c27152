import { link, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import t from 'tap';
import { readOwnFile } from '../src/core/files/own-file.ts';
import { readOwn } from '../src/tree/tree-bytes.ts';
import { setup } from './fixtures/setup.ts';

/** Whoever may write into the library must not have Passerelle hand out what only Passerelle may read. */

const account = {
  folders: [
    {
      name: 'Heat (1995)',
      files: [
        { name: 'Heat.1995.mkv', content: { sizeBytes: 5000, seed: 1 } },
        { name: 'Heat.1995.srt', content: Buffer.from('1\n00:00:01,000 --> 00:00:02,000\nOui\n') },
      ],
    },
  ],
};
const dir = 'Movies/Heat (1995)';
const files = [`${dir}/Heat (1995).strm`, `${dir}/Heat (1995).srt`, `${dir}/movie.nfo`];
const doors = ['/strm/', '/dav/library/', '/browse/library/'];

t.test('a link in the library is never served, whatever it stands for, over any door', async (t) => {
  const started = await setup(t, { simulator: { account } });
  await started.sync();
  const keys = join(started.home, 'data/keys.json');
  const { password } = started.bridge.secrets;
  const get = async (url: string) => {
    const authorization = `Basic ${Buffer.from(`passerelle:${password}`).toString('base64')}`;
    return started.app.inject({ url: encodeURI(url), headers: { authorization } });
  };
  const inTree = (path: string) => join(started.libraryDir, path);
  const secret = await readFile(keys, 'utf8');
  const present: string[] = [];
  for (const path of files) if ((await get(`/strm/${path}`)).statusCode === 200) present.push(path);
  t.ok(present.length >= 2, `${present}`);

  const plant: Record<string, (path: string) => Promise<void>> = {
    'a link': (path) => symlink(keys, path),
    'a link by way of another': async (path) => {
      await symlink(keys, `${path}.other`);
      await symlink(`${path}.other`, path);
    },
    'a second name': (path) => link(keys, path),
    'a folder': (path) => mkdir(path).then(() => undefined),
    'a link to a device': (path) => symlink('/dev/zero', path),
  };
  for (const [what, put] of Object.entries(plant))
    for (const path of present) {
      const kept = `${inTree(path)}.kept`;
      await rename(inTree(path), kept);
      await put(inTree(path));
      for (const door of doors) {
        const { statusCode, body } = await get(door + path);
        t.notMatch(body, secret.slice(10, 40), `${what}: ${door}${path}`);
        if (door === '/strm/') t.equal(statusCode, 404, `${what}: ${door}${path}`);
      }
      await rm(inTree(path), { recursive: true });
      await rm(`${inTree(path)}.other`, { force: true });
      await rename(kept, inTree(path));
    }

  const elsewhere = join(started.home, 'elsewhere');
  const folder = dirname(inTree(present[0] ?? ''));
  await mkdir(join(elsewhere, 'planted'), { recursive: true });
  for (const path of present)
    await writeFile(join(elsewhere, 'planted', path.split('/').at(-1) ?? ''), 'planted');
  await rename(folder, `${folder}.kept`);
  await symlink(join(elsewhere, 'planted'), folder);
  for (const door of doors)
    for (const path of present)
      t.notMatch((await get(door + path)).body, /planted/, `a folder: ${door}${path}`);
  await rm(folder);
  await rename(`${folder}.kept`, folder);
  for (const path of present) t.equal((await get(`/strm/${path}`)).statusCode, 200, 'as before');
});

t.test('what is exchanged while it is opened is not followed either', async (t) => {
  const root = t.testdir({ tree: { a: { 'b.strm': 'ours' } }, out: { 'b.strm': 'SECRET' } });
  const tree = join(root, 'tree');
  let isOver = false;
  const exchanging = (async () => {
    while (!isOver) {
      await rename(join(tree, 'a'), join(tree, 'kept'));
      await symlink(join(root, 'out'), join(tree, 'a'));
      await rm(join(tree, 'a'));
      await rename(join(tree, 'kept'), join(tree, 'a'));
    }
  })();
  const seen = new Set<string>();
  for (let n = 0; n < 400; n++)
    seen.add(
      await readOwnFile(tree, 'a/b.strm').then(
        ({ bytes }) => bytes.toString(),
        () => 'refused',
      ),
    );
  isOver = true;
  await exchanging;
  t.notOk(seen.has('SECRET'));
  t.ok(seen.has('ours'));
});

t.test('a file is read below its folder alone, which may be a link itself', async (t) => {
  const root = t.testdir({
    tree: { 'a.nfo': 'ours', folder: {} },
    'b.nfo': 'SECRET',
    link: t.fixture('symlink', 'tree'),
  });
  const [tree, linked] = [join(root, 'tree'), join(root, 'link')];
  t.equal((await readOwnFile(linked, 'a.nfo')).bytes.toString(), 'ours');
  for (const path of ['../b.nfo', 'x/../../b.nfo', '', '.', 'folder', 'a.nfo/', '/a.nfo', 'none'])
    await t.rejects(readOwnFile(tree, path), path);
  await t.rejects(readOwnFile(tree, 'a.nfo', 3), { code: 'EFBIG' });
  await symlink(join(root, 'b.nfo'), join(tree, 'l.nfo'));
  t.equal(
    await readOwn(tree, 'l.nfo', { sizeBytes: 6, mtimeMs: 0 }),
    undefined,
    'nor compared with what we wrote',
  );
});
