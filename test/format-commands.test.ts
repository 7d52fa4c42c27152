import t from 'tap';
import { widthOf } from '../src/commands/format/cut.ts';
import { doubtLines } from '../src/commands/format/doubts.ts';
import { findingLines } from '../src/commands/format/findings.ts';
import { listingLines } from '../src/commands/format/listing.ts';
import { fixedTotal, moveLines, moveTotal } from '../src/commands/format/moves.ts';
import { overrideLines } from '../src/commands/format/overrides.ts';
import { playsLines } from '../src/commands/format/plays.ts';
import { proposalLines } from '../src/commands/format/proposals.ts';
import { ruleLines } from '../src/commands/format/rules.ts';
import { planLines } from '../src/commands/format/sync-plan.ts';
import { syncTotal } from '../src/commands/format/sync-total.ts';
import { withLocalTimes } from '../src/commands/format/time.ts';
import { widthOfStream } from '../src/commands/format/width.ts';
import { wrapped } from '../src/commands/format/wrap.ts';
import { toFileId } from '../src/core/ids.ts';
import type { PlayRecord } from '../src/delivery/plays.ts';
import { readOverride } from '../src/library/override.ts';

const zone = 'Europe/Paris';
const at = Date.UTC(2026, 10, 28, 18, 23, 38);
const long = `${'進撃の巨人 '.repeat(30)}.mkv`;
const hostile = '\u001b]0;owned\u0007\u009b2J\r\n';

const play: PlayRecord = {
  id: '0123456789',
  fileId: toFileId('abcdefghij0123456789'),
  name: 'Metropolis.1927.mkv',
  startedAt: at,
  lastAt: at + 60_000,
  client: 'kodi',
  userAgent: 'Kodi/21.0',
  address: '192.168.1.20',
  rule: 'sticky',
  why: 'it stays with one address',
  give: 'bytes',
  lease: 'new',
  apiCalls: 1,
  cachedBytes: 4_000_000,
  cacheHit: true,
  firstByteMs: 12,
  bytes: 1_200_000_000,
  requests: 3,
  seeks: 1,
  resumes: 0,
  ended: 'left at 34 %',
};

t.test('what a sync did is one line, in which nothing reads as an empty library', async (t) => {
  const counts = { create: 0, update: 0, delete: 0, keep: 0, adopt: 0 };
  t.equal(syncTotal(counts, 7, false), 'written 0, updated 0, deleted 0; 7 calls to the host');
  t.equal(
    syncTotal({ create: 12_000, update: 1, delete: 2, keep: 3000, adopt: 1 }, 1, true),
    'would write 12,000, would update 1, would delete 2, unchanged 3,001; 1 call to the host',
  );
});

t.test('a folder of the account is shown with sizes, days and what it comes to', async (t) => {
  const files = [
    { name: 'Alien (1979).mkv', sizeBytes: 1_464_000_000, sentAt: at },
    { name: 'Alien (1979).srt', sizeBytes: 80_000 },
    { name: 'Gone.mkv', sizeBytes: 1, missingSince: at },
  ];
  t.same(listingLines({ folders: [{ name: 'Horreur' }], files }, { zone }), [
    '                     Horreur/',
    '1.46 GB  2026-11-28  Alien (1979).mkv',
    '  80 kB              Alien (1979).srt',
    '    1 B              Gone.mkv          missing since 2026-11-28',
    '1 folder, 3 files, 1.46 GB',
  ]);
  t.same(listingLines({ folders: [{ name: 'Films' }], files: [] }), ['Films/', '1 folder']);
  t.same(listingLines({ folders: [], files: [{ name: `${'x'.repeat(200)}`, sizeBytes: 1 }] }).slice(1), [
    '1 file, 1 B',
    'Long names are cut; --json has them whole.',
  ]);
  t.same(listingLines({ folders: [], files: [] }), ['This folder is empty.']);
  t.equal(listingLines({ folders: [], files: files.slice(0, 1) }, { zone }).at(-1), '1 file, 1.46 GB');
});

t.test('the last plays', async (t) => {
  t.same(
    playsLines([play, { ...play, give: 'redirect', bytes: 0, cachedBytes: 0, ended: 'sent on' }], { zone }),
    [
      'started           file                 player  given     calls   wait   bytes  end',
      '2026-11-28 19:23  Metropolis.1927.mkv  Kodi    bytes         1  12 ms  1.2 GB  left at 34 %',
      '2026-11-28 19:23  Metropolis.1927.mkv  Kodi    redirect      1  12 ms          sent on',
      '',
      '2 plays, 2 calls to the host; 1.2 GB through Passerelle, 4 MB of them from the cache.',
      'Times are local (Europe/Paris); --json says also by which rule, and why.',
    ],
  );
  t.same(playsLines([]), ['Nothing was played yet.']);
});

