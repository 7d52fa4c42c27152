import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import t from 'tap';
import type { FolderId } from '../src/core/ids.ts';
import { rootFolderId, toFolderId } from '../src/core/ids.ts';
import { fromStoredName, toStoredName } from '../src/host/fichier/writes/stored-name.ts';
import {
  readNodeAnswer,
  readUploadReport,
  readUploadSlot,
} from '../src/host/fichier/writes/upload-answers.ts';
import type { FileToSend } from '../src/host/host-writes.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { meanwhile } from './fixtures/listed.ts';
import { setup, type Test } from './fixtures/setup.ts';
import { type Content, expectedBytes, type SimulatorOptions } from './simulator/simulator.ts';
import { whirlpoolOf } from './simulator/whirlpool.ts';

/** What is changed at the host: how it is asked, and what its answers mean. */

const urgency = 'write';

async function writing(t: Test, options: SimulatorOptions = {}, env: Record<string, string> = {}) {
  const clock = createHandClock();
  const started = await setup(t, {
    simulator: { account: { folders: [{ name: 'Films' }] }, clock, ...options },
    overrides: { clock },
    env,
  });
  const { simulator, bridge } = started;
  const idOf = (path: string) => toFolderId(String(simulator.account.folder(path).id));
  const names = (path: string) => [...simulator.account.folder(path).files.values()].map(({ name }) => name);
  return { simulator, clock, writes: bridge.host.writes, idOf, names };
}

const fileOf = (
  folderId: FolderId,
  content: Content = Buffer.from('Passerelle'),
  more: Partial<FileToSend> = {},
): FileToSend => {
  const sizeBytes = Buffer.isBuffer(content) ? content.length : (content as { sizeBytes: number }).sizeBytes;
  return {
    folderId,
    name: 'Film (2001).mkv',
    sizeBytes,
    open: () =>
      Readable.from(
        (function* () {
          for (let at = 0; at < sizeBytes; at += 65_536)
            yield expectedBytes(content, at, Math.min(sizeBytes, at + 65_536));
        })(),
      ),
    ...more,
  };
};

const awkward = [
  'plain.mkv',
  'a"b\'c<d>e$f`g\\h/i.mkv',
  ' leading and trailing ',
  '.',
  '..',
  '．',
  '．．',
  'full＂width＄.mkv',
  '‛quoted‛',
  'tab\tand\u0000nul\u007f.mkv',
  '␠symbol␠',
  'in ␠ the middle',
  'é è ü 映画 🎬.mkv',
  '‛＂',
  ' ',
  '％ and % and #',
];

