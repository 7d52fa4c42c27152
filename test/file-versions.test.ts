import t from 'tap';
import { toFileId } from '../src/core/ids.ts';
import { silentLog } from '../src/core/log.ts';
import { createFileVersions, type FileVersion } from '../src/delivery/file-versions.ts';
import { checkAnswer } from '../src/delivery/stream/check-answer.ts';
import { TransferFault } from '../src/delivery/stream/transfer-fault.ts';
import { createHandClock, settle } from './fixtures/hand-clock.ts';
import { meanwhile, proxy, read } from './fixtures/listed.ts';
import { type AskedOfLiar, type LiarAnswer, rerouted, startLyingHost } from './fixtures/lying-host.ts';
import { setup, type Test } from './fixtures/setup.ts';
import { createRandom } from './simulator/random.ts';
import { createSimulator } from './simulator/simulator.ts';

/** Bytes of one version only: a host whose file changes under its name, and says so in every way or hardly. */

const sizeBytes = 1_400_000;
const nameOf = (film: number) => `Film ${film} (2001).mkv`;

/** Every byte of a version tells which one it is of. */
const bytesOf = [3, 5].map((version) => Buffer.alloc(sizeBytes, version));

const day = 'Tue, 03 Feb 2026 10:00:00 GMT';
const nextDay = 'Wed, 04 Feb 2026 10:00:00 GMT';

/** What the host says of the first version and of the second: pairs that differ in one thing. */
const pairs: [
  what: string,
  first: Record<string, string | string[]>,
  second: Record<string, string | string[]>,
][] = [
  ['a strong tag', { etag: '"a"' }, { etag: '"b"' }],
  ['a weak tag', { etag: 'W/"a"' }, { etag: 'W/"b"' }],
  ['a tag that turns weak', { etag: '"a"' }, { etag: 'W/"a"' }],
  ['a tag that goes', { etag: '"a"' }, {}],
  ['a tag that comes', {}, { etag: '"a"' }],
  ['a tag, on the same day', { etag: '"a"', 'last-modified': day }, { etag: '"b"', 'last-modified': day }],
  ['a tag that goes, on the same day', { etag: '"a"', 'last-modified': day }, { 'last-modified': day }],
  ['a day', { 'last-modified': day }, { 'last-modified': nextDay }],
  [
    'a day under the same tag',
    { etag: '"a"', 'last-modified': day },
    { etag: '"a"', 'last-modified': nextDay },
  ],
  ['a day that goes', { etag: '"a"', 'last-modified': day }, { etag: '"a"' }],
  ['a day that is none', { 'last-modified': 'soon' }, { 'last-modified': 'later' }],
  ['a tag that comes twice', { etag: '"a"' }, { etag: ['"a"', '"b"'] }],
];

/** The part that was asked for, of this version, with what the host says of it. */
function part(
  { start, end }: AskedOfLiar,
  version: number,
  says: Record<string, string | string[]>,
): LiarAnswer {
  const body = (bytesOf[version] as Buffer).subarray(start, end + 1);
  return { status: 206, headers: { ...says, 'content-range': `bytes ${start}-${end}/${sizeBytes}` }, body };
}

/**
 * A bridge over one film for each pair, whose bytes come from a server that answers as it is told to at the time. It is
 * asked for one film at a time.
 */
async function over(t: Test, env: Record<string, string> = {}) {
  const clock = createHandClock();
  const files = pairs.map((_, film) => ({ name: nameOf(film), content: { sizeBytes, seed: film } }));
  const simulator = await createSimulator({ clock, account: { files } });
  t.teardown(() => simulator.close());
  let answer: (asked: AskedOfLiar) => LiarAnswer = () => ({ status: 500 });
  const liar = await startLyingHost(t, sizeBytes, (asked) => answer(asked));
  const dispatcher = rerouted(t, `http://${simulator.downloadHost}`, liar.url);
  const settings = { ...proxy, PASSERELLE_CACHE_FILE_MIB: '1', ...env };
  const options = { over: simulator, overrides: { clock, dispatcher }, env: settings };
  let one = await setup(t, options);
  await one.sync();
  return {
    /** From now on it answers like this, and counts anew. */
    answers(as: (asked: AskedOfLiar) => LiarAnswer) {
      liar.asked.length = 0;
      answer = as;
    },
    asked: () => liar.asked.length,
    /** How much of a film is kept. */
    kept: (film: number) =>
      ['head', 'tail'].map((side) =>
        one.bridge.delivery.rangeCache.covers(
          { id: simulator.account.file(`/${nameOf(film)}`).id, sizeBytes },
          side === 'head' ? 0 : sizeBytes - 1,
        ),
      ),
    ask: (film: number, headers: Record<string, string> = {}) =>
      read(clock, one.streamUrl(`/${nameOf(film)}`), headers).catch((error: Error) => error),
    idle: () =>
      meanwhile(
        clock,
        quiet(() => one.bridge.delivery.reader.running() === 0),
      ),
    async restart() {
      await one.close();
      one = await setup(t, { ...options, home: one.home });
    },
  };
}

