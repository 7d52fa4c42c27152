import { createHash } from 'node:crypto';
import t, { type Test } from 'tap';
import { type Dispatcher, request } from 'undici';
import { createHandClock, settle } from './fixtures/hand-clock.ts';
import { diskIsStill, letTimePass, passTime } from './fixtures/passing-time.ts';
import { type SetupOptions, setup } from './fixtures/setup.ts';
import { createRandom } from './simulator/random.ts';
import {
  createSimulator,
  type DownloadFaults,
  expectedBytes,
  type FileSpec,
  type SimulatorOptions,
} from './simulator/simulator.ts';

/** What the host does to a film in the middle, and what the viewer gets: always the whole film, as far as it can be. */
const MiB = 1024 * 1024;
const vlc = 'VLC/3.0.24 LibVLC/3.0.24';
const ways = [
  { way: 'in proxy mode', env: { PASSERELLE_DELIVERY: 'proxy' }, agent: 'Player/1.0' },
  { way: 'in auto, for VLC', env: {}, agent: vlc },
] as const;
type Way = (typeof ways)[number];

/** More than all buffers between the host and a viewer that does not read. */
const long: FileSpec = { name: 'Long (2001).mkv', content: { sizeBytes: 48 * MiB + 17, seed: 7 } };
const late = 44 * MiB;
const film: FileSpec = { name: 'Film (2002).mkv', content: { sizeBytes: 6 * MiB + 5, seed: 8 } };
const other: FileSpec = { name: 'Other (2003).mkv', content: { sizeBytes: MiB, seed: 9 } };

const sums = new Map<FileSpec, string>();
function sumOf(spec: FileSpec): string {
  const sizeBytes = (spec.content as { sizeBytes: number }).sizeBytes;
  const sum = sums.get(spec) ?? sha(expectedBytes(spec.content, 0, sizeBytes));
  sums.set(spec, sum);
  return sum;
}
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function startBridge(t: Test, way: Way, more: SimulatorOptions = {}, options: SetupOptions = {}) {
  const clock = createHandClock();
  let afterCut: DownloadFaults | undefined;
  const one = await setup(t, {
    ...options,
    env: { ...way.env, ...options.env },
    overrides: { clock },
    simulator: { clock, account: { files: [film, long, other] }, onDownloadRequest, ...more },
  });
  /** A cut at this place of the next film, and what goes wrong from then on. */
  function cutAt(place: number, then: DownloadFaults): void {
    one.simulator.faults.download.cutAt = [place];
    afterCut = then;
  }
  function onDownloadRequest(): void {
    if (!afterCut || one.simulator.faults.download.cutAt?.length !== 0) return;
    one.simulator.faults.download = afterCut;
    afterCut = undefined;
  }
  await one.sync();
  one.simulator.reset();
  const ask = (spec: FileSpec, range?: string) =>
    request(one.streamUrl(`/${spec.name}`), {
      headers: { 'user-agent': way.agent, ...(range ? { range } : {}) },
    });
  /** The rest of an answer, its sum, and how it ended. */
  async function rest(answer: Dispatcher.ResponseData) {
    const hash = createHash('sha256');
    let bytes = 0;
    const reading = (async () => {
      for await (const chunk of answer.body) {
        hash.update(chunk);
        bytes += chunk.length;
      }
    })().then(
      () => undefined,
      (error: Error) => error,
    );
    const { value, waitedMs } = await passTime(reading, { ...one, clock, moved: () => bytes });
    return { sum: hash.digest('hex'), bytes, error: value, waitedMs };
  }
  async function whole(spec: FileSpec) {
    const answer = await passTime(ask(spec), { ...one, clock });
    return { status: answer.value.statusCode, ...(await rest(answer.value)) };
  }
  return { ...one, clock, cutAt, ask, rest, whole };
}

function inEachWay(name: string, work: (t: Test, way: Way) => Promise<void>): void {
  for (const way of ways) t.test(`${name}, ${way.way}`, (t) => work(t, way).finally(diskIsStill));
}

