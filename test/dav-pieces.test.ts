import { createHash } from 'node:crypto';
import t from 'tap';
import { ask, list } from './fixtures/dav.ts';
import { bytes, film, sha, writing } from './fixtures/dav-writing.ts';
import { asUser, metadataOf, tusClient, tusHeaders } from './fixtures/tus.ts';

/** Large files over WebDAV in pieces: tus as rclone sends it to Infinite Scale, chunks as it sends them to a Nextcloud. */

const started = await writing(t, { env: { PASSERELLE_UPLOADS_SPOOL_MIB: '64' } });
const { url, door, spooled, names, put, simulator } = started;
const files = `${url}/dav/files/passerelle`;
const chunks = `${url}/dav/uploads/passerelle`;
const client = tusClient(url, asUser);
const read = async (path: string) => sha((await ask(`${door}${path}`, 'GET')).body);

t.test('tus on a folder: the file is there when the last piece is answered', async (t) => {
  const body = bytes(2_500_000);
  const said = metadataOf({ filename: 'Nosferatu é.1922.mkv', mtime: '1700000000', filetype: '' });
  const made = await client.say(`${door}/Films/`, 'POST', {
    ...tusHeaders,
    'upload-length': String(body.length),
    'upload-metadata': said,
  });
  t.equal(made.status, 201);
  const at = String(made.headers.location);
  t.match(at, `${url}/dav/tus/`, 'whole: rclone knows no other form');
  for (let offset = 0; offset < body.length; offset += 1_000_000) {
    const piece = body.subarray(offset, offset + 1_000_000);
    t.match(await client.patch(at, offset, piece, { filetype: '' }), {
      status: 204,
      headers: { 'upload-offset': String(offset + piece.length) },
    });
  }
  t.ok(names('/Films').includes('Nosferatu é.1922.mkv'));
  t.equal(await read('/Films/Nosferatu%20%C3%A9.1922.mkv'), sha(body));
  t.same(spooled(), []);
  t.equal((await client.say(at, 'HEAD', { ...tusHeaders, authorization: '' })).status, 401);
});

t.test('tus of an empty file, of a file that is replaced, and where none may be', async (t) => {
  const create = (folder: string, filename: string, length: number) =>
    client.say(`${door}${folder}`, 'POST', {
      ...tusHeaders,
      'upload-length': String(length),
      'upload-metadata': metadataOf({ filename }),
    });
  t.equal((await create('/Films/', 'empty.txt', 0)).status, 201);
  t.match(await ask(`${door}/Films/empty.txt`, 'HEAD'), { status: 200, headers: { 'content-length': '0' } });
  const again = await create('/Films/', film, 1000);
  t.equal((await client.patch(String(again.headers.location), 0, bytes(1000))).status, 204);
  t.equal(await read(`/Films/${film}`), sha(bytes(1000)));
  t.equal(names('/Films').filter((name) => name === film).length, 1);
  t.equal((await create('//', 'top.txt', 5)).status, 201, 'the top, as rclone asks for it');
  t.equal((await create('/None/', 'x.mkv', 5)).status, 409);
  t.equal((await create('/Films/', 'Old', 5)).status, 405);
  t.equal((await create('/Films/', '..', 5)).status, 400);
  t.equal((await ask(`${door}/Films/`, 'POST', { body: 'x' })).status, 405, 'a POST that is no tus');
});

t.test('the account has the address that clients of Nextcloud know', async (t) => {
  const hrefs = (await list(`${files}/Films/`)).map(({ href }) => href);
  t.ok(
    hrefs.every((href) => href.startsWith('/dav/files/passerelle/Films/')),
    hrefs.join(' '),
  );
  t.equal((await ask(`${files}/Films/small.txt`, 'PUT', { body: 'small' })).status, 201);
  const moved = await ask(`${files}/Films/small.txt`, 'MOVE', {
    headers: { destination: `${files}/Films/Old/small.txt` },
  });
  t.equal(moved.status, 201);
  t.equal((await ask(`${door}/Films/Old/small.txt`, 'GET')).text, 'small');
  const hashed = { 'x-recalculate-hash': 'sha1' };
  const asked = await ask(`${files}/Films/Old/small.txt`, 'PATCH', { headers: hashed });
  t.match(asked, { status: 204, headers: { 'oc-checksum': undefined } }, 'rclone asks after each upload');
  t.equal((await ask(`${files}/Films/Old/none.txt`, 'PATCH', { headers: hashed })).status, 404);
  t.equal((await ask(`${files}/Films/Old/small.txt`, 'PATCH', { body: 'x' })).status, 405);
  t.equal(
    (await ask(`${url}/dav/files/somebody/Films/`, 'PROPFIND', { headers: { depth: '1' } })).status,
    404,
  );
  t.equal(
    (await ask(`${files}/Films/`, 'PROPFIND', { headers: { depth: '1', authorization: '' } })).status,
    401,
  );
});

