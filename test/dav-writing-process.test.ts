import { existsSync, readdirSync } from 'node:fs';
import t from 'tap';
import { ask, password } from './fixtures/dav.ts';
import { listedProcess } from './fixtures/listed-process.ts';
import { until } from './fixtures/playing.ts';
import { expectedBytes, type Simulator } from './simulator/simulator.ts';

/** A real process is killed while a client writes to the account: in the end the host has one file, the old or the new. */

const name = 'Metropolis.1927.mkv';
const old = { sizeBytes: 300_000, seed: 1 };
const fresh = { sizeBytes: 8_000_000, seed: 3 };
const bytesOf = (content: { sizeBytes: number; seed: number }) =>
  Buffer.from(expectedBytes(content, 0, content.sizeBytes));

const moments: Record<
  string,
  { fault: object; isReached: (simulator: Simulator, spool: string) => boolean; goesOn: boolean }
> = {
  'while the body comes in': {
    fault: {},
    isReached: (_simulator, spool) => existsSync(spool) && readdirSync(spool).length > 0,
    goesOn: false,
  },
  'while it is sent to the host': {
    fault: { slowBytesPerMs: 5000 },
    isReached: ({ counters }) => (counters.uploadRequests[0]?.bytes ?? 0) > 1_000_000,
    goesOn: true,
  },
  'when the host has it and has not told': {
    fault: { wait: { times: 999 } },
    isReached: ({ counters }) => counters.reports > 0,
    goesOn: true,
  },
};

const all = Object.entries(moments);
// The others are for `npm run test:kills`.
for (const [moment, { fault, isReached, goesOn }] of process.env.PASSERELLE_MANY_KILLS === undefined
  ? all.slice(1, 2)
  : all)
  t.test(`serve is killed ${moment}`, async (t) => {
    const { simulator, spool, start } = await listedProcess(
      t,
      { folders: [{ name: 'Films', files: [{ name, content: old }] }] },
      { PASSERELLE_DAV_WRITE: 'account', PASSERELLE_PASSWORD: password },
    );
    const first = await start();

    simulator.faults.upload = fault;
    const body = bytesOf(fresh);
    // A body that never ends comes in until its process is killed.
    const half = new ReadableStream({ start: (controller) => controller.enqueue(body.subarray(0, 100_000)) });
    const path = `/dav/account/Films/${name}`;
    const put: Promise<unknown> = goesOn
      ? ask(first.url + path, 'PUT', { body, headers: { 'x-oc-mtime': '1577836800' } })
      : fetch(first.url + path, {
          method: 'PUT',
          headers: { authorization: `Basic ${btoa(`passerelle:${password}`)}` },
          body: half,
          duplex: 'half',
        } as RequestInit);
    const ended = t.rejects(put, 'nobody was told that it is there');
    await until('it is that far', () => isReached(simulator, spool));
    first.child.kill('SIGKILL');
    await ended;

    simulator.faults.upload = {};
    const again = await start();
    if (goesOn) await again.waitFor((line) => line.msg === 'uploads that were cut off are seen to');
    await until('nothing is left on our disk', () => readdirSync(spool).length === 0);
    const files = [...simulator.account.folder('/Films').files.values()];
    t.same(
      files.map((file) => file.name),
      [name],
      'one of them',
    );
    const wanted = goesOn ? fresh : old;
    t.ok(
      expectedBytes(files[0]?.content as never, 0, wanted.sizeBytes).equals(bytesOf(wanted)),
      'every byte of it',
    );
    const read = await ask(again.url + path, 'GET');
    t.equal(read.body.length, wanted.sizeBytes);
    if (goesOn) t.equal(read.headers['last-modified'], 'Wed, 01 Jan 2020 00:00:00 GMT', 'and its date');
    t.equal(await again.stop(), 0);
  });
