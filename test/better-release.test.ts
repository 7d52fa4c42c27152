import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { isPlainStem } from '../src/library/place.ts';
import { disk } from '../src/tree/tree.ts';
import { hourMs } from './fixtures/hand-clock.ts';
import { file, others, startBridge } from './fixtures/start-bridge.ts';
import { strmFiles } from './fixtures/strm-files.ts';

/** A better release replaces a worse one: the path by which media servers know it passes on, and never vanishes. */

const rounds = 6;

/** In which rounds each version is in the account, worst first; a version may lie in another folder. */
interface Life {
  versions: readonly (readonly [resolution: string, from: number, to: number, folder?: string])[];
  /** A version that comes back: its number, and when. */
  back?: readonly [version: number, at: number];
}

/** Every order of two versions, and some of three: new first, old gone first, in one round, in two, with what comes back. */
function* lives(): Generator<Life> {
  const end = rounds + 1;
  for (const comes of [1, 2, 4])
    for (const goes of [1, 2, 3]) {
      const folder = (comes + goes) % 2 === 0 ? 'New' : 'Old';
      yield {
        versions: [
          ['720p', 0, goes],
          ['1080p', comes, end, folder],
        ],
      };
      yield {
        versions: [
          ['720p', 0, goes],
          ['1080p', comes, end, folder],
        ],
        back: [0, Math.max(comes, goes) + 1],
      };
      yield {
        versions: [
          ['720p', 0, goes],
          ['1080p', comes, end],
          ['2160p', comes, end, folder],
        ],
      };
      yield {
        versions: [
          ['1080p', 0, goes],
          ['720p', comes, comes + 2],
          ['2160p', comes + 1, end, folder],
        ],
      };
    }
}

t.test(
  'in every order of events the plain path stays until the last version ends, and is the survivor’s',
  async (t) => {
    const all = [...lives()];
    const isSeries = (at: number) => at % 2 === 1;
    const nameOf = (at: number, resolution: string) =>
      `Titel ${String.fromCharCode(65 + (at % 26))}${Math.floor(at / 26)}x.${isSeries(at) ? 'S01E01' : '1999'}.${resolution}.mkv`;
    const stemOf = (at: number) => {
      const title = `Titel ${String.fromCharCode(65 + (at % 26))}${Math.floor(at / 26)}x`;
      return isSeries(at)
        ? `Shows/${title}/Season 01/${title} S01E01`
        : `Movies/${title} (1999)/${title} (1999)`;
    };
    let libraryDir = '';
    const standing = new Set<string>();
    const watching = {
      ...disk,
      // Between the deletes of a step and its writes.
      write: async (dir: string, files: Parameters<typeof disk.write>[1]) => {
        for (const stem of standing)
          if (!existsSync(join(dir, `${stem}.strm`))) t.fail(`${stem} vanished for a moment`);
        return disk.write(dir, files);
      },
    };
    const one = await startBridge(
      t,
      {
        folders: [
          { name: 'Old', files: others },
          { name: 'New', files: [file('Stalker.1979.mkv')] },
        ],
      },
      {},
      { overrides: { disk: watching } },
    );
    libraryDir = one.libraryDir;
    const { account } = one.simulator;
    for (let round = 0; round <= rounds; round++) {
      for (const [at, { versions, back }] of all.entries())
        for (const [number, [resolution, from, to, folder = 'Old']] of versions.entries()) {
          const name = nameOf(at, resolution);
          const isBack = back?.[0] === number && back[1] === round;
          if (from === round || isBack) account.addFile(`/${folder}`, file(name));
          if (to === round && from < to) account.removeFile(`/${folder}/${name}`);
        }
      await one.sync({ acceptRemovals: true });
      await one.clock.advance(2 * hourMs);
      const strms = new Set((await strmFiles(libraryDir)).map(({ path }) => path));
      for (const at of all.keys()) {
        const stem = stemOf(at);
        const some = [...strms].filter((path) => path.startsWith(stem.slice(0, stem.lastIndexOf('/'))));
        if (some.length > 0 && !strms.has(`${stem}.strm`))
          t.fail(`round ${round}: ${some.join()} without a plain path, ${JSON.stringify(all[at])}`);
        if (strms.has(`${stem}.strm`)) standing.add(stem);
        else standing.delete(stem);
      }
    }
    for (const round of [1, 2, 3]) {
      await one.sync({ acceptRemovals: true });
      await one.clock.advance(2 * hourMs);
      t.ok(round);
    }
    const files = await strmFiles(libraryDir);
    for (const [at, { versions, back }] of all.entries()) {
      const stem = stemOf(at);
      const last = versions.at(-1) as Life['versions'][number];
      const survivors = versions
        .filter(([, , to], number) => to > rounds || back?.[0] === number)
        .map(([resolution, , , folder = 'Old']) => account.file(`/${folder}/${nameOf(at, resolution)}`).id);
      const found = files.filter(({ path }) => path.startsWith(stem.slice(0, stem.lastIndexOf('/'))));
      t.strictSame(found.map(({ fileId }) => fileId).sort(), survivors.toSorted(), JSON.stringify(versions));
      const plain = found.find(({ path }) => path === `${stem}.strm`)?.fileId;
      if (back === undefined && survivors.length === 1)
        t.equal(plain, account.file(`/${last[3] ?? 'Old'}/${nameOf(at, last[0])}`).id);
      else t.ok(plain !== undefined && survivors.includes(plain as never), 'one of those that are there');
      const nfo = await readFile(join(libraryDir, `${stem}.nfo`), 'utf8').catch(() => '');
      t.match(nfo, /<(?:movie|episodedetails)>/, 'with its NFO');
    }
    t.match((await one.sync({ full: true })).tree.counts, { create: 0, update: 0, delete: 0 });
  },
);

