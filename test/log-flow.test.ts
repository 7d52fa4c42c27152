import t from 'tap';
import { request } from 'undici';
import { createLogLine } from '../src/commands/format/log-line.ts';
import { toFileId } from '../src/core/ids.ts';
import { createReadableLog, type LogEvent } from '../src/core/log/readable-log.ts';
import { silentLog } from '../src/core/log.ts';
import { createPlayLog } from '../src/delivery/play-log.ts';
import type { PlayRecord } from '../src/delivery/plays.ts';
import { traceContextOf } from '../src/edge/trace-context.ts';
import { titleIn } from '../src/library/stem-title.ts';
import { createFolderPaths } from '../src/sync/crawl/folder-paths.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { setup } from './fixtures/setup.ts';
import { createSimulator } from './simulator/simulator.ts';

/** A log for people at this level, and what it has said, without the times. */
function recorded(level: 'info' | 'debug') {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line.trim().replace(/^\S+ \S+ {2}/, '')) };
  return { lines, log: createReadableLog(level, destination, createLogLine({ isDebug: level === 'debug' })) };
}

const film = (name: string, seed: number) => ({ name, content: { sizeBytes: 100_000 + seed, seed } });

t.test('a crawl, a play and a health check, as a person reads them', async (t) => {
  const clock = createHandClock();
  const over = await createSimulator({
    clock,
    account: {
      folders: [
        {
          name: 'Films',
          files: [film('Metropolis.1927.1080p.mkv', 1)],
          folders: [{ name: 'Horreur', files: [film('Alien (1979).mkv', 2), film('It (1990).mkv', 3)] }],
        },
      ],
    },
  });
  t.teardown(() => over.close());
  const { log, lines } = recorded('info');
  const env = { PASSERELLE_DELIVERY: 'proxy' };
  const one = await setup(t, { over, log, env, overrides: { clock } });
  const { arrived } = await one.sync({ maxCalls: 10_000 });
  t.same(lines, [
    'listed /: 0 files · call 1, folder 1 of 2',
    'listed /Films: 1 file, 1 new · call 2, folder 2 of 3',
    'listed /Films/Horreur: 2 files, 2 new · call 3, folder 3 of 3',
  ]);
  t.same(arrived, { films: 3, episodes: 0 });
  t.equal((await one.sync()).arrived, undefined, 'nothing came');
  t.same(
    lines.slice(3),
    [
      'listed /: 0 files · call 1, folder 1 of 2',
      'listed /Films: 1 file · call 2, folder 2 of 3',
      'listed /Films/Horreur: 2 files · call 3, folder 3 of 3',
    ],
    'without a limit of calls, as in the first sync, the folders that are known say how much there is to do',
  );
  lines.length = 0;
  await one.bridge.sync.visit({ signal: new AbortController().signal });
  t.match(lines.at(-1), /^synced in \d+ s: nothing new, 3 calls$/, 'what a command asks for is told, too');
  lines.length = 0;

  const agent = { 'user-agent': 'Kodi/21.0 (X11; Linux x86_64)' };
  const url = one.streamUrl('/Films/Metropolis.1927.1080p.mkv');
  await (await request(url, { headers: agent })).body.dump();
  await one.bridge.delivery.plays.recent(1);
  t.match(lines, [/^playing "Metropolis \(1927\).*" on Kodi: bytes, with a new link, 1 call$/]);
  lines.length = 0;
  for (const path of ['/healthz', '/readyz']) await (await request(one.url + path)).body.dump();
  t.same(lines, [], 'nobody reads that somebody is well');
});

t.test('health checks are there at debug', async (t) => {
  const { log, lines } = recorded('debug');
  const one = await setup(t, { log });
  for (const path of ['/healthz', '/readyz']) await (await request(one.url + path)).body.dump();
  t.equal(lines.filter((line) => /request: \/(healthz|readyz)/.test(line)).length, 2);
});

const play: PlayRecord = {
  id: 'one',
  fileId: toFileId('file1'),
  name: 'Alien.1979.mkv',
  startedAt: 0,
  lastAt: 0,
  client: 'vlc',
  userAgent: 'VLC',
  address: '192.0.2.1',
  rule: 'sticky',
  why: '',
  give: 'bytes',
  apiCalls: 0,
  cachedBytes: 100,
  cacheHit: true,
  bytes: 0,
  requests: 1,
  seeks: 0,
  resumes: 0,
  ended: 'running',
};

t.test('a play is told of once when it has begun, and once when it is over', async (t) => {
  const { log, lines } = recorded('info');
  const playLog = createPlayLog({ log, titlesOf: async () => new Map([['file1', 'Alien (1979)']]) });
  await playLog.going([play]);
  t.same(lines, [], 'not before its first byte');
  const begun = { ...play, firstByteMs: 3 };
  await playLog.going([begun]);
  await playLog.going([begun]);
  t.same(lines, ['playing "Alien (1979)" on VLC: bytes, from the cache, 0 calls']);
  lines.length = 0;
  const over = { ...begun, lastAt: 600_000, bytes: 2_000_000_000, ended: 'to the end' };
  await playLog.over([over]);
  await playLog.over([over]);
  t.same(lines, ['played "Alien (1979)" on VLC: to the end after 10 min; 2 GB, 0 calls']);
  lines.length = 0;
  await playLog.going([{ ...begun, id: 'probe' }]);
  await playLog.over([{ ...begun, id: 'probe', lastAt: 900, bytes: 500_000 }]);
  t.equal(lines.length, 1, 'a look into a file has no end worth a line');
  lines.length = 0;
  await playLog.going([
    { ...play, id: 'sent', give: 'redirect', ended: 'sent on', cacheHit: false, lease: 'kept' },
  ]);
  t.same(lines, ['playing "Alien (1979)" on VLC: redirect, with a link that was there, 0 calls']);
});

