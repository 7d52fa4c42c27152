import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { readMetadataDate, readPropertyDate, readUnixDate } from '../src/uploads/dav/said-date.ts';
import { ask, list, password, user } from './fixtures/dav.ts';
import { bytes, sha, type Writing, writing } from './fixtures/dav-writing.ts';
import { hasPlayer } from './fixtures/players.ts';
import { rawPut } from './fixtures/raw-dav.ts';
import { run } from './fixtures/run.ts';
import { signal } from './fixtures/setup.ts';
import { metadataOf, tusHeaders } from './fixtures/tus.ts';
import { clientDates, propertyDates } from './tables/client-dates.ts';

/** Dates that clients give to what they send. The host keeps none. */

const first = 1_577_836_800;
const second = 946_684_800;
const http = (seconds: number) => new Date(seconds * 1000).toUTCString();
const mtime = (seconds: number | string) => ({ 'x-oc-mtime': String(seconds) });

/** The date of a file wherever one is shown; undefined where these are not the same one. */
async function shownDate({ door, url, bridge }: Writing, path: string): Promise<string | undefined> {
  const [one] = await list(door + path, { depth: '0' });
  const cut = path.lastIndexOf('/');
  const inFolder = (await list(`${door}${path.slice(0, cut)}/`)).find((child) => child.path.endsWith(path));
  const head = await ask(door + path, 'HEAD');
  const get = await ask(door + path, 'GET');
  const api = await ask(`${url}/api/v1/files?path=${encodeURIComponent(path)}`, 'GET', {
    headers: { authorization: `Bearer ${bridge.secrets.adminToken}` },
  });
  const dates = [
    String(one?.found.getlastmodified),
    String(inFolder?.found.getlastmodified),
    head.headers['last-modified'],
    get.headers['last-modified'],
    ...(JSON.parse(api.text).entries ?? []).map(({ date }: { date: string }) => new Date(date).toUTCString()),
  ];
  return dates.every((date) => date === dates[0]) ? String(dates[0]) : JSON.stringify(dates);
}

t.test('what a client says of a date is one, or counts for nothing', async (t) => {
  for (const [said, seconds] of clientDates)
    t.equal(readUnixDate(said), seconds === undefined ? undefined : seconds * 1000, said.slice(0, 40));
  for (const [said, seconds] of propertyDates)
    t.equal(readPropertyDate(said), seconds === undefined ? undefined : seconds * 1000, said.slice(0, 40));
  for (const [said, seconds] of [
    [{ mtime: '1577836800' }, first],
    [{ modified: '1577836800' }, first],
    [{ lastModified: '1577836800123' }, first],
    [{ lastModified: 'soon' }, undefined],
    [{ mtime: '-1' }, undefined],
    [{}, undefined],
  ] as const)
    t.equal(
      readMetadataDate(new Map(Object.entries(said))),
      seconds === undefined ? undefined : seconds * 1000,
      JSON.stringify(said),
    );
});

t.test('the date of an upload is shown wherever there is one, and goes where the file goes', async (t) => {
  const started = await writing(t);
  const { put, to, door, bridge } = started;
  const path = '/Films/Dated.mkv';
  const answer = await put(path, bytes(1000), mtime(first));
  t.match(answer, { status: 201, headers: { 'x-oc-mtime': 'accepted' } });
  t.equal(await shownDate(started, path), http(first));
  t.match(
    (await ask(`${started.url}/browse/account/Films/`, 'GET')).text,
    /Dated\.mkv<\/a> +01-Jan-2020 00:00/,
  );

  t.equal((await to('MOVE', path, '/Films/Renamed.mkv')).status, 201);
  t.equal(await shownDate(started, '/Films/Renamed.mkv'), http(first), 'under another name');
  t.equal((await to('MOVE', '/Films/Renamed.mkv', '/Films/Old/Renamed.mkv')).status, 201);
  t.equal((await to('COPY', '/Films/Old/Renamed.mkv', '/Films/Copy.mkv')).status, 201);
  t.equal(await shownDate(started, '/Films/Copy.mkv'), http(first), 'a copy of it');
  t.equal((await to('MOVE', '/Films/Old', '/Private/New')).status, 201);
  t.equal((await to('COPY', '/Private/New', '/Films/Again')).status, 201);
  for (const at of ['/Private/New/Renamed.mkv', '/Films/Again/Renamed.mkv'])
    t.equal(await shownDate(started, at), http(first), at);

  t.equal((await ask(`${door}/Films/Copy.mkv`, 'DELETE')).status, 204);
  t.equal(await bridge.catalog.fileDates.prune(), 0, 'what lies in the trash keeps it');
  const [removed] = await bridge.accountChanges.trash();
  await bridge.accountChanges.restore(removed?.id as number, signal);
  t.equal(await shownDate(started, '/Films/Copy.mkv'), http(first), 'back from the trash');
  await started.sync();
  t.equal(await shownDate(started, '/Films/Copy.mkv'), http(first), 'after a sync');

  await ask(`${door}/Films/Copy.mkv`, 'DELETE');
  await ask(`${door}/Private/New`, 'DELETE');
  await bridge.accountChanges.purge(true, signal);
  t.equal(await bridge.catalog.fileDates.prune(), 0, 'with those that are removed for good');
  await started.close();
});

