import { join } from 'node:path';
import tap from 'tap';
import { request } from 'undici';
import { createHandClock, hourMs } from './fixtures/hand-clock.ts';
import { hostileAccount } from './fixtures/hostile-account.ts';
import { noGrace, type Setup, setup, signal } from './fixtures/setup.ts';
import { type StrmFile, strmFiles } from './fixtures/strm-files.ts';
import { createRandom } from './simulator/random.ts';

/** Every media file of the account is in the tree, or under Unsorted, or in the list of what was left out; and why. */
interface Entry {
  kind: string;
  fileId?: string;
  path: string;
  reason: string;
  why: string;
  remedy: string;
  sizeBytes?: number;
  count?: number;
}

/** What the API tells, in pages of `limit`. */
async function leftOut(one: Setup, limit = 7) {
  const token = one.bridge.secrets.adminToken;
  const entries: Entry[] = [];
  let counts: Record<string, number> | undefined;
  for (let after = ''; ; ) {
    const query = new URLSearchParams({ limit: String(limit), after });
    const { statusCode, body } = await request(`${one.url}/api/v1/review/left-out?${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (statusCode !== 200) throw new Error(await body.text());
    const page = (await body.json()) as { entries: Entry[]; next?: string; counts?: Record<string, number> };
    entries.push(...page.entries);
    counts ??= page.counts;
    if (page.next === undefined) return { entries, counts };
    after = page.next;
  }
}

const media = /\.(?:mkv|mp4|avi|ts|m2ts|vob|iso|img)$/i;
const known = /\.(?:srt|nfo|rar|tar|exe|strm)$/i;
/** As the host's names are made safe. */
const cleaned = (name: string) =>
  name
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll('/', '／')
    .trim();

/** A file may stand in several trees; where it is sorted in one of them, it is sorted. */
function onceEach(all: readonly StrmFile[]): StrmFile[] {
  const sorted = all.toSorted((a, b) => Number(isUnsorted(b)) - Number(isUnsorted(a)));
  return [...new Map(sorted.map((one) => [one.fileId, one])).values()];
}

const isUnsorted = ({ path }: StrmFile) => path.startsWith('Unsorted/');

/** Fails for each file that is nowhere. @returns the reasons that were given */
async function checkWhole(
  t: Pick<typeof tap, 'equal' | 'match' | 'ok' | 'fail'>,
  one: Setup,
): Promise<Set<string>> {
  const { entries, counts } = await leftOut(one);
  const dirs = one.bridge.publisher.trees.map(({ dir }) => dir);
  const strm = onceEach((await Promise.all(dirs.map((dir) => strmFiles(dir).catch(() => [])))).flat());
  const standing = new Set(strm.map(({ fileId }) => fileId));
  const told = new Set(entries.flatMap(({ fileId }) => (fileId === undefined ? [] : [fileId])));
  const ends = entries.filter(({ fileId }) => fileId === undefined).map(({ path }) => path);
  let total = 0;
  for (const file of one.simulator.account.files()) {
    if (!media.test(file.name) && !(file.sizeBytes > 50_000_000 && !known.test(file.name))) continue;
    total++;
    const path = one.simulator.account.pathOf(file);
    const isDeep = path.split('/').length > 202;
    const isTold =
      told.has(file.id) ||
      ends.some((end) => end.endsWith(`/${cleaned(file.name)}`)) ||
      (file.name.length > 1000 && ends.some((end) => end.includes('…x'))) ||
      (isDeep && entries.some(({ reason }) => reason === 'tooDeep'));
    if (!standing.has(file.id) && !isTold) t.fail(`nowhere: ${JSON.stringify(path.slice(-200))}`);
    if (standing.has(file.id) && told.has(file.id)) t.fail(`in the tree and left out: ${path}`);
  }
  t.ok(total > 20, `${total} media files`);
  for (const { reason, why, remedy, path } of entries) {
    if (reason === 'unknown') t.fail(`no reason: ${JSON.stringify(path)}`);
    if (!why || !remedy) t.fail(`no words for ${reason}`);
  }
  const unsorted = strm.filter(isUnsorted).length;
  const files = entries.filter(({ kind }) => kind === 'file').reduce((sum, { count = 1 }) => sum + count, 0);
  t.match(counts, { placed: strm.length - unsorted, unsorted, leftOut: files });
  t.equal(counts?.files, strm.length + files, 'the counts add up');
  return new Set(entries.map(({ reason }) => reason));
}

/** `PASSERELLE_TEST_SEEDS` takes more of them. */
const seeds = Number(process.env.PASSERELLE_TEST_SEEDS ?? 1);

for (let seed = 1; seed <= seeds; seed++)
  tap.test(`a hostile account, seed ${seed}: each file is somewhere, or it is said why not`, async (t) => {
    const env: Record<string, string> = seed % 3 === 0 ? { PASSERELLE_PROFILE: 'kodi' } : {};
    const one = await setup(t, { simulator: { account: hostileAccount(seed) }, env });
    const { outcome, whereabouts } = await one.sync();
    t.equal(outcome, 'done');
    const reasons = await checkWhole(t, one);
    t.ok(reasons.size > 2, [...reasons].join(' '));
    t.match(whereabouts, (await leftOut(one)).counts ?? {}, 'the sync says the same');
  });

for (let seed = 1; seed <= seeds; seed++)
  tap.test(`an account in which much happens, seed ${seed}: after each sync nothing is lost`, async (t) => {
    const random = createRandom(seed);
    const clock = createHandClock();
    const home = t.testdir();
    const trees = [
      { dir: join(home, 'library'), kinds: ['movie', 'unsorted'] },
      { dir: join(home, 'other'), profile: 'kodi', kinds: ['episode'] },
    ];
    const one = await setup(t, {
      home,
      overrides: { clock },
      simulator: { clock, account: hostileAccount(seed + 100, 50) },
      env: { ...noGrace, PASSERELLE_TREES: JSON.stringify(trees) },
    });
    const { account } = one.simulator;
    for (let day = 0; day < 4; day++) {
      for (const [n, file] of [...account.files()].entries()) {
        const dice = random();
        if (dice < 0.1) account.rename(file, `Renamed ${n} (19${(n % 80) + 10}).mkv`);
        else if (dice < 0.15) account.removeFile(file);
        else if (dice < 0.2) {
          // Uploaded anew under its name.
          const { folder, name, content } = file;
          account.removeFile(file);
          account.addFile(folder, { name, content });
        } else if (dice < 0.25) account.move(file, '/');
        else if (dice < 0.3 && day > 0)
          await one.bridge.curation.overrides
            .set({ fileId: file.id }, { as: dice < 0.27 ? 'ignore' : 'extra' }, signal)
            .catch(() => undefined);
      }
      await one.sync();
      await checkWhole(t, one);
      clock.jump(clock.now() + 48 * hourMs);
    }
  });