/** As rclone names them. */
const chunkName = (first: number, last: number) =>
  `${String(first).padStart(15, '0')}-${String(last).padStart(15, '0')}`;
const mkcol = (dir: string) => ask(`${chunks}/${dir}/`, 'MKCOL');
const putChunk = (dir: string, body: Buffer, first: number, last: number) =>
  ask(`${chunks}/${dir}/${chunkName(first, last - 1)}`, 'PUT', { body: body.subarray(first, last) });
const merge = (dir: string, path: string, headers: Record<string, string> = {}) =>
  ask(`${chunks}/${dir}/.file`, 'MOVE', { headers: { destination: `${files}${path}`, ...headers } });
const sha1 = (body: Buffer) => `SHA1:${createHash('sha1').update(body).digest('hex')}`;

t.test('chunks in any order, also twice, are one file', async (t) => {
  const body = bytes(2_500_000, 6);
  const dir = 'rclone-chunked-upload-0123';
  t.equal((await ask(`${chunks}/${dir}/`, 'DELETE')).status, 404, 'rclone looks first');
  t.equal((await mkcol(dir)).status, 201);
  t.equal((await mkcol(dir)).status, 405);
  t.equal((await putChunk(dir, body, 2_000_000, 2_500_000)).status, 201);
  t.match(await merge(dir, '/Films/Chunks.1980.mkv'), {
    status: 400,
    text: /bytes 0 to 1999999 did not come/,
  });
  t.equal((await putChunk(dir, bytes(1_000_000, 8), 0, 1_000_000)).status, 201);
  const both = await Promise.all([
    putChunk(dir, body, 0, 1_000_000),
    putChunk(dir, body, 1_000_000, 2_000_000),
  ]);
  t.same(
    both.map(({ status }) => status),
    [204, 201],
  );
  const checked = { 'x-oc-mtime': '1700000000', 'oc-checksum': sha1(body) };
  t.match(await merge(dir, '/Films/Chunks.1980.mkv', { ...checked, 'oc-total-length': '7' }), {
    status: 400,
  });
  t.equal((await merge(dir, '/Films/Chunks.1980.mkv', { 'oc-checksum': sha1(bytes(5)) })).status, 460);
  t.equal(
    (await merge(dir, '/Films/Chunks.1980.mkv', { ...checked, 'oc-total-length': '2500000' })).status,
    201,
  );
  t.equal(await read('/Films/Chunks.1980.mkv'), sha(body));
  t.same(spooled(), []);
  t.ok((await merge(dir, '/Films/Chunks.1980.mkv')).status < 300, 'who heard no answer asks again');
  t.equal(names('/Films').filter((name) => name === 'Chunks.1980.mkv').length, 1);
  t.equal((await mkcol(dir)).status, 201, 'the next one of that name');
  t.equal((await ask(`${chunks}/${dir}/`, 'DELETE')).status, 204);
});

t.test('who comes back to a folder of chunks sees which of them are here', async (t) => {
  const body = bytes(1000, 6);
  const dir = 'comes back';
  const at = `${chunks}/${encodeURIComponent(dir)}/`;
  const look = (depth: string, path = '') => ask(at + path, 'PROPFIND', { headers: { depth } });
  t.equal((await look('1')).status, 404);
  await ask(at, 'MKCOL');
  await ask(`${at}600-999`, 'PUT', { body: body.subarray(600) });
  await ask(`${at}000000000000000-000000000000299`, 'PUT', { body: body.subarray(0, 300) });
  const seen = (await list(at)).map(({ path, found }) => [path.split('/').at(-1), found.getcontentlength]);
  t.same(seen, [
    ['', undefined],
    ['000000000000000-000000000000299', '300'],
    ['000000000000600-000000000000999', '400'],
  ]);
  t.equal((await list(at, { depth: '0' })).length, 1);
  t.equal((await look('infinity')).status, 403);
  t.equal((await look('0', '000000000000600-000000000000999')).status, 207);
  t.equal((await look('0', '000000000000300-000000000000599')).status, 404);
  t.equal(
    (await ask(`${url}/dav/uploads/somebody/${dir}/`, 'PROPFIND', { headers: { depth: '1' } })).status,
    404,
  );
  t.equal((await ask(at, 'PROPFIND', { headers: { depth: '1', authorization: '' } })).status, 401);
  t.equal((await ask(at, 'DELETE')).status, 204);
});