t.test('it survives a restart', async (t) => {
  const before = await writing(t);
  await before.put('/Films/Dated.mkv', bytes(1000), mtime(first));
  await before.put('/Films/empty.txt', '', mtime(second));
  const { simulator, home } = before;
  before.app.server.closeAllConnections();
  await before.app.close();
  await before.bridge.close();
  const after = await writing(t, { over: simulator, home });
  t.equal(await shownDate(after, '/Films/Dated.mkv'), http(first));
  const [empty] = await list(`${after.door}/Films/empty.txt`, { depth: '0' });
  t.equal(empty?.found.getlastmodified, http(second));
});

t.test('what takes the place of a file has its own date, or none', async (t) => {
  const started = await writing(t);
  const { put, door } = started;
  const path = '/Films/Dated.mkv';
  const dated = async () => (await shownDate(started, path)) ?? '';
  await put(path, bytes(1000), mtime(first));
  t.equal((await put(path, bytes(1000, 2), mtime(second))).headers['x-oc-mtime'], 'accepted');
  t.equal(await dated(), http(second));
  t.equal((await put(path, bytes(1000, 3))).headers['x-oc-mtime'], undefined);
  t.not([http(first), http(second)].includes(await dated()), true, 'no date is not the one before');
  await put(path, bytes(1000, 3), mtime(first));
  t.equal(await dated(), http(first), 'of the same content, too');
  await put(path, bytes(1000, 3));
  t.not(await dated(), http(first));
  for (const said of ['-1', 'NaN', '9'.repeat(400), '253402300800', `${first}, ${second}`]) {
    const answer = await put(path, bytes(1000, 4), mtime(said));
    t.match([answer.status, answer.headers['x-oc-mtime']], [204, undefined], said.slice(0, 30));
    t.not(await dated(), http(first));
  }
  t.equal((await ask(`${door}${path}`, 'GET')).body.length, 1000);
  const two = await rawPut(started, path, [`X-OC-Mtime: ${first}`, `X-OC-Mtime: ${second}`], 'twice');
  t.match(two, /^HTTP\/1\.1 204/);
  t.notMatch(two, /x-oc-mtime/i, 'two headers are none');
});

t.test('of two that come at one time, the file that stays has the date that it came with', async (t) => {
  const { put, door, names } = await writing(t);
  const path = '/Films/Two.mkv';
  const sent = [
    { body: bytes(300_000, 2), seconds: first },
    { body: bytes(200_000, 3), seconds: second },
  ];
  await Promise.all(sent.map(({ body, seconds }) => put(path, body, mtime(seconds))));
  const read = await ask(door + path, 'GET');
  const winner = sent.find(({ body }) => sha(body) === sha(read.body));
  t.ok(winner, 'one of them, whole');
  t.equal(read.headers['last-modified'], http(winner?.seconds ?? 0));
  t.equal(names('/Films').filter((name) => name === 'Two.mkv').length, 1);
});

t.test('a date tells no version from another: parts are put together by the entity tag alone', async (t) => {
  const { put, door } = await writing(t);
  const path = '/Films/Parts.bin';
  const part = (headers: Record<string, string>) =>
    ask(door + path, 'GET', { headers: { range: 'bytes=500-999', ...headers } });
  for (const [at, bodies] of [
    ['/Films/Parts.bin', [bytes(1000, 2), bytes(1000, 3)]],
    ['/Films/.DS_Store', [bytes(1000, 4), bytes(1000, 5)]],
  ] as const) {
    const part = (headers: Record<string, string>) =>
      ask(door + at, 'GET', { headers: { range: 'bytes=500-999', ...headers } });
    const etag = String((await put(at, bodies[0], mtime(first))).headers.etag);
    t.equal((await part({ 'if-range': etag })).status, 206);
    t.equal((await part({ 'if-range': http(first) })).status, 200, `${at}: not by its date`);
    // As a client that keeps the dates of what it sends: other bytes, the same date.
    const other = String((await put(at, bodies[1], mtime(first))).headers.etag);
    t.not(other, etag);
    t.equal((await part({ 'if-range': etag })).status, 200);
    t.same((await part({ 'if-range': http(first) })).body, bodies[1], 'whole, and all of one version');
    const since = await ask(door + at, 'GET', { headers: { 'if-modified-since': http(first) } });
    t.same([since.status, sha(since.body)], [200, sha(bodies[1])], 'nor is it the one from before');
    t.equal((await ask(door + at, 'GET', { headers: { 'if-none-match': other } })).status, 304);
    t.equal((await put(at, 'x', { 'if-match': etag })).status, 412);
  }
  const etag = String((await put(path, bytes(1000, 6))).headers.etag);
  t.equal((await patch(door + path, 'lastmodified', 'DAV:', String(second))).status, 207);
  t.equal((await ask(door + path, 'HEAD')).headers.etag, etag, 'the bytes are the same ones');
  t.equal((await part({ 'if-range': etag })).status, 206);
});