inEachWay('a hundred cuts at random places are not seen', async (t, way) => {
  const random = createRandom(2026);
  const files = Array.from({ length: 10 }, (_, n) => ({
    // Ten films: of ten episodes each would make the next one ready, and its beginning would come from here.
    name: `Cut (${2001 + n}).mkv`,
    content: { sizeBytes: 2 * MiB + n * 4099, seed: 100 + n },
  }));
  const one = await startBridge(t, way, { account: { files } });
  for (const file of files) {
    const places = Array.from({ length: 10 }, () => Math.floor(random() * file.content.sizeBytes));
    one.simulator.faults.download.cutAt = places;
    const seen = await one.whole(file);
    t.equal(seen.sum, sumOf(file), `${places}`);
    t.same(one.simulator.faults.download.cutAt, [], 'each place was cut');
  }
  t.equal(one.simulator.counters.tokens, 10, 'no cut costs a call');
});

inEachWay('a host that says nothing for half a minute is asked again after 15 seconds', async (t, way) => {
  const one = await startBridge(t, way);
  one.simulator.faults.download.stall = { afterBytes: 1_000_000, times: 1 };
  const seen = await one.whole(film);
  t.equal(seen.sum, sumOf(film));
  t.ok(seen.waitedMs >= 14_000 && seen.waitedMs < 16_000, `${seen.waitedMs} ms`);
  t.equal(one.simulator.counters.tokens, 1);
});

inEachWay('a link that is refused when a film goes on costs one new one', async (t, way) => {
  for (const form of ['404', '410', '403-html', '200-html', '302-html'] as const) {
    const one = await startBridge(t, way);
    one.cutAt(5 * MiB, { dead: { form, times: 1 } });
    const seen = await one.whole(film);
    t.equal(seen.sum, sumOf(film), form);
    t.equal(one.simulator.counters.tokens, 2, form);
    t.ok(seen.waitedMs < 1000, `${seen.waitedMs} ms`);
    await one.close();
  }
});

inEachWay('a host that is busy for 20 seconds in mid-film is waited for', async (t, way) => {
  const one = await startBridge(t, way);
  one.cutAt(5 * MiB, { busy: { status: 503, forMs: 20_000 } });
  const seen = await one.whole(film);
  t.equal(seen.sum, sumOf(film));
  t.ok(seen.waitedMs >= 20_000 && seen.waitedMs < 26_000, `${seen.waitedMs} ms`);
  t.equal(one.simulator.counters.tokens, 1, 'the link is not to blame');
});

inEachWay('a host that is busy for longer than the retry policy ends the film short', async (t, way) => {
  const one = await startBridge(t, way);
  one.cutAt(5 * MiB, { busy: { status: 503, forMs: 180_000 } });
  const seen = await one.whole(film);
  t.ok(seen.error, 'the connection is closed before the last byte');
  t.ok(seen.bytes > 4 * MiB && seen.bytes <= 5 * MiB, `${seen.bytes} bytes`);
  t.ok(seen.waitedMs > 80_000 && seen.waitedMs <= 91_000, `${seen.waitedMs} ms`);
});

/** The host locks the API: another film has asked for a link. */
async function lock(one: Awaited<ReturnType<typeof startBridge>>, lockMs: number): Promise<number> {
  one.simulator.faults.answer({ is: 'flood', lockMs, verb: 'download/get_token' });
  const refused = await one.ask(other);
  await refused.body.dump();
  return refused.statusCode;
}

inEachWay('a locked API is not seen in a film whose link lives', async (t, way) => {
  const one = await startBridge(t, way);
  one.simulator.faults.download.cutAt = [late, late + 1, late + MiB];
  const answer = await one.ask(long);
  t.equal(await lock(one, 300_000), 503);
  const calls = one.simulator.counters.requests.length;
  const seen = await one.rest(answer);
  t.equal(seen.sum, sumOf(long));
  t.same(one.simulator.faults.download.cutAt, []);
  t.equal((await one.whole(long)).sum, sumOf(long), 'once more from the start');
  t.equal(one.simulator.counters.requests.length, calls, 'nobody asks a locked API');
});

inEachWay(
  'a server that cannot be reached three times is tried again while the API is locked',
  async (t, way) => {
    const one = await startBridge(t, way);
    one.cutAt(late, { cut: { every: 1, atByte: 0, times: 3 } });
    const answer = await one.ask(long);
    t.equal(await lock(one, 300_000), 503);
    const seen = await one.rest(answer);
    t.equal(seen.sum, sumOf(long), 'by the old link, which lives');
    t.equal(one.simulator.counters.tokens, 1);
    t.ok((one.simulator.faults.download.cut?.times ?? 1) <= 0, 'three were cut');
  },
);

