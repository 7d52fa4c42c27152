import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import t from 'tap';
import { request } from 'undici';
import { createHandClock } from './fixtures/hand-clock.ts';
import type { Test } from './fixtures/setup.ts';
import { call, link, start } from './fixtures/simulated-host.ts';
import type { Simulator, SimulatorOptions } from './simulator/simulator.ts';
import { whirlpoolOf } from './simulator/whirlpool.ts';

/** The simulated host as somewhere to write to: uploads, the host's own downloads, and the verbs that change. */

const bytes = Buffer.from('Passerelle');

interface Form {
  did?: number | string;
  name?: string;
  content?: Buffer;
  /** In place of what stands before the content. */
  head?: string;
  boundary?: string;
  headers?: Record<string, string>;
}

const bodyOf = ({ did, name = 'Film (2001).mkv', content = bytes, head }: Form) =>
  Buffer.concat([
    Buffer.from(
      did === undefined ? '' : `--abc\r\nContent-Disposition: form-data; name="did"\r\n\r\n${did}\r\n`,
    ),
    Buffer.from(
      head ??
        `--abc\r\nContent-Disposition: form-data; name="file[]"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
    ),
    content,
    Buffer.from('\r\n--abc--\r\n'),
  ]);

/** One upload, from the node to the report. */
async function upload(simulator: Simulator, form: Form = {}, id?: string) {
  const server = (await call(simulator, 'upload/get_upload_server')).json;
  const answer = await request(`http://${server.url}/upload.cgi?id=${id ?? server.id}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${simulator.apiKey}`,
      'content-type': `multipart/form-data; boundary=${form.boundary ?? 'abc'}`,
      ...form.headers,
    },
    body: bodyOf(form),
  });
  const words = /<div class="bloc2">([^<]+)<\/div>/.exec(await answer.body.text())?.[1];
  return { status: answer.statusCode, location: answer.headers.location, words, id: server.id };
}

async function report(simulator: Simulator, id: string, headers: Record<string, string> = { json: '1' }) {
  const answer = await request(`http://${simulator.uploadHost}/end.pl?xid=${id}`, { headers });
  const text = await answer.body.text();
  return { status: answer.statusCode, text, json: text.startsWith('{') ? JSON.parse(text) : undefined };
}

const empty = (t: Test, options: SimulatorOptions = {}) =>
  start(t, { account: { folders: [{ name: 'Films' }] }, ...options });
const namesIn = (simulator: Simulator, folder: string) =>
  simulator.account.listed(simulator.account.folder(folder)).map(({ name }) => name);

t.test('a Whirlpool is the true one', async (t) => {
  t.match(whirlpoolOf(Buffer.alloc(0)), /^19fa61d75522a466[0-9a-f]{112}$/);
  t.match(whirlpoolOf(Buffer.from('abc')), /^4e2448a4c6f486bb[0-9a-f]{112}$/);
});

t.test('an upload: a node and an id, one form, a report', async (t) => {
  const simulator = await empty(t);
  const films = simulator.account.folder('/Films').id;
  const sent = await upload(simulator, { did: films });
  t.match(sent, { status: 302, location: `/end.pl?xid=${sent.id}` });
  t.match(sent.id, /^[A-Za-z0-9]{10}$/);
  const { json } = await report(simulator, sent.id);
  t.match(json, { incoming: 0, links: [{ filename: 'Film (2001).mkv', remove: '', size: '10' }] });
  t.equal(json.links[0].whirlpool, whirlpoolOf(bytes));
  const file = simulator.account.file('/Films/Film (2001).mkv');
  t.equal(json.links[0].download, file.url);
  const listed = (await call(simulator, 'folder/ls', { folder_id: films, files: 1 })).json.items;
  t.equal(listed[0].checksum, whirlpoolOf(bytes), 'listings tell the same');
  const got = await request(await link(simulator, file));
  t.equal(await got.body.text(), 'Passerelle');
  t.match(await report(simulator, sent.id, { export: '1' }), {
    text: /^Film \(2001\)\.mkv;10;[a-z0-9]{20};;/,
  });
  t.match(await report(simulator, sent.id, {}), { status: 200, json: undefined, text: /<a href/ });
  t.equal((await upload(simulator, {}, sent.id)).status, 403, 'an id is good for one upload');
});

