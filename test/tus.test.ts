import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import t from 'tap';
import { hourMs } from '../src/core/durations.ts';
import { ask } from './fixtures/dav.ts';
import { bytes, film, sha, writing } from './fixtures/dav-writing.ts';
import { createHurriedClock } from './fixtures/hurried-clock.ts';
import { until } from './fixtures/playing.ts';
import { strmPaths } from './fixtures/strm-files.ts';
import { bearer, metadataOf, pieceHeaders, tusClient, tusHeaders } from './fixtures/tus.ts';

/** Uploads that go on where they broke, by tus 1.0.0. One bridge for all of them. */

let now = Date.UTC(2026, 0, 15, 12);
const clock = { ...createHurriedClock(), now: () => now };
const started = await writing(t, {
  overrides: { clock },
  env: { PASSERELLE_UPLOADS_SPOOL_MIB: '64' },
});
const { url, bridge, simulator, spooled, names } = started;
const client = tusClient(url, bearer(bridge.secrets.adminToken));
const { create, patch, head, state, outcome, say } = client;
const locationOf = ({ headers }: { headers: Record<string, unknown> }) => String(headers.location);
const givenBack = async (path: string) => sha((await ask(`${url}/dav/account${path}`, 'GET')).body);
const remove = (at: string) => say(at, 'DELETE', tusHeaders);

t.test('what is spoken here is told', async (t) => {
  t.match(await say('/api/v1/uploads', 'OPTIONS'), {
    status: 204,
    headers: {
      'tus-version': '1.0.0',
      'tus-extension': /creation.*termination.*expiration.*checksum/,
      'tus-max-size': '300000000000',
    },
  });
  t.equal((await say('/api/v1/uploads', 'OPTIONS', { authorization: '' })).status, 401);
  const stranger = await ask(`${url}/api/v1/uploads`, 'POST', {
    headers: { ...tusHeaders, authorization: 'Bearer no', 'upload-length': '5' },
  });
  t.equal(stranger.status, 401);
  t.match(await create({ filename: 'x.mkv' }, { 'tus-resumable': '0.2.2', 'upload-length': '5' }), {
    status: 412,
    headers: { 'tus-version': '1.0.0' },
  });
});

t.test('a film in three pieces is at the host, once, and in the library', async (t) => {
  simulator.reset();
  const body = bytes(2_500_000);
  const made = await create(
    { filename: 'Nosferatu.1922.mkv', folder: '/Films' },
    { 'upload-length': String(body.length) },
  );
  t.match(made, { status: 201, headers: { location: /^\/api\/v1\/uploads\/[0-9a-f-]{36}$/ } });
  const at = locationOf(made);
  t.match(await head(at), {
    status: 200,
    headers: {
      'upload-offset': '0',
      'upload-length': '2500000',
      'cache-control': 'no-store',
      'upload-metadata': metadataOf({ filename: 'Nosferatu.1922.mkv', folder: '/Films' }),
      'upload-expires': /GMT$/,
    },
  });
  t.match(await patch(at, 0, body.subarray(0, 1_000_000)), {
    status: 204,
    headers: { 'upload-offset': '1000000' },
  });
  t.match(await state(at), { state: 'open', offset: 1_000_000, sizeBytes: 2_500_000 });
  t.match(await patch(at, 1_000_000, body.subarray(1_000_000, 2_000_000)), { status: 204 });
  t.match(await patch(at, 2_000_000, body.subarray(2_000_000)), {
    status: 204,
    headers: { 'upload-offset': '2500000' },
  });
  t.match(await outcome(at), { state: 'done', fate: 'sent', path: '/Films/Nosferatu.1922.mkv' });
  t.same(simulator.counters.calls, { 'upload/get_upload_server': 1 }, 'one call, and no listing');
  t.equal(await givenBack('/Films/Nosferatu.1922.mkv'), sha(body));
  t.match((await strmPaths(started)).join('\n'), 'Nosferatu (1922)');
  t.match(await head(at), { status: 200, headers: { 'upload-offset': '2500000' } });
  t.same(spooled(), []);
});