t.test('no line is wider than it may be, and no name steers the terminal', async (t) => {
  const name = hostile + long;
  const proposal = {
    id: 1,
    at,
    state: 'open' as const,
    kind: 'many',
    files: 9,
    films: 3,
    why: name,
    examples: [name],
  };
  const all = (width: number): string[][] => [
    listingLines(
      { folders: [{ name }], files: [{ name, sizeBytes: 1e12, sentAt: at, missingSince: at }] },
      { width },
    ),
    playsLines(
      [
        {
          ...play,
          name,
          ended: 'BRIDGE_UPSTREAM_CHANGED',
          rule: 'my-own-rule-of-the-house',
          client: 'ffmpeg',
        },
      ],
      { width },
    ),
    proposalLines([{ ...proposal, decidedAt: at + 60_000 }], { width }),
    doubtLines(
      [{ path: name, why: 'no title and no year, and nothing in the folders above it '.repeat(4) }],
      { width },
    ),
    overrideLines([{ target: 'file:x', path: name, override: { title: name, ids: { tmdb: '603' } }, at }], {
      width,
    }),
    planLines([{ at: new Date(at).toISOString(), path: name, why: 'what is new in the whole account' }], {
      tiers: {},
      sync: { callsPerDay: 1, discovery: true, intervalMinutes: 30 },
      width,
    }),
    findingLines(
      'media server',
      { state: 'warn', words: `${'a word '.repeat(40)}${hostile}`, remedy: 'do this '.repeat(30) },
      width,
    ),
    ruleLines(
      [
        {
          client: 'exoplayer',
          from: 'elsewhere',
          asks: 'start',
          give: 'redirect',
          rule: 'sticky',
          why: 'because '.repeat(40),
        },
      ],
      width,
    ),
  ];
  for (const width of [100, 120])
    for (const lines of all(width))
      for (const line of lines) {
        t.ok(widthOf(line) <= width, `${widthOf(line)} of ${width}: ${line}`);
        t.notMatch(line, /\p{Control}/u);
      }
  for (const line of moveLines([{ from: { stem: hostile }, to: undefined, why: hostile }]))
    t.notMatch(line, /\p{Control}/u);
});

t.test(
  'players that are treated alike stand in one table, and why each rule is there stands in full',
  (t) => {
    const rows = (client: string, jump: [give: string, rule: string]) =>
      ['loopback', 'private', 'elsewhere'].flatMap((from) =>
        ['start', 'end', 'jump'].map((asks) => {
          const [give, rule] =
            from === 'elsewhere' ? ['bytes', 'elsewhere'] : asks === 'jump' ? jump : ['bytes', 'probe'];
          return { client, from, asks, give, rule, why: `the ${rule} of all ${'and more '.repeat(12)}end` };
        }),
      );
    const lines = ruleLines([
      ...rows('ffmpeg', ['redirect', 'returning']),
      ...rows('mpv', ['redirect', 'returning']),
      ...rows('kodi', ['bytes', 'sticky']),
    ]);
    t.same(lines.slice(0, 10), [
      'ffmpeg, mpv',
      '  from               asks              gets      by rule',
      '  loopback, private  start, end        bytes     probe',
      '  loopback, private  jump              redirect  returning',
      '  elsewhere          start, end, jump  bytes     elsewhere',
      '',
      'kodi',
      '  from               asks              gets   by rule',
      '  loopback, private  start, end        bytes  probe',
      '  loopback, private  jump              bytes  sticky',
    ]);
    const whys = lines.slice(12).join(' ');
    for (const rule of ['probe', 'returning', 'elsewhere', 'sticky'])
      t.match(whys, `${rule}: the ${rule} of all and more`);
    t.equal(whys.split(' end').length, 5, 'none is cut');
    t.end();
  },
);