t.test('large files, in pieces that end anywhere, come whole', async (t) => {
  const simulator = await empty(t);
  const content = Buffer.alloc(3_000_000, '\r\n--abc\r\n--ab');
  const cut = Buffer.from(content.toString('latin1').replaceAll('--abc', '--abd'), 'latin1');
  const sent = await upload(simulator, { content: cut, name: 'large.bin' });
  t.match((await report(simulator, sent.id)).json.links, [{ size: '3000000', whirlpool: whirlpoolOf(cut) }]);
  const got = await request(await link(simulator, '/large.bin'));
  t.ok(cut.equals(Buffer.from(await got.body.arrayBuffer())));
});

t.test('a node is given to anybody who asks in JSON', async (t) => {
  const simulator = await empty(t);
  const asked = await fetch(`${simulator.apiUrl}/upload/get_upload_server.cgi`, {
    method: 'POST',
    body: '{}',
  });
  t.same(await asked.json(), { message: 'Content-Type not JSON #24' });
  const anonymous = await fetch(`${simulator.apiUrl}/upload/get_upload_server.cgi`, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  });
  t.match(await anonymous.json(), { url: simulator.uploadHost });
  const sent = await upload(simulator, { headers: { authorization: '' } });
  t.match((await report(simulator, sent.id)).json.links[0], { remove: /^\w+$/ }, 'a file without an account');
  t.same(namesIn(simulator, '/'), []);
});

t.test('what a node refuses, and what it takes', async (t) => {
  const simulator = await empty(t, { maxFileBytes: 1_000_000 });
  const part = (text: string) => `--abc\r\n${text}\r\n\r\n`;
  const malformed: [string, Form][] = [
    ['a quoted boundary', { boundary: '"abc"' }],
    ['names without quotes', { head: part('Content-Disposition: form-data; name=file[]; filename=a.mkv') }],
    [
      'the type first',
      {
        head: part(
          'Content-Type: video/x-matroska\r\nContent-Disposition: form-data; name="file[]"; filename="a.mkv"',
        ),
      },
    ],
    ['another field', { head: part('Content-Disposition: form-data; name="file"; filename="a.mkv"') }],
    ['no bytes', { content: Buffer.alloc(0) }],
    ['no end', { head: part('Content-Disposition: form-data; name="file[]"; filename="a.mkv"').slice(2) }],
  ];
  for (const [what, form] of malformed)
    t.match(
      await upload(simulator, form),
      { status: 200, words: "Pas de fichier trouvé dans l'envoi" },
      what,
    );
  t.match(await upload(simulator, { content: Buffer.alloc(1_000_001) }), {
    words: 'Fichier trop volumineux',
  });
  const server = (await call(simulator, 'upload/get_upload_server')).json;
  const chunked = await request(`http://${server.url}/upload.cgi?id=${server.id}`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=abc' },
    body: Readable.from([bodyOf({})]),
  });
  t.equal(chunked.statusCode, 411, 'chunks');
  await chunked.body.dump();
  t.same(namesIn(simulator, '/'), [], 'nothing of all that is there');

  await upload(simulator, { did: 4711, name: 'a/b.mkv' });
  t.same(
    namesIn(simulator, '/'),
    ['b.mkv'],
    'a folder that is not there is the root; of a path the last name',
  );
  await upload(simulator, { name: 'b.mkv' });
  t.same(namesIn(simulator, '/'), ['b.mkv', 'b.mkv'], 'one name twice');
});

t.test('uploads fail in every way that is known', async (t) => {
  const simulator = await empty(t);
  const upload_ = simulator.faults.upload;
  upload_.noDisk = { times: 1 };
  t.match(await upload(simulator), { status: 200, words: 'Ne peut ouvrir le fichier destination' });
  upload_.status = { status: 502, times: 1 };
  t.equal((await upload(simulator)).status, 502);
  upload_.status = { status: 500, afterBody: true, times: 1 };
  t.equal((await upload(simulator)).status, 500);
  upload_.cut = { atByte: 100, times: 1 };
  await t.rejects(upload(simulator));
  t.same(namesIn(simulator, '/'), [], 'nothing is stored');
  upload_.cutAnswer = { times: 1 };
  await t.rejects(upload(simulator, { name: 'there.mkv' }));
  t.same(namesIn(simulator, '/'), ['there.mkv'], 'and here it is, although nobody said so');
});