t.test(
  'one whose last byte came and was not told of is sent when somebody asks after it, or by itself',
  async (t) => {
    const body = bytes(300_000, 5);
    for (const [name, asks] of [
      ['M.1931.mkv', (at: string) => head(at)],
      ['Vampyr.1932.mkv', () => bridge.pieceUploads.settle()],
    ] as const) {
      const made = await create({ filename: name, folder: '/Films' }, { 'upload-length': '300000' });
      const at = locationOf(made);
      t.match(await patch(at, 0, body.subarray(0, 100_000)), { status: 204 });
      const [spool = ''] = spooled();
      // As far as a process came that was killed then.
      appendFileSync(join(started.home, 'data', 'spool', spool), body.subarray(100_000));
      await asks(at);
      t.match(await head(at), { headers: { 'upload-offset': '300000' } });
      t.match(await outcome(at), { state: 'done' });
      t.equal(await givenBack(`/Films/${name}`), sha(body));
      t.equal(names('/Films').filter((one) => one === name).length, 1);
    }
  },
);

t.test('the whole with the first request, its length last, and checksums', async (t) => {
  const body = bytes(50_000, 3);
  const made = await create(
    { filename: 'With.1999.mkv', folder: 'Films' },
    { 'upload-length': '50000' },
    body,
  );
  t.match(made, { status: 201, headers: { 'upload-offset': '50000' } });
  t.match(await outcome(locationOf(made)), { state: 'done' });
  t.equal(await givenBack('/Films/With.1999.mkv'), sha(body));

  const later = await create(
    { filename: 'Later.1999.mkv', folder: '/Films' },
    { 'upload-defer-length': '1' },
  );
  const at = locationOf(later);
  t.match(await head(at), { headers: { 'upload-defer-length': '1' } });
  const digest = (part: Buffer) => ({
    'upload-checksum': `sha1 ${createHash('sha1').update(part).digest('base64')}`,
  });
  const [one, two] = [body.subarray(0, 20_000), body.subarray(20_000)];
  t.match(await patch(at, 0, one, digest(two)), { status: 460, text: /UPLOAD_CHECKSUM/ });
  t.match(await head(at), { headers: { 'upload-offset': '0' } }, 'nothing of it is kept');
  t.equal((await patch(at, 0, one, { 'upload-checksum': 'crc32 AAAA' })).status, 400);
  t.equal((await patch(at, 0, one, digest(one))).status, 204);
  t.equal((await patch(at, 20_000, two, { ...digest(two), 'upload-length': '50000' })).status, 204);
  t.match(await outcome(at), { state: 'done' });
  t.equal(await givenBack('/Films/Later.1999.mkv'), sha(body));
});

t.test('a piece goes where the last one ended, and nowhere else', async (t) => {
  const at = locationOf(
    await create({ filename: 'At.1990.mkv', folder: '/Films' }, { 'upload-length': '1000' }),
  );
  t.equal((await patch(at, 0, bytes(400))).status, 204);
  for (const offset of [0, 399, 401, 1000, 10 ** 15])
    t.match(await patch(at, offset, bytes(10)), { status: 409, headers: { 'upload-offset': '400' } });
  for (const offset of ['-1', 'NaN', '1e3', '', '0x10'])
    t.equal((await patch(at, offset, bytes(10))).status, 400, offset);
  t.equal((await patch(at, 400, bytes(601))).status, 413, 'more than was announced');
  t.match(await head(at), { headers: { 'upload-offset': '400' } });
  t.equal((await patch(at, 400, bytes(10), { 'content-type': 'text/plain' })).status, 415);
  t.equal(
    (await say(at, 'PATCH', { ...pieceHeaders, 'upload-offset': '400', 'tus-resumable': '2.0.0' }, 'x'))
      .status,
    412,
  );
  const meant = (method: string) =>
    say(
      at,
      'POST',
      { ...pieceHeaders, 'upload-offset': '400', 'x-http-method-override': method },
      bytes(100),
    );
  t.match(
    await meant('PATCH'),
    { status: 204, headers: { 'upload-offset': '500' } },
    'where only POST passes',
  );
  t.equal((await meant('GET')).status, 405);
  t.equal((await remove(at)).status, 204);
  t.equal((await head(at)).status, 404);
  t.equal((await patch(at, 400, bytes(600))).status, 404);
  t.same(spooled(), []);
});