const patchOf = (properties: string, verb = 'set') =>
  `<?xml version="1.0"?><D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:${verb}><D:prop>${properties}</D:prop></D:${verb}></D:propertyupdate>`;
const patch = (url: string, name: string, namespace: string, value: string) =>
  ask(url, 'PROPPATCH', { body: patchOf(`<x:${name} xmlns:x="${namespace}">${value}</x:${name}>`) });

t.test('a PROPPATCH sets the date as clients write it, and all or nothing', async (t) => {
  const started = await writing(t);
  const { put, door } = started;
  const path = '/Films/Dated.mkv';
  const url = door + path;
  await put(path, bytes(1000));
  for (const [name, namespace, value, seconds] of [
    // rclone, ownCloud; gvfs; Windows
    ['lastmodified', 'DAV:', String(first), first],
    ['getlastmodified', 'DAV:', http(second), second],
    ['Win32LastModifiedTime', 'urn:schemas-microsoft-com:', http(first), first],
  ] as const) {
    const answer = await patch(url, name, namespace, value);
    t.match(answer, { status: 207, text: /<D:status>HTTP\/1\.1 200 OK<\/D:status>/ }, name);
    t.notMatch(answer.text, /403|409|424/);
    t.equal(await shownDate(started, path), http(seconds), name);
  }
  const asWindows = `<Z:Win32CreationTime>x</Z:Win32CreationTime><Z:Win32LastAccessTime>x</Z:Win32LastAccessTime><Z:Win32LastModifiedTime>${http(second)}</Z:Win32LastModifiedTime><Z:Win32FileAttributes>00000020</Z:Win32FileAttributes>`;
  t.notMatch((await ask(url, 'PROPPATCH', { body: patchOf(asWindows) })).text, /40\d|424/);
  t.equal(await shownDate(started, path), http(second));

  const own = `<D:lastmodified>${first}</D:lastmodified><x:own xmlns:x="urn:x">1</x:own>`;
  const refused = await ask(url, 'PROPPATCH', { body: patchOf(own) });
  t.match(refused.text, /<x:own xmlns:x="urn:x"\/><\/D:prop><D:status>HTTP\/1\.1 403 Forbidden/);
  t.match(refused.text, /<D:lastmodified\/><\/D:prop><D:status>HTTP\/1\.1 424 Failed Dependency/);
  for (const said of ['-1', 'soon', '', '9'.repeat(400), 'Sat, 01 Jan 99999 00:00:00 GMT'])
    t.match((await patch(url, 'lastmodified', 'DAV:', said)).text, /HTTP\/1\.1 409 Conflict/, said);
  t.match(
    (await ask(url, 'PROPPATCH', { body: patchOf('<D:getlastmodified/>', 'remove') })).text,
    /HTTP\/1\.1 403 Forbidden/,
  );
  t.match((await patch(`${door}/Films/Old`, 'lastmodified', 'DAV:', String(first))).text, /403 Forbidden/);
  t.equal((await patch(`${door}/Films/none`, 'lastmodified', 'DAV:', String(first))).status, 404);
  const lock = await ask(url, 'LOCK', {
    body: '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>',
  });
  t.equal((await patch(url, 'lastmodified', 'DAV:', String(first))).status, 423);
  t.equal(await shownDate(started, path), http(second), 'nothing of it was done');
  const held = { if: `(${lock.headers['lock-token']})` };
  const body = patchOf(`<D:lastmodified>${first}</D:lastmodified>`);
  t.match((await ask(url, 'PROPPATCH', { headers: held, body })).text, /200 OK/);
  t.equal(await shownDate(started, path), http(first));
  const alias = `${started.url}/dav/files/${user}${path}`;
  t.match(
    (await ask(alias, 'PROPPATCH', { headers: held, body })).text,
    `<D:href>/dav/files/${user}${path}</D:href>`,
  );
});

