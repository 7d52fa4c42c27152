import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { settle } from './fixtures/hand-clock.ts';
import {
  bytesOf,
  headBytes,
  KiB,
  keep,
  kept,
  meanwhile,
  path,
  player,
  proxy,
  read,
  type Started,
  sizeBytes,
  startBridge,
  tailBytes,
  until,
} from './fixtures/listed.ts';
import { sha256 } from './fixtures/setup.ts';
import { expectedBytes } from './simulator/simulator.ts';

/** What a media server does with a film: its beginning by an open range that it leaves, then its end. @returns whether it got the right bytes */
async function probe(one: Started, seed: number): Promise<boolean> {
  const url = one.streamUrl(path(seed));
  const head = await player(url, { range: 'bytes=0-' });
  const bytes = await head.take(512 * KiB);
  head.leave();
  const tail = await read(one.clock, url, { range: `bytes=${sizeBytes - 1000}-` });
  await until(() => one.bridge.delivery.reader.running() === 0);
  return bytes.equals(bytesOf(seed, 0, 512 * KiB)) && tail.body.equals(bytesOf(seed, sizeBytes - 1000));
}

t.test('the second probe of a film costs the host nothing, nor does one after a restart', async (t) => {
  for (const env of [{}, proxy]) {
    const one = await startBridge(t, env);
    const { counters } = one.simulator;
    t.ok(await probe(one, 1));
    await until(() => one.bridge.delivery.rangeCache.state().files === 2);
    const before = [counters.tokens, counters.downloadRequests.length];
    t.equal(counters.tokens, 1);
    t.ok(await probe(one, 1));
    const again = await one.restart();
    t.ok(await probe(again, 1));
    t.same([counters.tokens, counters.downloadRequests.length], before);
    await again.close();
  }
});

t.test('a film goes over from what is kept to the host at the exact byte, and only then', async (t) => {
  const one = await startBridge(t, proxy);
  await keep(one, 1);
  one.simulator.reset();
  const file = { id: one.simulator.account.file(path(1)).id, url: '', sizeBytes };
  const probe = { urgency: 'play', mayBeProbe: true } as const;
  const held = await one.bridge.delivery.reader.open(file, { start: 0, end: sizeBytes - 1 }, probe);
  held.read(1);
  await one.clock.advance(5000);
  t.same(one.ranges(), [], 'not asked before the kept part has been taken');
  let count = 0;
  held.on('data', (bytes: Buffer) => {
    count += bytes.length;
  });
  await until(() => count === headBytes);
  await settle(50);
  t.same(one.ranges(), [], 'who has all that a probe wants has a moment to leave');
  held.destroy();
  const whole = await read(one.clock, one.streamUrl(path(1)));
  t.equal(sha256(whole.body), sha256(bytesOf(1)));
  t.equal(Math.min(...one.starts()), headBytes);
});

t.test('a film that began with what is kept is held on to when no link can be had', async (t) => {
  const one = await startBridge(t, proxy);
  await keep(one, 1);
  await one.clock.advance(1_500_000);
  one.simulator.expireLinks();
  one.simulator.faults.answer({ is: 'reset', times: 2, verb: 'download/get_token' });
  const whole = await read(one.clock, one.streamUrl(path(1)));
  t.equal(sha256(whole.body), sha256(bytesOf(1)));
  t.equal(one.simulator.counters.calls['download/get_token'], 4);
});

t.test('kept bytes that end where the answer ends ask the host for nothing more', async (t) => {
  // The few bytes behind what is kept come with the headers of their answer.
  const small = { name: 'Small (2001).mkv', content: { sizeBytes: headBytes + 10, seed: 9 } };
  const one = await startBridge(t, proxy, { account: { files: [small] } });
  const file = { ...one.simulator.account.file(`/${small.name}`), url: 'https://1fichier.com/?x' };
  const { body } = await read(one.clock, one.streamUrl(`/${small.name}`), {
    range: `bytes=0-${headBytes - 1}`,
  });
  await until(() => one.bridge.delivery.rangeCache.state().bytes === headBytes);
  one.simulator.reset();
  for (const end of [200 * KiB, headBytes + 9]) {
    const start = end - 200 * KiB;
    const stream = await one.bridge.delivery.reader.open(file, { start, end }, { urgency: 'play' });
    stream.read(0);
    await until(() => stream.readableLength > end - start, one.clock);
    await one.clock.advance(1000);
    const rest = Buffer.concat(await meanwhile(one.clock, stream.toArray()));
    t.ok(rest.equals(expectedBytes(small.content, start, end + 1)), `up to ${end}`);
  }
  t.equal(body.length, headBytes);
  t.same(one.ranges(), [`bytes=${headBytes}-${headBytes + 9}`]);
});

