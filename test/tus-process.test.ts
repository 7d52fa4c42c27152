import { readdirSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import t from 'tap';
import { ask, authorization, password } from './fixtures/dav.ts';
import { bytes, sha } from './fixtures/dav-writing.ts';
import { listedProcess } from './fixtures/listed-process.ts';
import { until } from './fixtures/playing.ts';
import type { Test } from './fixtures/setup.ts';
import { bearer, pieceHeaders, tusClient } from './fixtures/tus.ts';

/** A real process is killed at each moment of an upload in pieces: it goes on, and the host has the file once. */

const token = 'a-token-of-this-test-that-is-long-enough';
const name = 'Nosferatu.1922.mkv';
const body = bytes(8_000_000, 3);

const moments = [
  'in the middle of a piece',
  'between two pieces',
  'while the whole is sent to the host',
] as const;

// The others are for `npm run test:kills`.
const isMany = process.env.PASSERELLE_MANY_KILLS !== undefined;

/** A process over an account with a folder, listed. */
async function serving(t: Test) {
  const process = await listedProcess(
    t,
    { folders: [{ name: 'Films' }] },
    { PASSERELLE_ADMIN_TOKEN: token, PASSERELLE_DAV_WRITE: 'account', PASSERELLE_PASSWORD: password },
  );
  return { ...process, first: await process.start() };
}

for (const moment of isMany ? moments : moments.slice(0, 1))
  t.test(`serve is killed ${moment}`, async (t) => {
    const { simulator, spool, start, first } = await serving(t);
    const before = tusClient(first.url, bearer(token));
    const made = await before.create({ filename: name, folder: '/Films' }, { 'upload-length': '8000000' });
    const at = String(made.headers.location);
    if (moment === 'in the middle of a piece') {
      const half = request(new URL(at, first.url), {
        method: 'PATCH',
        headers: { ...pieceHeaders, ...bearer(token), 'upload-offset': '0', 'content-length': body.length },
      });
      half.on('error', () => undefined);
      half.write(body.subarray(0, 3_000_000));
      await until('some of it is here', () =>
        readdirSync(spool).some((file) => statSync(join(spool, file)).size >= 1_000_000),
      );
    } else if (moment === 'between two pieces') await before.patch(at, 0, body.subarray(0, 3_000_000));
    else {
      simulator.faults.upload = { slowBytesPerMs: 5000 };
      t.equal((await before.patch(at, 0, body)).status, 204);
      await until('some of it is sent', () => (simulator.counters.uploadRequests[0]?.bytes ?? 0) > 1_000_000);
    }
    first.child.kill('SIGKILL');

    simulator.faults.upload = {};
    const again = await start();
    const after = tusClient(again.url, bearer(token));
    if (moment !== 'while the whole is sent to the host') {
      const { headers } = await after.head(at);
      const offset = Number(headers['upload-offset']);
      t.ok(offset >= 1_000_000 && offset <= 3_000_000, `${offset} bytes are here still`);
      t.equal((await after.patch(at, offset, body.subarray(offset))).status, 204);
    }
    t.match(await after.outcome(at), { state: 'done' });
    const files = [...simulator.account.folder('/Films').files.values()];
    t.same(
      files.map((file) => file.name),
      [name],
      'one of them',
    );
    const read = await ask(`${again.url}/dav/account/Films/${name}`, 'GET');
    t.equal(sha(read.body), sha(body), 'every byte of it');
    await until('nothing is left on our disk', () => readdirSync(spool).length === 0);
    t.equal(await again.stop(), 0);
  });

t.test('serve is killed in the middle of chunks', { skip: !isMany }, async (t) => {
  const { simulator, spool, start, first } = await serving(t);
  const chunk = (url: string, from: number, to: number) =>
    ask(`${url}/dav/uploads/passerelle/a/${from}-${to - 1}`, 'PUT', { body: body.subarray(from, to) });
  t.equal((await ask(`${first.url}/dav/uploads/passerelle/a/`, 'MKCOL')).status, 201);
  t.equal((await chunk(first.url, 5_000_000, 8_000_000)).status, 201, 'the last one first');
  const half = request(new URL('/dav/uploads/passerelle/a/0-4999999', first.url), {
    method: 'PUT',
    headers: { authorization, 'content-length': 5_000_000 },
  });
  half.on('error', () => undefined);
  half.write(bytes(2_000_000, 7));
  await until('some of it is here', () =>
    readdirSync(spool).some((file) => statSync(join(spool, file)).blocks * 512 >= 4_000_000),
  );
  first.child.kill('SIGKILL');
  const again = await start();
  const merge = () =>
    ask(`${again.url}/dav/uploads/passerelle/a/.file`, 'MOVE', {
      headers: { destination: `${again.url}/dav/files/passerelle/Films/${name}` },
    });
  t.equal((await merge()).status, 400, 'half a chunk is none');
  t.equal((await chunk(again.url, 0, 5_000_000)).status, 201);
  t.equal((await merge()).status, 201);
  t.equal([...simulator.account.folder('/Films').files.values()].length, 1);
  const read = await ask(`${again.url}/dav/account/Films/${name}`, 'GET');
  t.equal(sha(read.body), sha(body), 'every byte of it');
  t.same(readdirSync(spool), []);
  t.equal(await again.stop(), 0);
});
