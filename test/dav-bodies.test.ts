import { statSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { Clock } from '../src/core/clock.ts';
import { minuteMs } from '../src/core/durations.ts';
import { ask } from './fixtures/dav.ts';
import { beginPut, bytes, film, writing } from './fixtures/dav-writing.ts';
import { createHurriedClock } from './fixtures/hurried-clock.ts';

/** Bodies that come in over WebDAV: how slowly, how many, how large, and what becomes of those that are not wanted. */

const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

/** A clock whose minutes pass when they are told to. */
function minutesByHand(): { clock: Clock; pass(): void; waiting(): number } {
  const hurried = createHurriedClock();
  const asleep = new Set<() => void>();
  let passedMs = 0;
  return {
    clock: {
      ...hurried,
      now: () => hurried.now() + passedMs,
      sleep: (ms, signal) =>
        ms === minuteMs
          ? new Promise((resolve, reject) => {
              const wake = () => {
                asleep.delete(wake);
                resolve();
              };
              asleep.add(wake);
              signal?.addEventListener('abort', () => {
                asleep.delete(wake);
                reject(signal.reason);
              });
            })
          : hurried.sleep(ms, signal),
    },
    pass() {
      passedMs += minuteMs;
      for (const wake of [...asleep]) wake();
    },
    waiting: () => asleep.size,
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const turns = async (until: () => boolean) => {
  while (!until()) await turn();
};

t.test('a byte now and then holds no connection; a slow line may be slow', async (t) => {
  const minutes = minutesByHand();
  const { url, names, spooled, put, home } = await writing(t, { overrides: { clock: minutes.clock } });
  const slow = beginPut(url, '/dav/account/Films/slow.bin', ['Content-Length: 100000'], 'abc');
  await turns(() => minutes.waiting() > 0 && spooled().length === 1);
  let isAnswered = false;
  const answer = slow.answered().finally(() => {
    isAnswered = true;
  });
  // The first minute may meet us while we write.
  for (; !isAnswered; await turn()) minutes.pass();
  t.match(await answer, /^HTTP\/1\.1 408.*BRIDGE_SLOW_REQUEST/s);
  await slow.closed;
  await turns(() => spooled().length === 0);

  const half = bytes(60_000)
    .toString('latin1')
    .replaceAll(/[^\x20-\x7e]/g, 'x');
  const steady = beginPut(url, '/dav/account/Films/steady.bin', ['Transfer-Encoding: chunked']);
  await turns(() => minutes.waiting() > 0);
  for (let minute = 0; minute < 3; minute++) {
    steady.write(chunk(half));
    steady.write(chunk(half));
    const came = (minute + 1) * 120_000;
    const [name = ''] = spooled();
    const file = join(home, 'data', 'spool', name);
    await turns(() => statSync(file).size === came);
    minutes.pass();
    await turns(() => minutes.waiting() > 0);
  }
  steady.write('0\r\n\r\n');
  t.match(await steady.answered(), /^HTTP\/1\.1 201/);
  steady.end();
  t.ok(names('/Films').includes('steady.bin'));
  t.equal((await put('/Films/other.bin', bytes(100_000))).status, 201);
  t.equal(minutes.waiting(), 0, 'nobody waits for what is over');
});

t.test('who has no password is cut off with his answer, whatever he sends', async (t) => {
  const { url } = await writing(t);
  const strangers = [
    ['PUT', '/dav/account/Films/x'],
    ['PUT', '/dav/account/%zz'],
    ['PROPFIND', '/dav/account/'],
    ['LOCK', '/dav/account/Films/x'],
    ['POST', '/api/v1/sync?/dav/account/'],
  ].map(([method, path = '']) => {
    const head = ['Authorization: Basic eDp4', 'Content-Length: 1000'];
    return { says: `${method} ${path}`, closed: beginPut(url, path, head, 'x', method).closed };
  });
  for (const { says, closed } of strangers) t.match(await closed, /^HTTP\/1\.1 4\d\d/, says);
});

t.test(
  'who sends many files at once leaves room for others of his address, and is told when to come again',
  async (t) => {
    const { url, door, spooled, put } = await writing(t);
    const many = Array.from({ length: 40 }, (_, at) =>
      beginPut(url, `/dav/account/Films/many${at}.bin`, ['Transfer-Encoding: chunked'], chunk('x')),
    );
    await turns(() => spooled().length === 32);
    const refused = await Promise.race(many.map((one) => one.answered()));
    t.match(refused, /^HTTP\/1\.1 503.*retry-after: 10.*BRIDGE_TOO_MANY_BODIES/is);
    t.equal((await ask(`${door}/Films/${film}`, 'HEAD')).status, 200, 'what is read is read');
    t.equal((await ask(`${door}/Films/`, 'PROPFIND', { headers: { depth: '1' } })).status, 207);
    for (const one of many) one.end();
    await turns(() => spooled().length === 0);
    t.equal((await put('/Films/next.bin', 'x')).status, 201);
  },
);

t.test('two who come at one time share the room that there is', async (t) => {
  const { url, spooled, put } = await writing(t, { env: { PASSERELLE_UPLOADS_SPOOL_MIB: '1' } });
  const first = beginPut(url, '/dav/account/Films/first.bin', ['Content-Length: 700000'], 'x');
  await turns(() => spooled().length === 1);
  t.match(await put('/Films/second.bin', bytes(700_000)), { status: 507, text: /BRIDGE_UPLOAD_FULL/ });
  const third = beginPut(url, '/dav/account/Films/third.bin', ['Transfer-Encoding: chunked']);
  for (let at = 0; at < 6; at++) third.write(chunk('x'.repeat(100_000)));
  t.match(await third.answered(), /^HTTP\/1\.1 507/);
  t.equal(spooled().length, 1, 'nothing is left of it');
  first.write('x'.repeat(699_999));
  t.match(await first.answered(), /^HTTP\/1\.1 201/);
  for (const one of [first, third]) one.end();
  t.same(spooled(), []);
});

t.test('who is refused while he sends can read why', async (t) => {
  const { put, spooled } = await writing(t, { env: { PASSERELLE_UPLOADS_SPOOL_MIB: '1' } });
  for (let at = 0; at < 5; at++) {
    t.match(await put('/Films/large.bin', bytes(5_000_000)), { status: 507, text: /BRIDGE_UPLOAD_FULL/ });
    t.match(await put('/Nowhere/x.bin', bytes(5_000_000)), { status: 409 });
  }
  t.same(spooled(), []);
});

t.test('a junk file of no length that was announced is not gathered without end', async (t) => {
  const { url, spooled } = await writing(t);
  const junk = beginPut(url, '/dav/account/Films/._large', ['Transfer-Encoding: chunked']);
  for (let at = 0; at < 45; at++) junk.write(chunk('x'.repeat(100_000)));
  t.match(await junk.answered(), /^HTTP\/1\.1 507/);
  junk.end();
  t.same(spooled(), []);
});

t.test('what Finder keeps beside a file may be as large as its icon is', async (t) => {
  const { put, door, names } = await writing(t);
  const fork = bytes(1_500_000, 4);
  t.equal((await put('/Films/._Nosferatu.1922.mkv', fork)).status, 201);
  t.same((await ask(`${door}/Films/._Nosferatu.1922.mkv`, 'GET')).body, fork);
  t.equal((await put('/Films/._more', bytes(4 * 1024 * 1024 + 1))).status, 507);
  t.equal((await put('/Films/Thumbs.db', bytes(300_000))).status, 507, 'of others little is kept');
  t.notOk(names('/Films').some((name) => name.startsWith('._')));
});

t.test('a spool that is no folder is told as that, and so is its end', async (t) => {
  const { put, home } = await writing(t);
  const spool = join(home, 'data', 'spool');
  await rm(spool, { recursive: true, force: true });
  await writeFile(spool, 'laid there by somebody');
  t.match(await put('/Films/x.bin', bytes(1000)), { status: 507, text: /dataDir\/spool is no folder/ });
  t.equal(await readFile(spool, 'utf8'), 'laid there by somebody');
  await rm(spool);
  t.equal((await put('/Films/x.bin', bytes(1000))).status, 201);
});