t.test('the plan of a day says what is off before it says what is planned', (t) => {
  const sync = { callsPerDay: 10_000, discovery: true, intervalMinutes: 30 };
  const tiers = { hot: 1, warm: 0, cold: 6 };
  const off = ['sync.discovery is off, or sync.intervalMinutes is 0: only what is asked for is looked into.'];
  const looks = (why: string, times: number) =>
    Array.from({ length: times }, () => ({ at: '2026-11-28T18:00:00Z', path: '/A', why }));
  const forAll = (quiet: number, busy: number) =>
    planLines([...looks('cold', quiet), ...looks('hot', busy)], { tiers: { hot: 1, warm: 0, cold: 2 }, sync })
      .join('\n')
      .includes('quiet folders are looked into as often as busy ones');
  t.ok(forAll(560, 288), 'the calls are enough for all');
  t.notOk(forAll(48, 288));
  t.notOk(forAll(48, 0), 'there is no busy one');
  t.same(planLines([], { tiers, sync: { ...sync, discovery: false } }), off);
  t.same(planLines([], { tiers, sync: { ...sync, intervalMinutes: 0 } }), off);
  t.same(planLines([], { tiers, sync }), ['Nothing is planned: the first complete sync comes first.']);
  t.same(planLines([{ at: new Date(at).toISOString(), path: '/Films', why: 'hot' }], { tiers, sync, zone }), [
    '1 call in the next 24 hours; 1 busy, 0 in between, 6 quiet folders',
    'when              why   where',
    '2026-11-28 19:23  busy  /Films',
    'Times are local (Europe/Paris).',
    'Complete crawls come beside that; together at most 10,000 calls a day.',
  ]);
  t.end();
});

t.test('one is one, and many are many', async (t) => {
  const rows: [string, string][] = [
    [moveTotal(0, false), 'Every file stands where it would be put today.'],
    [moveTotal(1, false), '1 file would move: passerelle tree plan --apply'],
    [moveTotal(1, true), '1 file moved; passerelle tree undo brings it back'],
    [moveTotal(2, true), '2 files moved; passerelle tree undo brings them back'],
    [fixedTotal(1, 0), '1 file, 0 moved'],
    [fixedTotal(2, 1), '2 files, 1 moved; passerelle tree undo takes it back'],
  ];
  for (const [words, right] of rows) t.equal(words, right);
  t.match(doubtLines([{ path: '/x', why: 'y' }]).at(-1), /^1 file; /);
  t.match(playsLines([play], { zone }), [/started/, /Kodi/, '', /^1 play, 1 call to the host/]);
});

t.test('moves are two lines each, to be compared', async (t) => {
  t.same(
    moveLines([
      { from: { stem: 'Movies/A/A' }, to: { stem: 'Movies/B/B' }, why: 'you said so' },
      { from: undefined, to: {} },
    ]),
    ['Movies/A/A.strm', '  -> Movies/B/B.strm  (you said so)', '(not in the tree)', '  -> (not in the tree)'],
  );
});

t.test('a finding has its remedy below it, in its column', async (t) => {
  const finding = {
    state: 'warn',
    words: `closed until ${new Date(at).toISOString()}`,
    remedy: 'Wait',
  } as const;
  const [first, second] = findingLines('one byte', finding);
  t.match(first, /^warn {2}one byte {9}closed until \d{4}-\d\d-\d\d \d\d:23$/);
  t.equal(second, `${' '.repeat(23)}-> Wait`);
  t.equal(withLocalTimes('from 2026-11-28T18:23:38.000Z on', zone), 'from 2026-11-28 19:23 on');
});

t.test('widths come from the terminal, and are the usual ones elsewhere', async (t) => {
  t.equal(widthOfStream({ isTTY: true, columns: 140 }), 140);
  t.equal(widthOfStream({ isTTY: true, columns: 20 }), 60);
  t.equal(widthOfStream({ columns: 140 }), 100);
  t.equal(widthOfStream({ isTTY: true }), 100);
  t.same(wrapped('one two three', 7), ['one two', 'three']);
  t.same(wrapped('https://a.very.long/address and', 10), ['https://a.very.long/address', 'and']);
});

t.test('what is wrong with an override is said in our own words', async (t) => {
  const rows: [object | string, RegExp][] = [
    [{ year: 'abc' }, /^year must be a number from 1870 to 2100$/],
    [{ as: 'film' }, /^as must be movie, episode, extra or ignore$/],
    [{ episodes: ['x', 'y'] }, /^episodes must be numbers from 0 to 99999$/],
    [{ date: '31/05/2024' }, /^date must be a day such as 2024-05-31$/],
    [{ ids: { tmdb: '../x' } }, /^ids must be such as tmdb-603/],
    [{ ids: { plex: '1' } }, /^ids must be such as tmdb-603/],
    [{ title: '' }, /^title must be text/],
    [{ season: -1, year: 1 }, /^year must .*; season must|^season must .*; year must/],
    [{ titel: 'x' }, /^titel is nothing that can be said; known are as, title/],
    [{}, /^nothing is said$/],
    ['x', /^an object is expected/],
  ];
  for (const [raw, wrong] of rows) {
    const read = readOverride(raw);
    t.match('wrong' in read ? read.wrong : '', wrong);
  }
});
