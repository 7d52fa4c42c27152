import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Recognition, recognise, recogniseFolder } from '../src/naming/recognise.ts';
import { sameTitleKey } from '../src/naming/text/titles.ts';
import { hostileNames } from './fixtures/hostile-names.ts';
import { type MadeFolder, madeFolders, madeNames } from './fixtures/made-names.ts';
import { type Entry, type Miss, misses, readEntries } from './fixtures/score.ts';

/** Shares of right answers. They only ever rise: an upgrade of the library or a new rule that falls below is not taken. */
const floors: Record<string, number> = {
  'fr-names': 1,
  'fr-layout': 1,
  ptn: 0.977,
  'oleoo-fr': 0.998,
  anitopy: 0.8,
  'guessit-episodes': 0.92,
  'guessit-movies': 0.86,
  'guessit-various': 0.88,
  'jellyfin-episodes': 0.97,
  'jellyfin-extras': 1,
  'jellyfin-folders': 0.98,
  'jellyfin-movies': 1,
  ptt: 0.93,
  'radarr-movies': 0.98,
  'sonarr-anime': 1,
  'sonarr-anime-cjk': 0.95,
  'sonarr-daily': 1,
  'sonarr-episodes': 0.97,
  'sonarr-paths': 1,
  'sonarr-season-packs': 1,
  vfp: 0.96,
};
/** Sets of fewer names than others have. */
const small: ReadonlySet<string> = new Set([
  'sonarr-anime-cjk',
  'sonarr-daily',
  'sonarr-paths',
  'sonarr-season-packs',
]);
const ownFloor = 0.999;
const fewestNamesPerSecond = 5000;
const maxMs = 50;

const shared = process.env.PASSERELLE_CORPORA ?? join(import.meta.dirname, '../../shared/corpora');
const own = join(import.meta.dirname, 'names');
const ownSets = readdirSync(own).filter((name) => name.endsWith('.jsonl'));

for (const [set, floor] of Object.entries(floors)) {
  const file = join(shared, `${set}.jsonl`);
  const skip = !existsSync(file) && 'the shared corpora are not here (PASSERELLE_CORPORA names their folder)';
  t.test(`${set}: ${floor * 100} % or more`, { skip }, async (t) =>
    hold(t, readEntries(file), floor, small.has(set) ? 30 : 50),
  );
}
for (const set of ownSets) {
  t.test(`own ${set}`, async (t) => hold(t, readEntries(join(own, set)), ownFloor));
}

function hold(t: Test, entries: readonly Entry[], floor: number, fewest = 50): void {
  t.ok(entries.length > fewest, 'the set is there');
  const wrong = misses(entries);
  const share = 1 - wrong.length / entries.length;
  t.comment(`${entries.length - wrong.length} of ${entries.length}, ${(share * 100).toFixed(2)} %`);
  t.ok(share >= floor, 'the floor holds', { wrong: wrong.slice(0, 40).map(inWords) });
}

function inWords({ path, fields, expect, got }: Miss): string {
  return `${path}: ${fields.join(', ')}; expected ${JSON.stringify(expect)}, got ${JSON.stringify(got)}`;
}

t.test('every title in every form', async (t) => {
  for (const [what, made, floor] of [
    ['names', madeNames(), 0.995],
    ['folders', madeFolders(), 0.99],
  ] as const) {
    const wrong = made.flatMap(wrongIn);
    const share = 1 - wrong.length / made.length;
    t.comment(`${what}: ${made.length - wrong.length} of ${made.length}, ${(share * 100).toFixed(2)} %`);
    t.ok(share >= floor, `${what}: the floor holds`, { wrong: wrong.slice(0, 40) });
  }
});

/** The first file of the folder that is not what it was made as. */
function wrongIn({ paths, title, kind, season, episodes, year }: MadeFolder): string[] {
  const isRight = (got: Recognition, at: number) => {
    const key = sameTitleKey(got.title ?? '');
    const wanted = sameTitleKey(title);
    const sameTitle = kind === 'movie' && paths.length > 1 ? key === `${wanted}${at + 1}` : key === wanted;
    return (
      sameTitle &&
      got.kind === kind &&
      got.episodes?.[0] === episodes?.[at] &&
      (season === undefined || got.season === season) &&
      (year === undefined || got.year === year)
    );
  };
  const wrong = recogniseFolder(paths).find((got, at) => !isRight(got, at));
  return wrong ? [`${wrong.path}: ${JSON.stringify(wrong)}`] : [];
}

/** Milliseconds of processor time: a busy machine does not count. */
function cpuMs(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

t.test('thousands of names a second', async (t) => {
  const paths = ownSets
    .flatMap((set) => readEntries(join(own, set)))
    .map(({ path, name }, i) => `/${i}/${path ?? name}`);
  paths.forEach(recognise);
  // What else the machine does makes a round slower, and never faster.
  const rounds = Array.from({ length: 4 }, () => cpuMs(() => paths.forEach(recognise)));
  const perSecond = Math.round((paths.length * 1000) / Math.min(...rounds));
  t.comment(`${perSecond} names a second`);
  t.ok(perSecond >= fewestNamesPerSecond, `${perSecond} names a second`);
});

t.test('no hostile name takes long', async (t) => {
  const names = hostileNames();
  for (const name of names.slice(0, 500)) recognise(`/${name}/${name}.mkv`);
  let worst = { ms: 0, name: '' };
  for (const name of names) {
    const read = () => cpuMs(() => recognise(`/Films/${name}.mkv`));
    const once = read();
    // Collecting garbage may fall into any one of them: a slow name is slow twice.
    const ms = once > maxMs / 3 ? Math.min(once, read()) : once;
    if (ms > worst.ms) worst = { ms, name };
  }
  t.comment(`${names.length} names, the worst takes ${worst.ms.toFixed(1)} ms: ${worst.name.slice(0, 40)}`);
  t.ok(worst.ms < maxMs, `${worst.ms} ms for ${worst.name}`);
});

t.test('a large folder is read in time that grows with its size', async (t) => {
  const folder = (count: number) =>
    Array.from({ length: count }, (_, i) => `/Vrac/Show ${i % 37} - ${i} Titre ${i * 7} 1 2 3.mkv`);
  recogniseFolder(folder(1000));
  const ms = cpuMs(() => recogniseFolder(folder(5000)));
  t.comment(`5,000 files of one folder: ${Math.round(ms)} ms`);
  t.ok(ms < 2500, `${ms} ms`);
});
