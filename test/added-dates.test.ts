import { readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { dateOf } from '../src/reconcile/added-dates.ts';
import { isTimeFor, timeFor } from '../src/tree/file-times.ts';
import { ask } from './fixtures/dav.ts';
import { hourMs } from './fixtures/hand-clock.ts';
import { file, others, startBridge } from './fixtures/start-bridge.ts';
import { strmPaths } from './fixtures/strm-files.ts';

/** Since when a title is there: the date of its first version, in its NFO file and as the time of its STRM. */

const day = (text: string) => Date.parse(`${text}Z`);
const old = day('2021-03-04T05:06:07');
const late = day('2023-08-09T10:11:12');
const dated = (name: string, date: number) => ({ ...file(name), date });
const heat = 'Movies/Heat (1995)/Heat (1995)';
const lost = 'Shows/Lost/Season 01/Lost S01E01';

async function startDated(t: Parameters<typeof startBridge>[0]) {
  const one = await startBridge(t, {
    folders: [
      { name: 'Films', files: [dated('Heat.1995.720p.mkv', old), ...others.slice(2)] },
      { name: 'Lost', files: [dated('Lost.S01E01.mkv', late), dated('Lost.S01E02.mkv', old)] },
    ],
  });
  await one.sync();
  const timeOf = async (stem: string) => (await stat(join(one.libraryDir, `${stem}.strm`))).mtimeMs;
  const addedOf = async (path: string) =>
    /(?<=<dateadded>)[^<]*/.exec(await readFile(join(one.libraryDir, path), 'utf8'))?.[0];
  return { ...one, timeOf, addedOf };
}

t.test('the date at the host is that of the STRM and of the NFO, through every door', async (t) => {
  const one = await startDated(t);
  t.equal(await one.timeOf(heat), old);
  t.equal(await one.timeOf(lost), late);
  t.equal(await one.addedOf(`${heat}.nfo`), '2021-03-04 05:06:07');
  t.equal(await one.addedOf(`${lost}.nfo`), '2023-08-09 10:11:12');
  t.equal(await one.addedOf('Shows/Lost/tvshow.nfo'), '2021-03-04 05:06:07', 'a show has that of its first');
  const { headers } = await ask(`${one.url}/strm/${encodeURI(heat)}.strm`, 'GET');
  t.equal(headers['last-modified'], 'Thu, 04 Mar 2021 05:06:07 GMT');
  t.match((await one.sync({ full: true })).tree.counts, { create: 0, update: 0, delete: 0 });
});

t.test('a later version keeps the date of the first, also when the first has left', async (t) => {
  const one = await startDated(t);
  const { account } = one.simulator;
  account.addFile('/Films', dated('Heat.1995.2160p.mkv', late));
  await one.sync();
  t.equal(await one.addedOf(`${heat} - 2160p.nfo`), '2021-03-04 05:06:07');
  t.equal(await one.timeOf(`${heat} - 2160p`), old);
  account.removeFile('/Films/Heat.1995.720p.mkv');
  for (let crawl = 0; crawl < 3; crawl++) {
    await one.sync({ acceptRemovals: true });
    await one.clock.advance(2 * hourMs);
  }
  t.same(
    (await strmPaths(one)).filter((path) => path.includes('Heat')),
    [`${heat}.strm`],
  );
  t.equal(await one.addedOf(`${heat}.nfo`), '2021-03-04 05:06:07');
  const replaced = await one.timeOf(heat);
  t.ok(
    replaced > old && replaced < old + 60_000,
    'written over, it has another time: who compares times sees that',
  );
  account.removeFile('/Films/Heat.1995.2160p.mkv');
  account.addFile('/Films', dated('Heat.1995.2160p.mkv', day('2025-01-01T00:00:00')));
  await one.sync();
  await one.sync({ full: true });
  t.equal(await one.addedOf(`${heat}.nfo`), '2021-03-04 05:06:07', 'uploaded anew');
  t.ok((await one.timeOf(heat)) < old + 60_000);
});

t.test('a tree from before gets its times once: nothing is written, and no server is told', async (t) => {
  const one = await startDated(t);
  await utimes(join(one.libraryDir, `${heat}.strm`), Date.now() / 1000, Date.now() / 1000);
  const { mtimeMs, ino } = await stat(join(one.libraryDir, `${heat}.strm`));
  const folderDate = () => one.bridge.catalog.listings.ofTree('').changedAt('Movies/Heat (1995)');
  const before = await folderDate();
  await one.clock.advance(hourMs);
  const { tree } = await one.sync({ full: true });
  t.match(tree.counts, { create: 0, update: 0, delete: 0 });
  t.equal(await one.timeOf(heat), old);
  t.not(mtimeMs, old);
  t.equal((await stat(join(one.libraryDir, `${heat}.strm`))).ino, ino, 'the same file');
  t.equal(await folderDate(), before, 'its folder has not changed');
});

t.test('a date that is missing, in the future or from before there were films', async (t) => {
  const seen = day('2024-05-06T07:08:09');
  const rows: [sentAt: number | undefined, date: number | undefined][] = [
    [late, late],
    [undefined, seen],
    [day('2030-01-01T00:00:00'), seen],
    [0, seen],
    [day('1999-12-31T00:00:00'), seen],
  ];
  for (const [sentAt, date] of rows) t.equal(dateOf({ sentAt, firstSeenAt: seen }), date, String(sentAt));
  t.equal(dateOf({ sentAt: undefined, firstSeenAt: 0 }), undefined, 'nothing is known');
});

t.test('times of files: those of FAT count in twos, and what is written over gets a later one', async (t) => {
  t.ok(isTimeFor(old, old - 2000));
  t.ok(isTimeFor(old, old + 10_000));
  t.notOk(isTimeFor(old, old - 3000));
  t.notOk(isTimeFor(old, late));
  t.equal(timeFor(undefined, old), undefined);
  t.equal(timeFor(old, undefined), old);
  t.equal(timeFor(old, late), old);
  const times = [old];
  for (let count = 0; count < 1000; count++) times.push(timeFor(old, times.at(-1)) as number);
  t.ok(times.every((time, at) => time !== times[at - 1] && isTimeFor(old, time)));
});