t.test(
  'of two who send the same piece one is told to wait, and a broken connection is no hindrance',
  async (t) => {
    const body = bytes(300_000, 4);
    const at = locationOf(
      await create({ filename: 'Two.1990.mkv', folder: '/Films' }, { 'upload-length': String(body.length) }),
    );
    const half = request(new URL(at, url), {
      method: 'PATCH',
      headers: {
        ...pieceHeaders,
        ...bearer(bridge.secrets.adminToken),
        'upload-offset': '0',
        'content-length': body.length,
      },
    });
    half.on('error', () => undefined);
    half.write(body.subarray(0, 100_000));
    await until('some of it is here', async () => (await state(at)).offset === 100_000);
    t.match(await patch(at, 0, body), { status: 423, text: /UPLOAD_BUSY/, headers: { 'retry-after': /\d/ } });
    // Nobody knows that its client has gone.
    now += 6000;
    t.match(await patch(at, 0, body), { status: 409, headers: { 'upload-offset': '100000' } });
    t.equal((await patch(at, 100_000, body.subarray(100_000))).status, 204);
    half.destroy();
    t.match(await outcome(at), { state: 'done' });
    t.equal(await givenBack('/Films/Two.1990.mkv'), sha(body));
  },
);

t.test('what cannot be is refused before a byte was sent', async (t) => {
  const cases: [string, Record<string, string>, Record<string, string>, number][] = [
    ['no length', { filename: 'x.mkv' }, {}, 400],
    ['a negative length', { filename: 'x.mkv' }, { 'upload-length': '-1' }, 400],
    ['no number', { filename: 'x.mkv' }, { 'upload-length': 'NaN' }, 400],
    ['more than 300 GB', { filename: 'x.mkv' }, { 'upload-length': '300000000001' }, 413],
    ['far more', { filename: 'x.mkv' }, { 'upload-length': '999999999999999999' }, 413],
    ['more than the spool takes', { filename: 'x.mkv' }, { 'upload-length': '90000000' }, 507],
    ['nothing', { filename: 'x.mkv' }, { 'upload-length': '0' }, 400],
    ['both', { filename: 'x.mkv' }, { 'upload-length': '5', 'upload-defer-length': '1' }, 400],
    ['no name', { folder: '/Films' }, { 'upload-length': '5' }, 400],
    ['a name that is a path', { filename: '../x.mkv' }, { 'upload-length': '5' }, 400],
    ['a folder above', { filename: 'x.mkv', folder: '/Films/../..' }, { 'upload-length': '5' }, 400],
    ['a name of dots', { filename: '..' }, { 'upload-length': '5' }, 400],
    ['no such folder', { filename: 'x.mkv', folder: '/None' }, { 'upload-length': '5' }, 404],
    ['a folder of that name', { filename: 'Old', folder: '/Films' }, { 'upload-length': '5' }, 409],
    ['another file of that name', { filename: film, folder: '/Films' }, { 'upload-length': '5' }, 409],
  ];
  for (const [what, said, headers, status] of cases) {
    const { status: got, text } = await create(said, headers);
    t.equal(got, status, `${what}: ${text}`);
  }
  for (const said of [
    'filename',
    'filename ***',
    'a b c',
    'filename eA==,filename eA==',
    'filename /w==',
    'a,'.repeat(40),
  ]) {
    const answer = await say('/api/v1/uploads', 'POST', {
      ...tusHeaders,
      'upload-length': '5',
      'upload-metadata': said,
    });
    t.equal(answer.status, 400, said);
  }
  const large = await say('/api/v1/uploads', 'POST', {
    ...tusHeaders,
    'upload-length': '5',
    'upload-metadata': `filename ${'A'.repeat(1_000_000)}`,
  }).catch(() => ({ status: 431 }));
  t.equal(large.status, 431, 'a megabyte of it');
  t.same(spooled(), []);
  t.same(
    JSON.parse((await say('/api/v1/uploads?limit=200', 'GET')).text).uploads.filter(
      (one: { state: string }) => one.state === 'open',
    ),
    [],
  );
});

