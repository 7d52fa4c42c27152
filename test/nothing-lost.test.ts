import tap from 'tap';
import { request } from 'undici';
import { hostileAccount } from './fixtures/hostile-account.ts';
import { type Setup, setup } from './fixtures/setup.ts';
import { strmFiles } from './fixtures/strm-files.ts';

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

/** Fails for each file that is nowhere. @returns the reasons that were given */
async function checkWhole(
  t: Pick<typeof tap, 'equal' | 'match' | 'ok' | 'fail'>,
  one: Setup,
): Promise<Set<string>> {
  const { entries, counts } = await leftOut(one);
  const strm = await strmFiles(one.libraryDir);
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
  const unsorted = strm.filter(({ path }) => path.startsWith('Unsorted/')).length;
  const files = entries.filter(({ kind }) => kind === 'file').reduce((sum, { count = 1 }) => sum + count, 0);
  t.match(counts, { placed: strm.length - unsorted, unsorted, leftOut: files });
  t.equal(counts?.files, strm.length + files, 'the counts add up');
  return new Set(entries.map(({ reason }) => reason));
}

for (const seed of [1, 2, 3])
  tap.test(`a hostile account, seed ${seed}: each file is somewhere, or it is said why not`, async (t) => {
    const env: Record<string, string> = seed === 3 ? { PASSERELLE_LIBRARY_PROFILE: 'kodi' } : {};
    const one = await setup(t, { simulator: { account: hostileAccount(seed) }, env });
    const { outcome, whereabouts } = await one.sync();
    t.equal(outcome, 'done');
    const reasons = await checkWhole(t, one);
    t.ok(reasons.size > 2, [...reasons].join(' '));
    t.match(whereabouts, (await leftOut(one)).counts ?? {}, 'the sync says the same');
  });