t.test('chunks that are numbered, as Nextcloud has them: in the order of their numbers', async (t) => {
  const body = bytes(1_200_000, 12);
  const names = (count: number, width: number) =>
    Array.from({ length: count }, (_, at) => String(at + 1).padStart(width, '0'));
  const part = (at: number) => body.subarray(at * 100_000, (at + 1) * 100_000);
  const putNumber = (dir: string, name: string, piece: Uint8Array) =>
    ask(`${chunks}/${dir}/${name}`, 'PUT', {
      body: Buffer.from(piece),
      headers: { destination: `${url}/dav/files/passerelle/Films/Numbers.1981.mkv` },
    });
  // By their letters 10 comes before 2; and they come one after the other, backwards, and all at one time.
  for (const [dir, width, order] of [
    ['padded', 5, (some: string[]) => some],
    ['backwards', 1, (some: string[]) => some.reverse()],
    ['together', 1, undefined],
  ] as const) {
    t.equal((await mkcol(dir)).status, 201);
    const all = names(12, width);
    const send = (name: string) => putNumber(dir, name, part(Number(name) - 1));
    if (order) for (const name of order([...all])) t.equal((await send(name)).status, 201, `${dir} ${name}`);
    else for (const { status } of await Promise.all(all.map(send))) t.equal(status, 201);
    // A client that heard no answer sends one again, and one with another length first.
    t.equal((await putNumber(dir, all[3] ?? '', body.subarray(0, 10))).status, 201);
    t.ok((await send(all[3] ?? '')).status < 300);
    const seen = (await list(`${chunks}/${dir}/`)).flatMap(({ path }) => path.split('/').at(-1) || []);
    t.same(
      seen.map(Number).sort((a, b) => a - b),
      all.map(Number),
      'who comes back sees which are here',
    );
    t.ok((await merge(dir, '/Films/Numbers.1981.mkv', { 'oc-total-length': '1200000' })).status < 300, dir);
    t.equal(await read('/Films/Numbers.1981.mkv'), sha(body), dir);
    t.same(spooled(), [], dir);
  }
  t.equal((await mkcol('some')).status, 201);
  for (const name of ['0', '1', '3']) await putNumber('some', name, part(1));
  t.equal((await merge('some', '/Films/x.mkv')).status, 400, 'one is missing');
  t.equal((await putChunk('some', body, 900_000, 1_000_000)).status, 201);
  t.equal((await putNumber('some', '2', part(2))).status, 201);
  t.equal((await merge('some', '/Films/x.mkv')).status, 400, 'and one is of the other kind');
  t.equal((await putNumber('some', '4', Buffer.alloc(0))).status, 400);
  t.equal((await ask(`${chunks}/some/`, 'DELETE')).status, 204);
  t.same(spooled(), []);
});

t.test('chunks that cannot be are refused, and nothing of them is left', async (t) => {
  const body = bytes(1000);
  t.equal((await putChunk('none', body, 0, 500)).status, 409, 'no folder');
  t.equal((await mkcol('odd')).status, 201);
  t.equal((await putChunk('odd', body, 0, 500)).status, 201);
  t.equal((await putChunk('odd', body, 400, 600)).status, 400, 'one that shares bytes with another');
  t.equal((await putChunk('odd', body, 0, 600)).status, 400);
  for (const [name, status] of [
    ['00001', 400],
    ['99999', 400],
    ['1-', 400],
    ['600-500', 400],
    ['-5-10', 400],
    ['1e3-2000', 400],
    ['..', 404],
    ['%2e%2e%2fx', 404],
    ['999999999999990-999999999999999', 413],
    [chunkName(500, 600), 400],
  ] as const) {
    const answer = await ask(`${chunks}/odd/${name}`, 'PUT', { body: bytes(10) });
    t.ok(answer.status === status || (status === 404 && answer.status >= 400), `${name}: ${answer.status}`);
  }
  t.equal((await ask(`${url}/dav/uploads/somebody/odd/`, 'MKCOL')).status, 404);
  t.equal((await merge('odd', '/Films/../../x')).status, 400);
  t.equal((await merge('odd', '/None/x.mkv')).status, 409);
  t.equal((await merge('odd', '/Films/Old')).status, 405);
  t.equal((await merge('none', '/Films/x.mkv')).status, 404);
  t.equal((await ask(`${chunks}/odd/`, 'DELETE')).status, 204);
  t.same(spooled(), []);
  t.equal((await put('/Films/after.txt', 'after')).status, 201);
});

t.test('who waits is told that the host does not take it, and begins anew', async (t) => {
  simulator.faults.upload = { status: { status: 502, times: 99 } };
  const said = {
    ...tusHeaders,
    'upload-length': '1000',
    'upload-metadata': metadataOf({ filename: 'x.mkv' }),
  };
  const at = String((await client.say(`${door}/Films/`, 'POST', said)).headers.location);
  t.match(await client.patch(at, 0, bytes(1000)), { status: 503, text: /UPLOAD_NODE/ });
  t.equal((await client.say(at, 'HEAD', tusHeaders)).status, 410);
  t.equal((await mkcol('late')).status, 201);
  t.equal((await putChunk('late', bytes(1000), 0, 1000)).status, 201);
  t.match(await merge('late', '/Films/y.mkv'), { status: 503 });
  t.same(spooled(), []);
  simulator.faults.upload = {};
  t.equal((await merge('late', '/Films/y.mkv')).status, 404, 'its chunks are gone');
  t.equal((await mkcol('late')).status, 201, 'and it begins anew');
});