t.test('a play keeps its file name where the catalog cannot be asked', async (t) => {
  const events: object[] = [];
  const playLog = createPlayLog({
    log: { ...silentLog, info: (values) => void events.push(values) },
    titlesOf: async () => {
      throw new Error('closed');
    },
  });
  await playLog.going([{ ...play, firstByteMs: 1 }]);
  t.match(events, [{ title: 'Alien.1979.mkv' }]);
});

t.test('a title in a path of the tree, without what is for programs', async (t) => {
  const rows: [string, string][] = [
    ['Movies/Alien (1979)/Alien (1979) - 1080p', 'Alien (1979) - 1080p'],
    ['Movies/Nosferatu (1922)/Nosferatu (1922) - 1080p ~0bibl7loyfx2xqdo6q69', 'Nosferatu (1922) - 1080p'],
    ['Movies/X (1) [tmdbid-19]/X (1) [tmdbid-19] - 720p', 'X (1) - 720p'],
    ['Movies/X {imdb-tt0133093}/X {imdb-tt0133093}', 'X'],
    ['Shows/Lost (2004)/Season 01/Lost (2004) S01E02', 'Lost (2004) S01E02'],
    ['[REC] (2007)', '[REC] (2007)'],
  ];
  for (const [stem, title] of rows) t.equal(titleIn(stem), title);
});

t.test('a crawl knows the paths of folders on its way, and asks for those of an earlier run', async (t) => {
  const asked: number[] = [];
  const paths = createFolderPaths<number>(async ([id = -1]) => {
    asked.push(id);
    return new Map([
      [0, '/'],
      [7, '/Séries/Lost'],
    ]);
  });
  t.equal(await paths.listed(0, [{ id: 1, name: 'Films' }]), '/');
  t.equal(await paths.listed(1, [{ id: 2, name: 'Horreur' }]), '/Films');
  t.equal(await paths.listed(2, []), '/Films/Horreur');
  t.equal(await paths.of(7), '/Séries/Lost');
  t.equal(await paths.of(9), 'folder 9');
  t.same(asked, [0, 7, 9]);
});

t.test('levels of a readable log are those of the other', async (t) => {
  const rows: [level: string, words: string[]][] = [
    ['trace', ['debug', 'info', 'warn', 'error', 'plain']],
    ['debug', ['debug', 'info', 'warn', 'error', 'plain']],
    ['info', ['info', 'warn', 'error', 'plain']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
    ['fatal', []],
    ['silent', []],
  ];
  for (const [level, expected] of rows) {
    const seen: LogEvent[] = [];
    const log = createReadableLog(
      level,
      { write: () => undefined },
      (event) => void seen.push(event) as undefined,
      () => 5,
    );
    for (const own of ['debug', 'info', 'warn', 'error', 'plain'] as const) log[own]({ token: 'x' }, own);
    t.same(
      seen.map(({ words }) => words),
      expected,
      level,
    );
    for (const { at, values } of seen) t.match({ at, values }, { at: 5, values: { token: '***' } });
  }
});

t.test(
  'a traceparent stands in the line of its request, and what is none by the letter does not',
  async (t) => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const span = '00f067aa0ba902b7';
    const rows: [header: unknown, isOne: boolean][] = [
      [`00-${trace}-${span}-01`, true],
      [`00-${trace}-${span}-00`, true],
      [`cc-${trace}-${span}-01`, true],
      [`cc-${trace}-${span}-01-what-the-future-will-be-like`, true],
      [`cc-${trace}-${span}-01.what`, false],
      [`00-${trace}-${span}-01-more`, false],
      [`ff-${trace}-${span}-01`, false],
      [`00-${'0'.repeat(32)}-${span}-01`, false],
      [`00-${trace}-${'0'.repeat(16)}-01`, false],
      [`00-${trace.toUpperCase()}-${span}-01`, false],
      [`00-${trace.slice(1)}"-${span}-01`, false],
      [`00-${trace}-${span}-0\n`, false],
      [`00-${trace}-${span}`, false],
      [`cc-${trace}-${span}-01-${'x'.repeat(10_000)}`, false],
      ['', false],
      [undefined, false],
      [[`00-${trace}-${span}-01`], false],
    ];
    for (const [header, isOne] of rows)
      t.strictSame(traceContextOf(header), isOne ? { trace, span } : undefined, String(header).slice(0, 80));

    const written: { words: string; values: Record<string, unknown> }[] = [];
    const note = (values: object, words: string) => void written.push({ words, values: { ...values } });
    const one = await setup(t, { log: { ...silentLog, plain: note, warn: note, error: note } });
    for (const traceparent of [`00-${trace}-${span}-01`, `00-${trace}-${span}-01, 00-${trace}-${span}-01`])
      await (await request(`${one.url}/browse/`, { headers: { traceparent } })).body.dump();
    const lines = written.filter(({ words }) => words === 'request').map(({ values }) => values);
    t.match(lines, [{ url: '/browse/', status: 401, trace, span }, { url: '/browse/' }]);
    t.equal(lines[1]?.trace, undefined);
  },
);