t.test(
  'one that was replaced by rule lies in the trash; one of the same content is not sent again',
  async (t) => {
    const body = bytes(50_000, 3);
    const same = await create(
      { filename: 'With.1999.mkv', folder: '/Films' },
      { 'upload-length': '50000' },
      body,
    );
    t.match(await outcome(locationOf(same)), { state: 'done', fate: 'same' });
    const other = await create(
      { filename: film, folder: '/Films' },
      { 'upload-length': '300000' },
      bytes(300_000, 7),
    );
    const at = locationOf(other);
    t.match(await outcome(at), { state: 'failed', error: { code: 'BRIDGE_UPLOAD_EXISTS' } });
    t.equal((await head(at)).status, 410);
    t.equal((await remove(at)).status, 204);
    const third = await create(
      { filename: film, folder: '/Films', replace: 'true' },
      { 'upload-length': '1000' },
      bytes(1000),
    );
    t.match(await outcome(locationOf(third)), { state: 'done', fate: 'sent' });
    t.equal(await givenBack(`/Films/${film}`), sha(bytes(1000)));
    t.equal(names('/Films').filter((name) => name === film).length, 1);
  },
);

t.test('what the host does not take now waits here, and can be given up', async (t) => {
  simulator.faults.upload = { status: { status: 502, times: 99 } };
  const at = locationOf(
    await create({ filename: 'Late.1990.mkv', folder: '/Films' }, { 'upload-length': '1000' }, bytes(1000)),
  );
  await until('it was tried', async () => (await state(at)).error !== undefined);
  t.match(await state(at), { state: 'whole', offset: 1000, error: { code: 'BRIDGE_UPLOAD_NODE' } });
  t.equal(spooled().length, 1);
  t.match(await patch(at, 1000, ''), { status: 204 }, 'nothing more is to come');
  t.equal((await remove(at)).status, 204);
  t.equal((await head(at)).status, 404);
  t.same(spooled(), []);
  simulator.faults.upload = {};
});

t.test(
  'room is kept for what has begun, given back where nobody comes, and all is forgotten in the end',
  async (t) => {
    const first = await create({ filename: 'A.1990.mkv', folder: '/Films' }, { 'upload-length': '40000000' });
    t.equal(first.status, 201);
    await patch(locationOf(first), 0, bytes(1000));
    const wish = () => create({ filename: 'B.1990.mkv', folder: '/Films' }, { 'upload-length': '40000000' });
    t.equal((await wish()).status, 507, 'the room is taken');
    now += 2 * hourMs;
    const second = await wish();
    t.equal(second.status, 201, 'nobody came to the first one');
    t.equal((await head(locationOf(first))).status, 200, 'which may go on still');
    now += 25 * hourMs;
    t.equal((await head(locationOf(first))).status, 404);
    const third = await create({ filename: 'C.1990.mkv', folder: '/Films' }, { 'upload-length': '5' });
    t.same(spooled(), [], 'what came of it is gone');
    await remove(locationOf(third));
  },
);

t.test('a hundred may be open, and not one more', async (t) => {
  const made: string[] = [];
  for (let at = 0; at < 100; at++)
    made.push(
      locationOf(await create({ filename: `${at}.mkv`, folder: '/Films' }, { 'upload-length': '5' })),
    );
  t.match(await create({ filename: 'x.mkv', folder: '/Films' }, { 'upload-length': '5' }), {
    status: 503,
    text: /TOO_MANY_UPLOADS/,
    headers: { 'retry-after': /\d/ },
  });
  for (const one of made) t.equal((await remove(one)).status, 204);
});