t.test('what only we keep has dates, and takes them along to the host', async (t) => {
  const started = await writing(t);
  const { put, to, door } = started;
  const dateOf = async (path: string) => (await list(door + path, { depth: '0' }))[0]?.found.getlastmodified;
  t.equal((await put('/Films/~$draft.docx', 'words', mtime(first))).headers['x-oc-mtime'], 'accepted');
  t.equal(await dateOf('/Films/~$draft.docx'), http(first));
  await put('/Films/Old/empty.txt', '', mtime(second));
  await to('COPY', '/Films/Old', '/Films/Other');
  await to('MOVE', '/Films/Old', '/Films/Older');
  for (const at of ['/Films/Older/empty.txt', '/Films/Other/empty.txt'])
    t.equal(await dateOf(at), http(second), at);
  t.match((await patch(`${door}/Films/Other/empty.txt`, 'lastmodified', 'DAV:', String(first))).text, /200/);
  t.equal(await dateOf('/Films/Other/empty.txt'), http(first));
  await to('MOVE', '/Films/~$draft.docx', '/Films/draft.docx');
  t.equal(await shownDate(started, '/Films/draft.docx'), http(first));
  await put('/Films/Older/empty.txt', '');
  t.not(await dateOf('/Films/Older/empty.txt'), http(second));
});

t.test('in pieces: chunks of Nextcloud, and tus', async (t) => {
  const started = await writing(t);
  const { url, door } = started;
  const chunks = `${url}/dav/uploads/${user}/some`;
  await ask(`${chunks}/`, 'MKCOL');
  await ask(`${chunks}/000000000000000-000000000000999`, 'PUT', { body: bytes(1000) });
  const destination = `${url}/dav/files/${user}/Films/Chunks.mkv`;
  const moved = await ask(`${chunks}/.file`, 'MOVE', { headers: { destination, ...mtime(first) } });
  t.match(moved, { status: 201, headers: { 'x-oc-mtime': 'accepted' } });
  t.equal(await shownDate(started, '/Films/Chunks.mkv'), http(first));
  const headers = {
    ...tusHeaders,
    'content-type': 'application/offset+octet-stream',
    'upload-length': '1000',
    'upload-metadata': metadataOf({ filename: 'tus.mkv', mtime: String(second) }),
  };
  t.equal((await ask(`${door}/Films/`, 'POST', { headers, body: bytes(1000, 3) })).status, 201);
  t.equal(await shownDate(started, '/Films/tus.mkv'), http(second));
});

t.test('a library shows when a film came, by which media servers sort', async (t) => {
  const { put, url } = await writing(t);
  await put('/Films/Nosferatu.1922.mkv', bytes(1000), mtime(second));
  const found = await list(`${url}/dav/library/Movies/Nosferatu%20(1922)/`).catch(() => []);
  const seen = found.find((one) => one.path.endsWith('.mkv'))?.found.getlastmodified;
  t.ok(seen !== undefined && seen !== http(second), String(seen));
});

t.test('rclone: a second sync by dates sends nothing', async (t) => {
  if (!(await hasPlayer(t, 'rclone'))) return;
  const { url, simulator, door, home } = await writing(t);
  const dir = join(home, 'sent');
  await mkdir(join(dir, 'Deep'), { recursive: true });
  for (const [name, seed] of [
    ['a.txt', 1],
    ['Deep/b.bin', 2],
    ['Deep/empty', 0],
  ] as const) {
    await writeFile(join(dir, name), seed === 0 ? '' : bytes(1000 * seed, seed));
    await utimes(join(dir, name), first + seed, first + seed);
  }
  const env = { ...process.env, RCLONE_CONFIG: '' };
  const pass = (await run('rclone', ['obscure', password], { env })).stdout.trim();
  for (const [vendor, at] of [
    ['nextcloud', `/dav/files/${user}`],
    ['owncloud', '/dav/account'],
  ] as const) {
    const remote = `:webdav,url='${url}${at}',vendor=${vendor},user=${user},pass='${pass}':Films/${vendor}`;
    const rclone = (...args: string[]) => run('rclone', [...args, '--retries', '1'], { env });
    t.match(await rclone('copy', dir, remote), { code: 0 }, vendor);
    const uploads = simulator.counters.uploads;
    t.match(await rclone('check', dir, remote), { code: 0, stderr: /0 differences found/ });
    const again = await rclone('sync', '-v', dir, remote);
    t.match(again, { code: 0, stderr: /There was nothing to transfer/ }, vendor);
    t.equal(simulator.counters.uploads, uploads, `${vendor}: 0 uploads`);
    const [one] = await list(`${door}/Films/${vendor}/Deep/b.bin`, { depth: '0' });
    t.equal(one?.found.getlastmodified, http(first + 2));
  }
});