t.test('a report may have to be waited for, or never come', async (t) => {
  const clock = createHandClock();
  const simulator = await empty(t, { clock });
  const faults = simulator.faults.upload;
  faults.storedName = { name: (asked) => asked.replace('é', 'e'), times: 1 };
  const { id } = await upload(simulator, { name: 'Été.mkv' });
  faults.wait = { times: 2 };
  for (const _ of [1, 2])
    t.match(await report(simulator, id), { json: undefined, text: /Veuillez patienter/ });
  faults.noLinks = { times: 1 };
  t.same((await report(simulator, id)).json, { incoming: 0, links: [] });
  t.match((await report(simulator, id)).json.links, [{ filename: 'Éte.mkv' }], 'under the name that is kept');
  faults.wrongChecksum = { times: 1 };
  t.match((await report(simulator, id)).json.links, [{ whirlpool: /^0+$/ }]);
  faults.reportAsPage = (name) => name.endsWith('.mkv');
  t.match(await report(simulator, id), { json: undefined, text: /anti-virus/ });
  simulator.faults.clear();
  await clock.advance(7_200_000);
  t.equal((await report(simulator, id)).status, 404, 'gone after two hours');
});

t.test('listings and links learn of a new file later, and of a removed one too', async (t) => {
  const clock = createHandClock();
  const simulator = await empty(t, { clock });
  Object.assign(simulator.faults, { listingLagMs: 30_000, notReadyMs: 20_000 });
  await upload(simulator);
  const { url } = simulator.account.file('/Film (2001).mkv');
  t.same(namesIn(simulator, '/'), []);
  t.match((await call(simulator, 'download/get_token', { url })).json, { status: 'KO' });
  await clock.advance(30_000);
  t.same(namesIn(simulator, '/'), ['Film (2001).mkv']);
  t.match((await call(simulator, 'download/get_token', { url })).json, { status: 'OK' });
  t.match((await call(simulator, 'file/rm', { files: [{ url }] })).json, { status: 'OK', removed: 1 });
  t.same(namesIn(simulator, '/'), ['Film (2001).mkv']);
  await clock.advance(30_000);
  t.same(namesIn(simulator, '/'), []);
});