async function quiet(met: () => boolean): Promise<void> {
  while (!met()) await new Promise((resolve) => setImmediate(resolve));
}

/** Which version these bytes are of; undefined = of more than one. */
function versionOf(bytes: Buffer): number | undefined {
  return [0, 1].find((version) => bytes.equals(Buffer.alloc(bytes.length, bytesOf[version]?.[0])));
}

t.test('of two versions that are heard one right after the other the second is kept', async (t) => {
  const kept = new Map<string, FileVersion>();
  const versions = createFileVersions({
    log: silentLog,
    onChange: () => undefined,
    store: {
      get: async (id) => kept.get(id),
      put: async (version) => void kept.set(version.fileId, version),
      changed: async () => [...kept.values()],
    },
  });
  const known = await versions.of(toFileId('a'));
  known.seen('one');
  t.equal(kept.size, 0, 'the bytes go first');
  known.seen('two');
  await settle();
  t.match(kept.get('a'), { version: 'two', mark: /^-/ });
});

t.test('a resume that gives another version ends the answer, and nothing of either is kept', async (t) => {
  const host = await over(t);
  for (const [film, [what, ...says]] of pairs.entries()) {
    host.answers((asked) => {
      const version = asked.number === 0 ? 0 : 1;
      return { ...part(asked, version, says[version] ?? {}), ...(version === 0 ? { cutAt: 300_000 } : {}) };
    });
    t.ok((await host.ask(film)) instanceof Error, `${what}: the answer is cut`);
    await host.idle();
    t.same(host.kept(film), [0, 0], `${what}: nothing is kept`);
    t.equal(host.asked(), 2, `${what}: the host is asked no third time`);
    const next = await host.ask(film);
    if (next instanceof Error) throw next;
    t.same([next.status, versionOf(next.body)], [200, 1], `${what}: the next one gets the new version whole`);
  }
});

t.test('the same validators go on, whatever they are', async (t) => {
  const host = await over(t);
  for (const [film, [what, says]] of pairs.entries()) {
    host.answers((asked) => ({ ...part(asked, 0, says), ...(asked.number < 2 ? { cutAt: 300_000 } : {}) }));
    const answer = await host.ask(film);
    if (answer instanceof Error) throw answer;
    t.same([answer.status, versionOf(answer.body), answer.body.length], [200, 0, sizeBytes], what);
  }
});