inEachWay(
  'a link that ends while the API is locked for 5 minutes ends the film short, and Retry-After is true',
  async (t, way) => {
    const one = await startBridge(t, way);
    one.simulator.faults.download.cutAt = [late];
    const answer = await one.ask(long);
    t.equal(await lock(one, 300_000), 503);
    one.simulator.expireLinks();
    const seen = await one.rest(answer);
    t.ok(seen.error, 'the connection is closed before the last byte');
    t.ok(seen.bytes > 0 && seen.bytes <= late);
    t.equal(seen.sum, sha(expectedBytes(long.content, 0, seen.bytes)), 'what came is right');
    t.ok(seen.waitedMs < 1000, `nobody waits 90 s for what cannot come sooner than in 5 minutes`);
    const refused = await one.ask(long, `bytes=${seen.bytes}-`);
    await refused.body.dump();
    t.equal(refused.statusCode, 503);
    const seconds = Number(refused.headers['retry-after']);
    t.ok(seconds > 290 && seconds <= 300, `${seconds} s`);
    await letTimePass(one.clock, seconds * 1000);
    const goes = await one.rest(await one.ask(long, `bytes=${seen.bytes}-`));
    const size = (long.content as { sizeBytes: number }).sizeBytes;
    t.equal(goes.sum, sha(expectedBytes(long.content, seen.bytes, size)), 'the rest, when it is over');
  },
);

inEachWay('a lock that the retry policy outlasts is waited for in mid-film', async (t, way) => {
  const one = await startBridge(t, way, {}, { env: { FICHIER_BACKOFF_MINUTES: '1' } });
  one.simulator.faults.download.cutAt = [late];
  const answer = await one.ask(long);
  t.equal(await lock(one, 50_000), 503);
  one.simulator.expireLinks();
  const seen = await one.rest(answer);
  t.equal(seen.sum, sumOf(long));
  t.ok(seen.waitedMs >= 59_000 && seen.waitedMs < 70_000, `${seen.waitedMs} ms`);
});

inEachWay('an API that is down for a whole film is not seen when a link is at hand', async (t, way) => {
  for (const fault of [{ is: 'status', status: 503 }, { is: 'reset' }, { is: 'maintenance' }] as const) {
    const one = await startBridge(t, way);
    await (await one.ask(long, 'bytes=0-9')).body.dump();
    one.simulator.faults.answer({ ...fault, times: Number.POSITIVE_INFINITY });
    one.simulator.faults.download.cutAt = [late, late + MiB, late + 2 * MiB];
    const answer = await one.ask(long);
    // Longer than links are believed in, shorter than the host lets them live.
    for (let minute = 0; minute < 28; minute++) await letTimePass(one.clock, 60_000);
    t.equal((await one.rest(answer)).sum, sumOf(long), fault.is);
    t.same(one.simulator.faults.download.cutAt, []);
    const jump = await one.rest(await one.ask(long, `bytes=${late}-${late + 999}`));
    t.equal(jump.sum, sha(expectedBytes(long.content, late, late + 1000)), 'a jump in the 29th minute');
    t.equal(one.simulator.counters.tokens, 1);
    await one.close();
  }
});

inEachWay('a restart between two jumps costs no call', async (t, way) => {
  const clock = createHandClock();
  const simulator = await createSimulator({ clock, account: { files: [long] } });
  t.teardown(() => simulator.close());
  const overrides = { clock };
  const first = await setup(t, { over: simulator, env: way.env, overrides });
  await first.sync();
  const url = first.streamUrl(`/${long.name}`);
  const headers = { 'user-agent': way.agent, range: `bytes=${20 * MiB}-${20 * MiB + 99}` };
  const before = await request(url, { headers });
  await before.body.dump();
  await settle();
  simulator.reset();
  await first.close();
  await clock.advance(60_000);
  await setup(t, {
    over: simulator,
    env: way.env,
    overrides,
    home: first.home,
    port: Number(new URL(url).port),
  });
  const size = (long.content as { sizeBytes: number }).sizeBytes;
  const from = 30 * MiB;
  const after = await request(url, {
    headers: { ...headers, range: `bytes=${from}-`, 'if-range': before.headers.etag as string },
  });
  t.equal(after.statusCode, 206, 'the tag is the same');
  t.equal(after.headers.etag, before.headers.etag);
  const bytes = Buffer.from(await after.body.arrayBuffer());
  t.equal(sha(bytes), sha(expectedBytes(long.content, from, size)));
  t.same(simulator.counters.calls, {}, 'the link is kept');
});