t.test('during the time of grace both are versions; the subtitle of the new one goes with it', async (t) => {
  const srt = (name: string) => ({
    name,
    content: Buffer.from(`1\n00:00:01,000 --> 00:00:02,000\n${name}\n`),
  });
  const one = await startBridge(t, {
    folders: [{ name: 'Films', files: [file('Alien.1979.720p.mkv'), ...others] }],
  });
  await one.sync();
  const stem = 'Movies/Alien (1979)/Alien (1979)';
  one.simulator.account.addFile('/Films', file('Alien.1979.1080p.mkv'));
  one.simulator.account.addFile('/Films', srt('Alien.1979.1080p.fr.srt'));
  one.simulator.account.removeFile('/Films/Alien.1979.720p.mkv');
  await one.sync();
  const ours = async () =>
    (await strmFiles(one.libraryDir)).map(({ path }) => path).filter((path) => path.includes('Alien'));
  t.same(await ours(), [`${stem} - 1080p.strm`, `${stem}.strm`], 'both');
  for (let crawl = 0; crawl < 2; crawl++) {
    await one.clock.advance(2 * hourMs);
    await one.sync({ acceptRemovals: true });
  }
  t.same(await ours(), [`${stem}.strm`]);
  t.match(await readFile(join(one.libraryDir, `${stem}.fr.srt`), 'utf8'), /1080p/);
  t.notOk(existsSync(join(one.libraryDir, `${stem} - 1080p.nfo`)));
});

t.test('a larger clip of a disc that comes later takes the path of the first', async (t) => {
  const clip = (name: string, sizeBytes: number) => ({ name, content: { sizeBytes, seed: sizeBytes } });
  const one = await startBridge(t, {
    folders: [
      { name: 'Films', files: others },
      {
        name: 'Ran (1985)',
        folders: [{ name: 'BDMV', folders: [{ name: 'STREAM', files: [clip('00000.m2ts', 3000)] }] }],
      },
    ],
  });
  await one.sync();
  const path = 'Movies/Ran (1985)/Ran (1985).strm';
  one.simulator.account.addFile('/Ran (1985)/BDMV/STREAM', clip('00001.m2ts', 90_000));
  one.simulator.account.addFile('/Ran (1985)/BDMV/STREAM', clip('00002.m2ts', 500));
  await one.sync();
  const ran = (await strmFiles(one.libraryDir)).filter((strm) => strm.path.includes('Ran'));
  const { id } = one.simulator.account.file('/Ran (1985)/BDMV/STREAM/00001.m2ts');
  t.match(ran, [{ path, fileId: id }]);
  t.equal(ran.length, 1);
});

t.test('what is a plain path', async (t) => {
  const plain = [
    'Movies/Heat (1995)/Heat (1995)',
    'Movies/Heat (1995) [tmdbid-949]/Heat (1995) [tmdbid-949]',
    'Movies/Heat (1995)/Heat (1995) - 1 of 2',
    'Movies/Heat (1995)/Heat (1995) - cd2',
    'Movies/Heat (1995)/Heat (1995) {edition-Extended}',
    'Shows/Lost (2004)/Season 01/Lost (2004) S01E02',
    'Shows/Lost (2004)/Season 01/Lost (2004) - s01e02-e03',
    'Shows/Quotidien/Season 2024/Quotidien 2024-05-06',
    'Shows/24/Season 2024/2024-05-06',
  ];
  const labelled = [
    'Movies/Heat (1995)/Heat (1995) - 1080p',
    'Movies/Heat (1995)/Heat (1995) - 1080p 1 of 2',
    'Movies/Heat (1995)/trailers/Heat (1995)',
    'Shows/Lost (2004)/Season 01/Lost (2004) S01E02 - 720p',
    'Unsorted/Films/Heat (1995)',
  ];
  for (const stem of plain) t.ok(isPlainStem(stem), stem);
  for (const stem of labelled) t.notOk(isPlainStem(stem), stem);
});

t.test('a file whose path has passed on does not come back when its successor is moved', async (t) => {
  const account = {
    folders: [
      { name: 'Old', files: others },
      { name: 'New', files: [file('Stalker.1979.mkv')] },
    ],
  };
  const one = await startBridge(t, account, { PASSERELLE_SYNC_GRACE_HOURS: '72' });
  const { account: host } = one.simulator;
  const names = ['Ronin.1998.720p.mkv', 'Dark.S01E01.mkv'];
  for (const name of names) host.addFile('/Old', file(name));
  await one.sync();
  // Uploaded anew: each goes, and is there again under another id.
  for (const name of names) {
    host.removeFile(`/Old/${name}`);
    host.addFile('/Old', file(name));
  }
  await one.sync();
  const before = await strmFiles(one.libraryDir);
  for (const name of names) host.move(`/Old/${name}`, '/New');
  for (const full of [false, true, false, true]) {
    await one.clock.advance(hourMs);
    await one.sync({ full });
    t.strictSame(await strmFiles(one.libraryDir), before, 'the same files at the same paths');
  }
});