t.test('a kept beginning that is damaged is noticed and thrown away, and the film is right', async (t) => {
  const damages: [string, (file: string) => Promise<void>][] = [
    [
      'a byte',
      async (file) => {
        const bytes = await readFile(file);
        bytes[200 * KiB] = (bytes[200 * KiB] as number) ^ 1;
        await writeFile(file, bytes);
      },
    ],
    ['cut short', (file) => truncate(file, 300 * KiB)],
    ['gone', (file) => rm(file)],
  ];
  for (const [what, damage] of damages) {
    const one = await startBridge(t, proxy);
    await keep(one, 1);
    const [name = ''] = await readdir(one.cacheDir);
    await damage(join(one.cacheDir, name));
    one.simulator.reset();
    t.equal(sha256((await read(one.clock, one.streamUrl(path(1)))).body), sha256(bytesOf(1)), what);
    await until(() => one.bridge.delivery.reader.running() === 0);
    const start = Math.min(...one.starts());
    t.ok(start < headBytes, `${what}: the host is asked from ${start} on`);
    await keep(one, 1);
    one.simulator.reset();
    t.equal(sha256((await read(one.clock, one.streamUrl(path(1)))).body), sha256(bytesOf(1)), what);
    t.equal(Math.min(...one.starts()), headBytes, `${what}: kept anew`);
    await one.close();
  }
});

t.test('what is kept stays within its limits: the one used longest ago goes first', async (t) => {
  const one = await startBridge(t, { ...proxy, PASSERELLE_CACHE_MIB: '2' });
  const { rangeCache } = one.bridge.delivery;
  const url = (seed: number) => one.streamUrl(path(seed));
  for (const seed of [1, 2, 3]) await keep(one, seed);
  t.equal(rangeCache.state().bytes, 3 * headBytes, 'a film keeps no more than its part');
  await read(one.clock, url(1), { range: 'bytes=0-9' });
  await read(one.clock, url(3), { range: `bytes=-${tailBytes}` });
  await until(() => rangeCache.state().bytes !== 3 * headBytes);
  t.same([kept(one, 1), kept(one, 2), kept(one, 3)], [headBytes, 0, headBytes]);
  t.ok(rangeCache.state().bytes <= 2 * KiB * KiB);
  await until(() => one.bridge.delivery.reader.running() === 0);
  await until(async () => (await readdir(one.cacheDir)).length === 3);
  t.equal(rangeCache.covers({ id: one.simulator.account.file(path(1)).id, sizeBytes: sizeBytes + 1 }, 0), 0);
  t.equal(kept(one, 1), 0, 'what was kept of another size is dropped');
});

t.test('at the start whatever else lies in the cache is removed; a folder there harms nothing', async (t) => {
  const one = await startBridge(t, proxy);
  await keep(one, 1);
  await one.close();
  for (const name of ['stranger', 'x.head.0123.tmp']) await writeFile(join(one.cacheDir, name), 'x');
  await mkdir(join(one.cacheDir, 'lost+found'));
  const again = await one.restart();
  t.equal((await readdir(one.cacheDir)).length, 2);
  t.equal(again.bridge.delivery.rangeCache.state().bytes, headBytes);
  await keep(again, 2);
});

t.test('films play where nothing can be kept', async (t) => {
  const one = await startBridge(t, proxy);
  await one.close();
  await rm(one.cacheDir, { recursive: true });
  await writeFile(one.cacheDir, 'in the way');
  const again = await one.restart();
  for (let n = 0; n < 2; n++)
    t.equal(sha256((await read(one.clock, again.streamUrl(path(1)))).body), sha256(bytesOf(1)));
  t.equal(again.bridge.delivery.rangeCache.state().files, 0);
});

t.test(
  'what came from a host that cuts is kept right; what came before its file changed is not',
  async (t) => {
    const one = await startBridge(t, proxy, {
      onDownloadRequest: ({ fileId }) => {
        if (fileId === one.simulator.account.file(path(2)).id)
          one.simulator.faults.download.wrongTotal = { byBytes: 1 };
      },
    });
    one.simulator.faults.download.cut = { every: 1, atByte: 100_000, times: 3 };
    await keep(one, 1);
    one.simulator.expireLinks();
    const kept = await read(one.clock, one.streamUrl(path(1)), { range: `bytes=0-${headBytes - 1}` });
    t.ok(kept.body.equals(bytesOf(1, 0, headBytes)));
    one.simulator.faults.download.cut = { every: 1, atByte: 200_000, times: 1 };
    await t.rejects(read(one.clock, one.streamUrl(path(2))));
    await until(() => one.bridge.delivery.reader.running() === 0);
    await until(async () => (await readdir(one.cacheDir)).length === 1);
    t.same(one.bridge.delivery.rangeCache.state().bytes, headBytes, 'the first film alone');
  },
);