t.test('names that the host does not take come back as they were', (t) => {
  for (const name of awkward) {
    const stored = toStoredName(name);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is not taken
    t.notMatch(stored, /["'<>$`/\\\u0000-\u001f\u007f]|^ | $|^\.{1,2}$/, JSON.stringify(name));
    t.equal(fromStoredName(stored), name, `${JSON.stringify(name)} by ${stored}`);
  }
  t.equal(toStoredName('a"b<c.mkv'), 'a＂b＜c.mkv', 'the look-alikes of rclone');
  t.equal(toStoredName('＂'), '‛＂');
  t.end();
});

t.test('a file is sent with one call, one form and one report', async (t) => {
  const { simulator, clock, writes, idOf } = await writing(t);
  const content = { sizeBytes: 3_000_000, seed: 3 };
  const sent: number[] = [];
  const options = { urgency, onBytes: (bytes: number) => void sent.push(bytes) } as const;
  const told = await meanwhile(clock, writes.upload(fileOf(idOf('/Films'), content), options));
  const file = simulator.account.file('/Films/Film (2001).mkv');
  t.match(told, { id: file.id, url: file.url, name: 'Film (2001).mkv', sizeBytes: 3_000_000 });
  t.equal(told?.checksum, whirlpoolOf(expectedBytes(content, 0, content.sizeBytes)));
  t.same(simulator.counters.calls, { 'upload/get_upload_server': 1 });
  t.match(
    simulator.counters.uploadRequests.map(({ path, authorized }) => [path, authorized]),
    [
      ['/upload.cgi', true],
      ['/end.pl', true],
    ],
  );
  t.equal(sent.at(-1), 3_000_000, 'progress is told');
});

t.test('whatever goes wrong with a node, it is known whether the file is there', async (t) => {
  const { simulator, clock, writes, idOf, names } = await writing(t);
  const faults = simulator.faults.upload;
  const upload = (file = fileOf(idOf('/Films'))) => meanwhile(clock, writes.upload(file, { urgency }));
  const nothing: [string, () => void, { code: string }][] = [
    ['its disk', () => Object.assign(faults, { noDisk: { times: 1 } }), { code: 'BRIDGE_UPLOAD_NODE' }],
    [
      '502',
      () => Object.assign(faults, { status: { status: 502, times: 1 } }),
      { code: 'BRIDGE_UPLOAD_NODE' },
    ],
    [
      '500 behind the body',
      () => Object.assign(faults, { status: { status: 500, afterBody: true, times: 1 } }),
      { code: 'BRIDGE_UPLOAD_NODE' },
    ],
  ];
  for (const [what, fail, error] of nothing) {
    fail();
    await t.rejects(upload(), error, what);
    t.same(names('/Films'), [], `${what}: nothing is there`);
  }
  faults.cut = { atByte: 1_000_000, times: 1 };
  await t.rejects(upload(fileOf(idOf('/Films'), { sizeBytes: 64_000_000, seed: 1 })), {
    code: 'BRIDGE_UPLOAD_NODE',
  });
  t.same(names('/Films'), []);
  faults.cutAnswer = { times: 1 };
  await t.rejects(upload(), { code: 'BRIDGE_UPLOAD_UNSURE' });
  t.same(names('/Films'), ['Film (2001).mkv'], 'and this one is there');
  await t.rejects(upload(fileOf(idOf('/Films'), Buffer.alloc(0))), { code: 'BRIDGE_UPLOAD_REFUSED' });
});

t.test('a file that is not as long as it was is not stored', async (t) => {
  const { clock, writes, idOf, names } = await writing(t);
  const upload = (file: FileToSend) => meanwhile(clock, writes.upload(file, { urgency }));
  const shrunk = fileOf(idOf('/Films'), Buffer.from('abc'), {
    sizeBytes: 4,
    open: () => Readable.from([Buffer.from('abc')]),
  });
  await t.rejects(upload(shrunk), { code: 'BRIDGE_UPLOAD_SOURCE' });
  const grown = fileOf(idOf('/Films'), Buffer.from('abc'), {
    open: () => Readable.from([Buffer.from('abcd')]),
  });
  await t.rejects(upload(grown), { code: 'BRIDGE_UPLOAD_SOURCE' });
  const broken = fileOf(idOf('/Films'), Buffer.from('abc'), {
    open: async function* () {
      yield Buffer.from('a');
      throw new Error('the disk is gone');
    },
  });
  await t.rejects(upload(broken), { message: 'the disk is gone' });
  t.same(names('/Films'), []);
});

t.test('a report is waited for; one that never comes leaves the file where it is', async (t) => {
  const { simulator, clock, writes, idOf, names } = await writing(t);
  const faults = simulator.faults.upload;
  faults.wait = { times: 5 };
  t.match(await meanwhile(clock, writes.upload(fileOf(idOf('/Films')), { urgency })), { sizeBytes: 10 });
  t.equal(simulator.counters.reports, 6);
  for (const fault of [
    { noLinks: { times: 99 } },
    { reportStatus: { status: 500, times: 99 } },
    { reportAsPage: () => true },
  ]) {
    simulator.faults.upload = fault;
    t.equal(await meanwhile(clock, writes.upload(fileOf(idOf('/Films')), { urgency })), undefined);
  }
  t.equal(names('/Films').length, 4);
});

t.test('the key goes to no other host, and a node that leads elsewhere is not followed', async (t) => {
  const { simulator, clock, writes, idOf } = await writing(t);
  const evil = 'evil.example';
  simulator.faults.lie = ({ verb }) =>
    verb === 'upload/get_upload_server' ? { url: evil, id: 'abcdefghij' } : undefined;
  await t.rejects(meanwhile(clock, writes.upload(fileOf(idOf('/Films')), { urgency })), {
    code: 'BRIDGE_LINK_ELSEWHERE',
    message: /evil\.example \(not in fichier\.uploadHosts\)/,
  });
  for (const odd of [
    {},
    { url: 'up1.1fichier.com/path', id: 'a' },
    { url: 'up1.1fichier.com', id: '../x' },
    { url: 1, id: 1 },
  ])
    t.throws(() => readUploadSlot(odd), { code: 'BRIDGE_HOST_ODD_ANSWER' });
});

t.test('where a node sends on to is not gone to, and the key with it', async (t) => {
  const visits: string[] = [];
  const listening = async (handler: RequestListener) => {
    const server = createServer(handler).listen(0, '127.0.0.1');
    t.teardown(() => server.close());
    await once(server, 'listening');
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const elsewhere = await listening((request, response) => {
    visits.push(`${request.url} ${request.headers.authorization}`);
    response.end('{}');
  });
  let answer: [status: number, path: string] = [302, ''];
  const reports: string[] = [];
  const node = await listening((request, response) => {
    if (request.method === 'GET') {
      reports.push(`${request.url}`);
      response.writeHead(302, { location: `http://${elsewhere}${request.url}` }).end();
    } else
      request.resume().on('end', () => {
        response.writeHead(answer[0], { location: `http://${elsewhere}${answer[1]}` }).end();
      });
  });
  const { simulator, clock, writes, idOf } = await writing(t, {}, { FICHIER_UPLOAD_HOSTS: node });
  simulator.faults.lie = ({ verb }) =>
    verb === 'upload/get_upload_server' ? { url: node, id: 'abcdefghij' } : undefined;
  const send = () => meanwhile(clock, writes.upload(fileOf(idOf('/Films')), { urgency }));
  for (const status of [301, 307, 308]) {
    answer = [status, '/upload.cgi?id=other'];
    await t.rejects(send(), { code: 'BRIDGE_UPLOAD_REFUSED' });
  }
  answer = [302, '/end.pl?xid=abcdefghij'];
  t.equal(await send(), undefined, 'it is stored, and nobody says where');
  t.ok(
    reports.length > 0 && reports.every((url) => url === '/end.pl?xid=abcdefghij'),
    'the node itself is asked',
  );
  t.same(visits, []);
});

t.test('what nodes are known to answer', (t) => {
  const block = (words: string) => `<div class="bloc2"></div><div class="bloc2">${words}</div>`;
  const rows: [string, number, string | undefined, string, string | undefined][] = [
    ['the way to the report', 302, '/end.pl?xid=abc', '', undefined],
    ['a page of the report', 200, undefined, 'Upload finished', undefined],
    [
      'a page with the link',
      200,
      undefined,
      '<a href="https://1fichier.com/?abcdefghij0123456789">',
      undefined,
    ],
    ['the way to another report', 302, '/end.pl?xid=xyz', '', 'BRIDGE_UPLOAD_REFUSED'],
    [
      'a malformed form',
      200,
      undefined,
      block("Pas de fichier trouvé dans l'envoi"),
      'BRIDGE_UPLOAD_REFUSED',
    ],
    ['a full disk', 200, undefined, block('Ne peut ouvrir le fichier destination'), 'BRIDGE_UPLOAD_NODE'],
    ['an error', 503, undefined, 'x', 'BRIDGE_UPLOAD_NODE'],
    ['nothing', 200, undefined, '', 'BRIDGE_UPLOAD_REFUSED'],
  ];
  for (const [what, status, location, text, code] of rows) {
    const read = () => readNodeAnswer({ status, location, text }, 'abc');
    if (code) t.throws(read, { code }, what);
    else t.doesNotThrow(read, what);
  }
  const link = {
    download: 'https://1fichier.com/?abcdefghij0123456789',
    filename: 'a.mkv',
    size: '12',
    remove: '',
  };
  t.match(readUploadReport(JSON.stringify({ incoming: 0, links: [{ ...link, whirlpool: 'zz' }] })), {
    sizeBytes: 12,
    checksum: undefined,
  });
  for (const body of [
    '',
    '<html>',
    '{}',
    '{"links":[]}',
    JSON.stringify({ links: [link, link] }),
    '{"links":[{}]}',
  ])
    t.equal(readUploadReport(body), undefined, body.slice(0, 20));
  t.end();
});

t.test('a node that takes nothing any more is left after two minutes', async (t) => {
  const { clock, writes, idOf } = await writing(t);
  const stuck = fileOf(idOf('/Films'), Buffer.alloc(10), {
    open: async function* () {
      yield Buffer.alloc(5);
      await new Promise(() => undefined);
    },
  });
  const began = clock.now();
  const sending = writes.upload(stuck, { urgency }).catch((error: unknown) => error);
  let told: unknown;
  void sending.then((error) => {
    told = error;
  });
  while (!told) await clock.advance(1000);
  t.match(told, { code: 'BRIDGE_UPLOAD_NODE', message: /two minutes/ });
  t.ok(clock.now() - began < 300_000);
});

t.test('files and folders are changed, and what is so already is a success', async (t) => {
  const { simulator, clock, writes, idOf, names } = await writing(t);
  const run = <T>(work: Promise<T>) => meanwhile(clock, work);
  const made = await run(writes.makeFolder(rootFolderId, 'New "one"', { urgency }));
  t.equal(idOf('/New ＂one＂'), made);
  await t.rejects(run(writes.makeFolder(rootFolderId, 'New "one"', { urgency })), {
    code: 'BRIDGE_HOST_REFUSED',
  });
  const add = (name: string) => simulator.account.addFile('/Films', { name, content: Buffer.from(name) });
  const [a, b] = [add('a.mkv'), add('b.mkv')];
  t.equal(await run(writes.renameFile(a.url, 'c.mkv', { urgency })), 'c.mkv');
  t.equal(await run(writes.renameFile(a.url, 'c.mkv', { urgency })), 'c.mkv', 'the same name again');
  simulator.faults.partial = { most: 1, times: 1 };
  t.same(await run(writes.moveFiles([a.url, b.url], made, { urgency })), [a.url]);
  const [copy] = await run(writes.copyFiles([b.url], rootFolderId, { urgency }));
  t.equal(copy?.from, b.url);
  const theirs = simulator.account.addOthers({ name: 'theirs.mkv', content: a.content, password: 'secret' });
  await t.rejects(run(writes.copyFiles([theirs.url], made, { urgency })), { code: 'BRIDGE_HOST_PASSWORD' });
  t.equal((await run(writes.copyFiles([theirs.url], made, { urgency, password: 'secret' }))).length, 1);
  t.same(names('/New ＂one＂'), ['c.mkv', 'theirs.mkv']);
  t.same(await run(writes.removeFiles([a.url, copy?.to ?? ''], { urgency })), [a.url, copy?.to]);
  await t.rejects(run(writes.removeFiles([a.url], { urgency })), { code: 'BRIDGE_HOST_FILE_GONE' });
  await t.rejects(run(writes.removeFolder(made, { urgency })), { code: 'BRIDGE_HOST_REFUSED' });
  await run(writes.moveFolder(made, idOf('/Films'), { urgency }));
  await run(writes.renameFolder(made, 'Newer', { urgency }));
  t.equal(idOf('/Films/Newer'), made);
  t.match(await run(writes.shareFolder(made, true, { urgency })), /^https:\/\/1fichier\.com\/dir\//);
  t.equal(await run(writes.shareFolder(made, false, { urgency })), undefined);
  simulator.account.removeFile('/Films/Newer/theirs.mkv');
  await run(writes.removeFolder(made, { urgency }));
  t.equal(simulator.account.find('/Films/Newer'), undefined);
  await t.rejects(run(writes.moveFiles(['https://example.com/'], made, { urgency })), {
    code: 'BRIDGE_BAD_REQUEST',
  });
});