t.test('files: removed, moved, copied, renamed, changed', async (t) => {
  const simulator = await empty(t);
  const { account } = simulator;
  const films = account.folder('/Films').id;
  const make = (name: string) => account.addFile('/', { name, content: bytes });
  const [a, b] = [make('a.mkv'), make('b.mkv')];
  const ask = async (verb: string, body: object) => (await call(simulator, verb, body)).json;

  simulator.faults.partial = { most: 1, times: 1 };
  t.match(await ask('file/mv', { urls: [a.url, b.url], destination_folder_id: films }), {
    moved: 1,
    urls: [a.url],
  });
  t.match(
    await ask('file/mv', { urls: [b.url] }),
    { message: /^Resource not found/ },
    'the folder must be named',
  );
  t.match(await ask('file/mv', { urls: [b.url], destination_folder_id: films, rename: 'b.mkv' }), {
    message: 'No file has been renamed #312',
  });
  t.match(await ask('file/mv', { urls: [b.url], destination_folder_id: films, rename: 'c.mkv' }), {
    moved: 1,
  });
  t.same(namesIn(simulator, '/Films'), ['a.mkv', 'c.mkv']);

  const copied = await ask('file/cp', { urls: [a.url], folder_id: 0, rename: 'copy.mkv' });
  t.match(copied, { copied: 1, urls: [{ from_url: a.url }], filename: 'copy.mkv' });
  t.not(copied.urls[0].to_url, a.url);
  const theirs = account.addOthers({ name: 'theirs.mkv', content: bytes, password: 'secret' });
  t.match(await ask('file/info', { url: theirs.url }), { filename: 'theirs.mkv' });
  t.match(await ask('file/cp', { urls: [theirs.url], folder_id: films }), {
    message: /^Password not provided/,
  });
  t.match(await ask('file/cp', { urls: [theirs.url], folder_id: films, pass: 'secret' }), { copied: 1 });
  t.match(await ask('file/rm', { files: [{ url: theirs.url }] }), { message: /^Resource not found/ });
  t.same(namesIn(simulator, '/Films'), ['a.mkv', 'c.mkv', 'theirs.mkv']);

  t.match(await ask('file/rename', { urls: [{ url: a.url, filename: 'x.mkv' }] }), {
    renamed: 1,
    urls: [{ old_filename: 'a.mkv', new_filename: 'x.mkv' }],
  });
  t.match(await ask('file/rename', { urls: [{ url: a.url, filename: 'x.mkv' }] }), { message: /#312$/ });
  t.match(await ask('file/chattr', { urls: [a.url], inline: 1 }), { updated: 1 });
  t.match(await ask('file/chattr', { urls: [a.url], inline: 1 }), { message: /^No changes requested/ });
  t.match(await ask('file/rm', { files: [{ url: a.url }, { url: b.url }] }), { removed: 2 });
  t.match(await ask('file/rm', { files: [{ url: a.url }] }), { status: 'KO' });
});

t.test('folders: made, moved, renamed, shared, removed', async (t) => {
  const simulator = await empty(t);
  const { account } = simulator;
  const ask = async (verb: string, body: object) => (await call(simulator, verb, body)).json;
  const films = account.folder('/Films').id;
  const made = await ask('folder/mkdir', { name: 'New', folder_id: films });
  t.match(made, { status: 'OK', name: 'New' });
  t.equal(account.pathOf(account.folder(made.folder_id)), '/Films/New');
  t.match(await ask('folder/mkdir', { name: 'New', folder_id: films }), {
    message: /^Folder already exists/,
  });
  t.match(await ask('folder/mkdir', { name: 'x'.repeat(251) }), { status: 'KO' });
  t.match(await ask('folder/mv', { folder_id: films, destination_folder_id: made.folder_id }), {
    status: 'KO',
  });
  t.match(await ask('folder/mv', { folder_id: made.folder_id, destination_folder_id: 0, rename: 'Other' }), {
    old_name: 'New',
    new_name: 'Other',
  });
  t.ok(account.find('/Films/Other'), 'with a new name it stays where it was');
  t.match(await ask('folder/mv', { folder_id: made.folder_id, destination_folder_id: 0 }), { status: 'OK' });
  account.addFile('/Other', { name: 'a.mkv', content: bytes });
  t.match(await ask('folder/rm', { folder_id: made.folder_id }), { message: /^Folder is not empty/ });
  account.removeFile('/Other/a.mkv');
  t.match(await ask('folder/share', { folder_id: made.folder_id, share: 1 }), {
    url: /^https:\/\/1fichier\.com\/dir\/[A-Za-z]{8}$/,
  });
  t.match(await ask('folder/rm', { folder_id: made.folder_id }), { status: 'OK' });
  t.equal(account.find('/Other'), undefined);
});

t.test('the host fetches by itself what it is asked for', async (t) => {
  const source = createServer((request, response) => {
    if (request.url === '/gone.mkv') return void response.writeHead(404).end();
    if (request.url === '/named')
      response.setHeader('content-disposition', 'attachment; filename="Film (2002).mkv"');
    if (request.headers['x-key'] !== 'a') return void response.writeHead(403).end();
    response.end(bytes);
  }).listen(0, '127.0.0.1');
  await once(source, 'listening');
  t.teardown(() => source.close());
  const at = `http://127.0.0.1:${(source.address() as AddressInfo).port}`;
  const simulator = await empty(t);
  const ask = async (verb: string, body: object) => (await call(simulator, verb, body)).json;
  const { id } = await ask('remote/request', {
    urls: [`${at}/plain.mkv`, `${at}/named`, `${at}/gone.mkv`],
    folder_id: simulator.account.folder('/Films').id,
    headers: { 'x-key': 'a' },
  });
  t.match((await ask('remote/ls', {})).data, [{ id, execution_date: /^(1970-01-01 00:00:00)?$/ }]);
  let info = await ask('remote/info', { id });
  while (info.result.length === 0) info = await ask('remote/info', { id });
  t.match(info.result, [
    { status: 'OK', url: `${at}/plain.mkv`, download_link: /^https:\/\/1fichier\.com\/\?/ },
    { status: 'OK' },
    { status: 'KO', message: 'HTTP error 404' },
  ]);
  t.match(info.execution_date, /^20/);
  t.same(namesIn(simulator, '/Films'), ['plain.mkv', 'Film (2002).mkv']);
});

t.test('an account that is full, or may not upload, says so', async (t) => {
  const simulator = await empty(t);
  Object.assign(simulator.faults.upload, { forbidden: true, availableBytes: 5 });
  t.match((await call(simulator, 'user/info')).json, { upload_forbidden: 'Yes', available_storage: 5 });
});