t.test('who goes on with an older part by its tag gets the new version from its beginning', async (t) => {
  const host = await over(t, { PASSERELLE_CACHE_MIB: '0' });
  const asked = async (headers: Record<string, string>) => {
    const answer = await host.ask(0, headers);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  host.answers((asked) => part(asked, 0, { etag: '"0"' }));
  const { etag, 'last-modified': date } = (await asked({ range: 'bytes=0-999' })).headers;
  host.answers((asked) => part(asked, 1, { etag: '"1"' }));
  for (const validator of [etag, date, etag] as string[]) {
    const answer = await asked({ range: 'bytes=1000-1999', 'if-range': validator });
    t.same([answer.status, answer.body.length, versionOf(answer.body)], [200, sizeBytes, 1], validator);
    t.not(answer.headers.etag, etag, 'another tag');
    if (validator === date) await host.restart();
  }
  t.equal((await asked({ 'if-match': etag as string })).status, 412);
});

t.test('whatever a host does, no answer holds two versions, and no two answers of one tag do', async (t) => {
  const host = await over(t);
  let answers = 0;
  for (const [film, [what, ...says]] of pairs.entries()) {
    const random = createRandom(4000 + film);
    let version = 0;
    host.answers((asked) => {
      if (random() < 0.3) version = 1 - version;
      const good = part(asked, version, says[version] ?? {});
      const isWhole = random() < 0.15 && asked.start === 0;
      const cutAt = Math.floor(random() * (good.body?.length ?? 0));
      if (isWhole) return { headers: says[version] ?? {}, body: bytesOf[version] as Buffer };
      return random() < 0.4 ? { ...good, cutAt } : good;
    });
    const seen: { etag: string; version: number | undefined; asked: string }[] = [];
    let etag: string | undefined;
    for (let step = 0; step < 6; step++) {
      if (random() < 0.05) await host.restart();
      const from = random() < 0.5 ? 0 : Math.floor(random() * sizeBytes);
      const to = random() < 0.5 ? '' : from + Math.floor(random() * 300_000);
      const headers = {
        ...(random() < 0.7 ? { range: `bytes=${from}-${to}` } : {}),
        ...(etag && random() < 0.5 ? { 'if-range': etag } : {}),
        'user-agent': random() < 0.5 ? 'Lavf/59' : 'odd',
      };
      // Two at a time, as players that read ahead do.
      const both = [host.ask(film, headers), host.ask(film, { ...headers, range: 'bytes=-2000' })];
      for (const answer of await Promise.all(both)) {
        if (answer instanceof Error || answer.status >= 300) continue;
        etag = answer.headers.etag as string;
        seen.push({ etag, version: versionOf(answer.body), asked: `${step} ${from}-${to} ${answer.status}` });
      }
      await host.idle();
    }
    answers += seen.length;
    const mixed = seen.filter(({ version }) => version === undefined);
    t.same(mixed, [], `${what}: each answer is of one version`);
    for (const [tag, ones] of Map.groupBy(seen, ({ etag }) => etag))
      t.equal(new Set(ones.map(({ version }) => version)).size, 1, `${what}: ${tag}`);
  }
  t.ok(answers > 50, `${answers} answers were looked at`);
});

t.test('an answer that is not the bytes that were asked for is none', async (t) => {
  const downloads = { isPage: () => false };
  const good = { 'content-range': 'bytes 100-199/1000' };
  const judge = (status: number, headers: Record<string, string | string[]>, start = 100) => {
    const answer = checkAnswer(status, headers, { downloads, range: { start, end: 199 }, sizeBytes: 1000 });
    return answer instanceof TransferFault ? answer.kind : answer === 'page' ? answer : answer.bytes;
  };
  const whole = { 'content-length': '1000' };
  const table: [
    what: string,
    right: unknown,
    status: number,
    headers: Record<string, string | string[]>,
    start?: number,
  ][] = [
    ['the range', 100, 206, good],
    ['less of it', 50, 206, { 'content-range': 'bytes 100-149/1000' }],
    ['more than it', 100, 206, { 'content-range': 'bytes 100-999/1000' }],
    ['no total', 100, 206, { 'content-range': 'bytes 100-199/*' }],
    ['no range', 'cut', 206, {}],
    ['another start', 'cut', 206, { 'content-range': 'bytes 99-199/1000' }],
    ['an end before its start', 'cut', 206, { 'content-range': 'bytes 100-99/1000' }],
    ['an end behind the file', 'cut', 206, { 'content-range': 'bytes 100-1000/1000' }],
    ['two ranges', 'cut', 206, { 'content-range': ['bytes 100-199/1000', 'bytes 0-99/1000'] }],
    ['another unit', 'cut', 206, { 'content-range': 'lines 100-199/1000' }],
    ['another total', 'changed', 206, { 'content-range': 'bytes 100-199/1001' }],
    ['several parts', 'cut', 206, { ...good, 'content-type': 'multipart/byteranges; boundary=x' }],
    ['a coding', 'cut', 206, { ...good, 'content-encoding': 'gzip' }],
    ['a coding behind none', 'cut', 206, { ...good, 'content-encoding': ['identity', 'br'] }],
    ['a coding of the way', 'cut', 206, { ...good, 'transfer-encoding': 'gzip, chunked' }],
    [
      'no coding, named',
      100,
      206,
      { ...good, 'content-encoding': 'Identity', 'transfer-encoding': 'chunked' },
    ],
    ['outside the file', 'changed', 416, {}],
    ['the whole from its start', 1000, 200, whole, 0],
    ['the whole from the middle', 'cut', 200, whole],
    ['a whole of another size', 'changed', 200, { 'content-length': '999' }, 0],
    ['a coded whole', 'page', 200, { ...whole, 'content-encoding': 'gzip' }, 0],
    ['a whole in parts', 'page', 200, { ...whole, 'content-type': 'multipart/mixed' }, 0],
    ['something without a length or a name', 'page', 200, {}, 0],
  ];
  for (const [what, right, status, headers, start] of table)
    t.equal(judge(status, headers, start), right, what);
});
