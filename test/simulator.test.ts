import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { createHandClock, settle } from './fixtures/hand-clock.ts';
import { media, mediaFile, subtitles } from './media/index.ts';
import { expectedBytes, fillSeeded } from './simulator/content.ts';
import type { DeadForm } from './simulator/faults.ts';
import { fromFrenchTime, toFrenchTime } from './simulator/french-time.ts';
import { messages } from './simulator/messages.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from './simulator/simulator.ts';
import type { SimulatedFile } from './simulator/tree.ts';

const run = promisify(execFile);
const minuteMs = 60_000;

/** A file large enough that no socket buffer swallows it. */
const large = { name: 'large.mkv', content: { sizeBytes: 64 * 2 ** 20, seed: 42 } };
const small = { name: 'small.mkv', content: Buffer.from('0123456789') };

async function start(t: Test, options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await createSimulator(options);
  t.teardown(() => simulator.close());
  return simulator;
}

interface Reply {
  status: number;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the host's answers have no type of their own
  json: any;
}

async function call(
  simulator: Simulator,
  verb: string,
  body: unknown = {},
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(`${simulator.apiUrl}/${verb}.cgi`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${simulator.apiKey}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, text, json };
}

async function link(simulator: Simulator, target: string | SimulatedFile, more = {}): Promise<string> {
  const reply = await call(simulator, 'download/get_token', {
    url: simulator.account.file(target).url,
    ...more,
  });
  if (reply.json?.status !== 'OK') throw new Error(reply.text);
  return reply.json.url;
}

function get(url: string, range?: string, method = 'GET'): Promise<Response> {
  return fetch(url, { method, redirect: 'manual', headers: range ? { range } : {} });
}

async function bytes(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

/** A request whose body nobody reads yet, from an address of our choice. */
async function open(url: string, localAddress = '127.0.0.1', method = 'GET'): Promise<IncomingMessage> {
  const request = httpRequest(url, { localAddress, agent: false, method });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  return response;
}

t.test('dates are French local time, on both sides of both changes of the year', async (t) => {
  const paris = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/Paris',
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  for (let year = 2010; year < 2030; year++) {
    for (const month of [0, 2, 6, 9, 11]) {
      for (let hour = 24 * 24; hour < 24 * 32; hour++) {
        const at = Date.UTC(year, month, 1, hour, 59, 59);
        if (toFrenchTime(at) !== paris.format(at)) t.fail(`${new Date(at).toISOString()} is wrong`);
      }
    }
  }
  t.equal(toFrenchTime(Date.UTC(2021, 5, 22, 12, 57, 25)), '2021-06-22 14:57:25');
  t.equal(toFrenchTime(Date.UTC(2021, 0, 22, 12, 57, 25)), '2021-01-22 13:57:25');
  t.equal(fromFrenchTime('2021-06-22 14:57:25'), Date.UTC(2021, 5, 22, 12, 57, 25));
  t.equal(fromFrenchTime('2021-01-22 13:57:25'), Date.UTC(2021, 0, 22, 12, 57, 25));
  t.ok(Number.isNaN(fromFrenchTime('2021-01-22')), 'other forms are refused');
});

t.test('seeded bytes depend on place and seed alone, however they are cut', async (t) => {
  const content = { sizeBytes: 10 * 2 ** 20, seed: 7 };
  const whole = expectedBytes(content, 0, content.sizeBytes);
  for (const [start, end] of [
    [0, 1],
    [3, 4099],
    [4094, 4098],
    [4099, 4103],
    [2 ** 20 - 5, 2 ** 20 + 5],
    [5 * 2 ** 20 + 1, content.sizeBytes + 99],
  ] as const) {
    t.ok(expectedBytes(content, start, end).equals(whole.subarray(start, end)), `bytes ${start} to ${end}`);
  }
  t.notOk(fillSeeded(Buffer.alloc(99), 8, 0).equals(whole.subarray(0, 99)), 'another seed, other bytes');
  t.notOk(
    whole.subarray(2 ** 20, 2 ** 20 + 4096).equals(whole.subarray(0, 4096)),
    'the block comes again, but never as the same page',
  );
});

t.test('a folder listing has the documented fields', async (t) => {
  const simulator = await start(t);
  const root = (await call(simulator, 'folder/ls')).json;
  t.match(root, { status: 'OK', folder_id: 0, name: 'Root', files: 0, size: null });
  t.notOk('items' in root && root.items.length, 'no files in the root');
  const films = root.sub_folders.find((folder: { name: string }) => folder.name === 'Films');
  t.same(films, { id: 3357645, name: 'Films', create_date: '2023-11-04 10:30:00', pass: 0 });

  const listing = (await call(simulator, 'folder/ls', { folder_id: films.id, files: 1 })).json;
  t.equal(listing.files, listing.items.length);
  t.equal(
    listing.size,
    listing.items.reduce((sum: number, item: { size: number }) => sum + item.size, 0),
  );
  for (const item of listing.items) {
    t.match(item.url, /^https:\/\/[a-z0-9.]+\/\?[a-z0-9]{20}$/);
    t.match(item.checksum, /^[0-9a-f]{128}$/);
    t.match(item.date, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    t.same(
      Object.keys(item).sort(),
      ['acl', 'cdn', 'checksum', 'content-type', 'date', 'filename', 'pass', 'size', 'url'],
      item.filename,
    );
  }
  const item = listing.items.find((each: { filename: string }) => each.filename.endsWith('.ts'));
  t.match(item, {
    url: /^https:\/\/dfichiers\.com\//,
    date: '2024-07-04 00:30:00',
    'content-type': 'video/mp2t',
  });
  t.notOk('items' in (await call(simulator, 'folder/ls', { folder_id: films.id })).json);
  t.match(await call(simulator, 'folder/ls', { folder_id: 99 }), { status: 404, json: { status: 'KO' } });
  t.equal(simulator.counters.listings.get(films.id), 2);
});

t.test('a file listing holds a folder, the whole account, or a span of time', async (t) => {
  const simulator = await start(t);
  const films = (await call(simulator, 'file/ls', { folder_id: '3357645' })).json;
  t.equal(films.count, films.items.length);
  t.notOk('folder_id' in films.items[0]);
  const all = (await call(simulator, 'file/ls', { folder_id: -1 })).json;
  t.equal(all.count, [...simulator.account.files()].length);
  t.ok('folder_id' in all.items[0]);
  simulator.faults.accountListingHasFolderId = false;
  const summer = { folder_id: -1, sent_after: '2024-06-01 00:00:00', sent_before: '2024-07-04 00:30:00' };
  const some = (await call(simulator, 'file/ls', summer)).json;
  t.ok(some.count > 0 && some.count < all.count);
  for (const item of some.items) t.ok(item.date > summer.sent_after && item.date < summer.sent_before);
  t.notOk('folder_id' in some.items[0]);
});

t.test('file/info names folder and path and has no status', async (t) => {
  const simulator = await start(t);
  const file = simulator.account.file(
    '/Séries/Les Brigades du Tigre/Saison 1/Les.Brigades.du.Tigre.S01E02.FRENCH.DVDRip.x264.mkv',
  );
  const info = (await call(simulator, 'file/info', { url: `${file.url}&af=123` })).json;
  t.match(info, { path: 'Séries/Les Brigades du Tigre/Saison 1', folder_id: file.folder.id, acl: 0 });
  t.notOk('status' in info);
  const elsewhere = file.url.replace('1fichier.com', 'alterupload.com');
  t.equal(
    (await call(simulator, 'file/info', { url: elsewhere })).status,
    404,
    'unknown under another domain',
  );
});

t.test('user/info tells the kind of account', async (t) => {
  const simulator = await start(t, { offer: 3, subscriptionEnd: '2031-02-03' });
  t.match((await call(simulator, 'user/info', '')).json, {
    status: 'OK',
    offer: 3,
    subscription_end: '2031-02-03 00:00:00',
    use_cdn: 0,
  });
});

t.test(
  'key order changes, numbers may be strings, empty lists may be absent, JSON may be pretty',
  async (t) => {
    const simulator = await start(t);
    const orders = new Set<string>();
    const absent = new Set<boolean>();
    for (let turn = 0; turn < 20; turn++) {
      const { json } = await call(simulator, 'folder/ls', { folder_id: 3357645, files: 1 });
      orders.add(Object.keys(json).join());
      absent.add('sub_folders' in json);
    }
    t.ok(orders.size > 10);
    t.equal(absent.size, 2);
    simulator.faults.numbersAsStrings = true;
    const { json } = await call(simulator, 'folder/ls', { folder_id: 3357645, files: 1 });
    t.equal(typeof json.items[0].size, 'string');
    t.equal(typeof json.folder_id, 'string');
    t.match((await call(simulator, 'folder/ls', { pretty: 1 })).text, /\n {2}"/);
  },
);

t.test('runs repeat', async (t) => {
  const [one, two] = [await start(t), await start(t)];
  t.same(
    [...one.account.files()].map((file) => file.url),
    [...two.account.files()].map((file) => file.url),
  );
});

t.test('a listing holds 5,000 entries at most and still tells the true number', async (t) => {
  const files = Array.from({ length: 5003 }, (_, seed) => ({
    name: `film ${seed}.mkv`,
    content: { sizeBytes: 1e9, seed },
  }));
  const simulator = await start(t, { account: { files, folders: [{ name: 'one more' }] } });
  const { json } = await call(simulator, 'folder/ls', { files: 1 });
  t.equal(json.items.length, 4999);
  t.equal(json.files, 5003);
  t.equal((await call(simulator, 'file/ls')).json.count, 5000);
  simulator.faults.listingCap = 10;
  t.equal((await call(simulator, 'folder/ls', { files: 1 })).json.items.length, 9);
});

t.test('2,000 folders and 100,000 files are cheap', async (t) => {
  const folders = Array.from({ length: 2000 }, (_, folder) => ({
    name: `folder ${folder}`,
    files: Array.from({ length: 50 }, (_, file) => ({
      name: `film ${file}.mkv`,
      content: { sizeBytes: 4e9, seed: folder * 50 + file },
    })),
  }));
  const simulator = await start(t, { account: { folders } });
  const { json } = await call(simulator, 'folder/ls', { folder_id: 3357645 + 1999, files: 1 });
  t.equal(json.items.length, 50);
});

t.test(
  'a call without key, with a wrong one, with a wrong form or to an unknown address is refused',
  async (t) => {
    const simulator = await start(t);
    const words = async (headers: Record<string, string>, body: unknown = {}) => {
      const { status, json } = await call(simulator, 'folder/ls', body, headers);
      return [status, String(json.message).replace(/ #\d+$/, '')];
    };
    t.same(await words({ authorization: '' }), [401, messages.notAuthenticated.words]);
    t.same(await words({ authorization: 'Bearer short' }), [403, messages.badToken.words]);
    t.same(await words({ authorization: `Bearer ${'x'.repeat(32)}` }), [403, messages.noSuchUser.words]);
    t.same(await words({ 'content-type': 'text/plain' }), [403, messages.badRequest.words]);
    t.same(await words({}, '{"folder_id":'), [403, messages.badRequest.words]);
    for (const address of ['file/delete', 'link/get_link', 'folder/add']) {
      const reply = await call(simulator, address);
      t.equal(reply.status, 404);
      t.match(reply.text, /<html>/);
    }
    t.equal((await fetch(`${simulator.apiUrl}/folder/ls.cgi`)).status, 404, 'GET');
    t.equal(simulator.counters.refusals, 9);
  },
);

t.test('the account can be changed while it runs', async (t) => {
  const clock = createHandClock();
  const simulator = await start(t, { clock });
  const { account, faults } = simulator;
  const names = async (id: number) =>
    (await call(simulator, 'folder/ls', { folder_id: id, files: 1 })).json.items.map(
      (item: { filename: string }) => item.filename,
    );
  const folder = account.addFolder('/Nouveau/Sous-dossier');
  const file = account.addFile(folder, small);
  t.equal(account.pathOf(file), '/Nouveau/Sous-dossier/small.mkv');
  t.equal(account.find('/Nouveau/Sous-dossier/small.mkv'), file);
  t.same(await names(folder.id), ['small.mkv']);
  account.rename(file, 'renamed.mkv');
  account.move(file, '/Films');
  t.same(await names(folder.id), []);
  t.ok((await names(3357645)).includes('renamed.mkv'));
  account.move('/Nouveau/Sous-dossier', '/');
  t.ok(account.find('/Sous-dossier'));

  faults.listingLagMs = 30_000;
  account.removeFile(file);
  account.addFile(folder, small);
  t.ok((await names(3357645)).includes('renamed.mkv'), 'a listing lags behind a removal');
  t.same(await names(folder.id), [], 'and behind an upload');
  t.equal((await call(simulator, 'download/get_token', { url: file.url })).status, 404);
  await clock.advance(30_001);
  t.notOk((await names(3357645)).includes('renamed.mkv'));
  t.same(await names(folder.id), ['small.mkv']);
  account.removeFolder('/Films');
  t.equal(account.find('/Films'), undefined);
  t.throws(() => account.file('/Films/x'), /no file/);
});

t.test('get_token refuses what may not be downloaded, in the words of the host', async (t) => {
  const clock = createHandClock();
  const files = [
    { ...small, name: 'password', password: 'secret' },
    { ...small, name: 'owner', ownerLocked: true },
    { ...small, name: 'acl', acl: { country: ['FR'] } },
    { ...small, name: 'premium', acl: { premium: 1 as const } },
  ];
  const simulator = await start(t, { clock, account: { files } });
  const ask = async (name: string, more = {}) => {
    const { url } = simulator.account.file(`/${name}`);
    const { status, json } = await call(simulator, 'download/get_token', { url, ...more });
    return [status, json.message?.replace(/ #\d+$/, '') ?? 'OK'];
  };
  t.same(await ask('password'), [403, messages.noPassword.words]);
  t.same(await ask('password', { pass: 'wrong' }), [403, messages.wrongPassword.words]);
  t.same(await ask('password', { pass: 'secret' }), [200, 'OK']);
  t.same(await ask('owner'), [403, messages.ownerLocked.words]);
  t.same(await ask('acl'), [403, messages.notAllowed.words]);
  t.same(await ask('premium'), [200, 'OK']);
  simulator.faults.notReadyMs = 20_000;
  simulator.account.addFile('/', { ...small, name: 'new' });
  t.same(await ask('new'), [200, messages.notReady.words], 'a KO with HTTP 200');
  await clock.advance(20_000);
  t.same(await ask('new'), [200, 'OK']);

  const free = await start(t, { offer: 0 });
  const [file] = free.account.files();
  t.match((await call(free, 'download/get_token', { url: file?.url })).json.message, /^Must be a customer/);
  const ended = await start(t, { clock, subscriptionEnd: '2026-01-14' });
  t.equal((await call(ended, 'download/get_token', { url: file?.url })).status, 403);
  const lastDay = await start(t, { clock, subscriptionEnd: '2026-01-15' });
  t.equal((await call(lastDay, 'download/get_token', { url: file?.url })).status, 200);
});

t.test('a link serves HEAD, one range, or the whole file, with the headers of the host', async (t) => {
  const simulator = await start(t, { account: { files: [{ ...small, name: 'Été "1".mkv' }] } });
  const [file] = simulator.account.files() as unknown as [SimulatedFile];
  const url = await link(simulator, file);
  t.match(url, new RegExp(`^http://${simulator.downloadHost}/p\\d+$`));
  const head = await get(url, undefined, 'HEAD');
  t.equal(head.headers.get('content-length'), '10');
  t.equal(head.headers.get('content-type'), 'application/octet-stream');
  const name = Buffer.from(head.headers.get('content-disposition') ?? '', 'latin1').toString();
  t.equal(name, 'attachment; filename="Été _1_.mkv"');
  for (const header of ['etag', 'last-modified', 'accept-ranges']) t.notOk(head.headers.has(header), header);

  const cases: [
    range: string | undefined,
    status: number,
    body: string | undefined,
    header: string | null,
  ][] = [
    [undefined, 200, '0123456789', null],
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=7-99', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=10-', 416, undefined, 'bytes */10'],
    ['bytes=-0', 416, undefined, 'bytes */10'],
    ['bytes=0-1,3-4', 200, '0123456789', null],
    ['bytes=5-2', 200, '0123456789', null],
    ['rubbish', 200, '0123456789', null],
  ];
  for (const [range, status, body, header] of cases) {
    const response = await get(url, range);
    t.equal(response.status, status, range ?? 'no range');
    t.equal(response.headers.get('content-range'), header);
    const text = await response.text();
    if (body !== undefined) t.equal(text, body);
  }
  t.equal(simulator.counters.heads, 1);
  t.equal(simulator.counters.downloads, cases.length - 2);
  t.equal(simulator.counters.bytesSent, 10 * 5 + 3 * 4);

  for (const inline of [await link(simulator, file, { inline: 1 }), `${url}&inline=1`, `${url}?inline=1`]) {
    const shown = await get(inline);
    t.equal(shown.headers.get('content-type'), 'video/x-matroska');
    t.match(shown.headers.get('content-disposition'), /^inline; /);
    await shown.text();
  }
  simulator.faults.download.acceptRanges = true;
  t.equal((await get(url, undefined, 'HEAD')).headers.get('accept-ranges'), 'bytes');
});

t.test('a link must start within 5 minutes and serves for 30 minutes from its issue', async (t) => {
  const clock = createHandClock();
  const simulator = await start(t, { clock, account: { files: [small] } });
  const status = async (url: string) => {
    const response = await get(url);
    await response.text();
    return response.status;
  };
  const unused = await link(simulator, '/small.mkv');
  const used = await link(simulator, '/small.mkv');
  await clock.advance(5 * minuteMs);
  t.equal(await status(used), 200, 'at the last moment of the start window');
  await clock.advance(1);
  t.equal(await status(unused), 404);
  await clock.advance(25 * minuteMs - 1);
  t.equal(await status(used), 200, 'at the last moment of the resume window');
  await clock.advance(1);
  t.equal(await status(used), 404, 'each use does not make it live longer');

  const once = await link(simulator, '/small.mkv', { single: 1 });
  t.equal(await status(once), 200);
  t.equal(await status(once), 404, 'a single link serves one request');
  const removed = await link(simulator, '/small.mkv');
  simulator.account.removeFile('/small.mkv');
  t.equal(await status(removed), 404);
});

t.test('a dead link answers in the form that was chosen', async (t) => {
  const forms: [DeadForm, number][] = [
    ['404', 404],
    ['410', 410],
    ['403-html', 403],
    ['200-html', 200],
    ['302-html', 302],
  ];
  for (const [expiredAnswer, status] of forms) {
    const simulator = await start(t, { expiredAnswer, account: { files: [small] } });
    const url = await link(simulator, '/small.mkv');
    t.equal((await get(url)).status, 200);
    simulator.expireLinks();
    const response = await get(url);
    t.equal(response.status, status, expiredAnswer);
    t.match(response.headers.get('content-type'), /^text\/html/);
    t.notOk(response.headers.has('content-disposition'));
    t.match(await response.text(), /<html>/);
    simulator.faults.download.dead = { form: '410', times: 1 };
    const fresh = await link(simulator, '/small.mkv');
    t.equal((await get(fresh)).status, 410, 'a staged death');
    t.equal((await get(fresh)).status, 200, 'passes');
  }
});

t.test('strict limits refuse every breach and nothing else', async (t) => {
  const clock = createHandClock();
  const simulator = await start(t, { clock, limits: 'strict' });
  const ask = async (verb: string, body = {}) => {
    const { status, json } = await call(simulator, verb, body);
    return status === 200 ? 'OK' : `${status} ${json.message.replace(/ #\d+$/, '')}`;
  };
  const flood = '403 Flood detected: IP Locked';
  t.equal(await ask('folder/ls', { files: 1 }), 'OK');
  t.equal(await ask('file/ls'), flood, 'the other listing of the same folder counts too');
  t.equal(await ask('folder/ls', { folder_id: 3357645 }), 'OK');
  t.equal(await ask('folder/ls', { folder_id: 3357646 }), flood, 'the fourth call of a second');
  await clock.advance(1000);
  t.equal(await ask('folder/ls', { folder_id: 3357646 }), 'OK', 'a refusal locks nothing');
  await clock.advance(29_000);
  t.equal(await ask('folder/ls'), 'OK', 'the same folder after 30 s');
  t.equal(await ask('file/ls', { folder_id: -1 }), 'OK');
  await clock.advance(59 * minuteMs);
  t.equal(await ask('file/ls', { folder_id: -1 }), flood);
  t.equal(await ask('user/info'), 'OK');
  await clock.advance(minuteMs - 1);
  t.equal(await ask('user/info'), flood);
  await clock.advance(1);
  t.equal(await ask('user/info'), '403 Flood detected: User Locked');
  await clock.advance(4 * minuteMs);
  t.equal(await ask('user/info'), 'OK');
  t.equal(await ask('file/ls', { folder_id: -1 }), 'OK', 'the whole account after an hour');
  t.equal(simulator.counters.breaches, 5);
});

t.test(
  'lenient limits allow a burst, then lock the address for five minutes while links go on',
  async (t) => {
    const clock = createHandClock();
    const simulator = await start(t, { clock, limits: 'lenient' });
    const [file] = simulator.account.files() as unknown as [SimulatedFile];
    const url = await link(simulator, file);
    await clock.advance(1000);
    const statuses: number[] = [];
    for (let turn = 0; turn < 8; turn++) {
      statuses.push((await call(simulator, 'folder/ls')).status);
      await clock.advance(1000);
    }
    t.same(statuses, [200, 200, 200, 200, 200, 200, 403, 403]);
    t.match((await call(simulator, 'download/get_token', { url: file.url })).json.message, /^Flood detected/);
    t.equal((await get(url, 'bytes=0-9')).status, 206);
    await clock.advance(5 * minuteMs);
    t.equal((await call(simulator, 'folder/ls')).status, 200);
  },
);

t.test('repeated refusals lock the address', async (t) => {
  const clock = createHandClock();
  const simulator = await start(t, { clock, limits: { refusalsAllowed: 2, refusalLockMs: minuteMs } });
  for (let turn = 0; turn < 3; turn++)
    t.equal((await call(simulator, 'file/info', { url: 'x' })).status, 404);
  t.match((await call(simulator, 'folder/ls')).json.message, /^Flood detected/);
  await clock.advance(minuteMs);
  t.equal((await call(simulator, 'folder/ls')).status, 200);
});

t.test('many small downloads in a row lock downloads', async (t) => {
  const clock = createHandClock();
  const simulator = await start(t, {
    clock,
    limits: { smallFilesInARow: 2 },
    account: { files: [small, large] },
  });
  const status = async (path: string) => (await get(await link(simulator, path), 'bytes=0-0')).status;
  t.same([await status('/small.mkv'), await status('/small.mkv')], [206, 206]);
  t.equal(await status('/small.mkv'), 403);
  await clock.advance(5 * minuteMs);
  t.equal(await status('/small.mkv'), 206);
  t.equal(await status('/large.mkv'), 206);
});

t.test('an account is used from one address at a time', async (t) => {
  const clock = createHandClock();
  const simulator = await start(t, { clock, locationRule: true, account: { files: [small] } });
  const url = await link(simulator, '/small.mkv');
  const other = await open(url, '127.0.0.2');
  t.equal(other.statusCode, 403);
  t.match(other.headers['content-type'], /^text\/html/);
  other.resume();
  t.equal((await get(url)).status, 200);
  await clock.advance(4 * minuteMs);
  t.equal((await get(url)).status, 200, 'each use holds the account longer');
  await clock.advance(5 * minuteMs);
  const moved = await open(url, '127.0.0.2');
  t.equal(moved.statusCode, 200, 'after a while the other address may have it');
  moved.resume();
  const refused = await call(simulator, 'download/get_token', {
    url: simulator.account.file('/small.mkv').url,
  });
  t.match(refused.json.message, /^Only 1 location allowed at a time #\d+$/);
});

t.test('the 31st transfer gets the page about too many connections', async (t) => {
  const simulator = await start(t, { account: { files: [large] } });
  const url = await link(simulator, '/large.mkv');
  const held = await Promise.all(Array.from({ length: 30 }, () => open(url)));
  t.equal(simulator.counters.connectionsNow, 30);
  const refused = await open(url);
  t.equal(refused.statusCode, 403);
  t.match(refused.headers['content-type'], /^text\/html/);
  refused.resume();
  await once(refused, 'close');
  for (const response of held) response.destroy();
  while (simulator.counters.connectionsNow > 0) await settle();
  const again = await open(url);
  t.equal(again.statusCode, 200);
  t.equal(simulator.counters.connectionsMost, 31);
  again.destroy();
});

t.test('a reader that stops reading stops the sending', async (t) => {
  const simulator = await start(t, {
    account: { files: [{ ...large, content: { sizeBytes: 2 ** 31, seed: 1 } }] },
  });
  const response = await open(await link(simulator, '/large.mkv'));
  let before = -1;
  // Loopback buffers differ between machines; the sending has stopped when a hundred turns bring nothing.
  while (before !== simulator.counters.bytesSent) {
    before = simulator.counters.bytesSent;
    await settle(100);
  }
  t.ok(before < 2 ** 30, `${before} bytes of 2 GiB`);
  response.destroy();
  while (simulator.counters.connectionsNow > 0) await settle();
  t.ok(simulator.counters.bytesSent < 2 ** 30);
});

t.test('a staged flood locks every call for its time, and a rule can pick verb and folder', async (t) => {
  const clock = createHandClock();
  const simulator = await start(t, { clock });
  const { faults } = simulator;
  faults.answer({ is: 'flood', lockMs: minuteMs, whose: 'User' });
  t.match((await call(simulator, 'folder/ls')).json.message, /^Flood detected: User Locked #\d+$/);
  t.equal((await call(simulator, 'file/ls')).status, 403);
  await clock.advance(minuteMs);
  t.equal((await call(simulator, 'folder/ls')).status, 200);

  faults.answer({ is: 'status', status: 502, verb: 'folder/ls', folderId: 3357646, times: 2, skip: 1 });
  const statuses: number[] = [];
  for (const folder_id of [3357645, 3357646, 3357646, 3357646, 3357646]) {
    statuses.push((await call(simulator, 'folder/ls', { folder_id })).status);
  }
  t.same(statuses, [200, 200, 502, 502, 200]);
  faults.answer({ is: 'ipLocked', lockMs: minuteMs });
  t.match((await call(simulator, 'folder/ls')).json.message, /^IP Locked #\d+$/);
  simulator.reset();
  t.equal((await call(simulator, 'folder/ls')).status, 200, 'reset takes locks away');
  t.equal(simulator.counters.requests.length, 1);
});

t.test('calls fail in every way that clients have seen', async (t) => {
  const simulator = await start(t);
  const { faults } = simulator;
  const list = { folder_id: 3357645, files: 1 };
  faults.answer({ is: 'badJson' });
  const bad = await call(simulator, 'folder/ls', list);
  t.equal(bad.json, undefined);
  t.match(bad.text, /AC\\DC/);
  t.ok(JSON.parse(bad.text.replaceAll('\\', '\\\\')), 'and that is all that is wrong with it');
  faults.answer({ is: 'emptyListing' });
  t.match((await call(simulator, 'folder/ls', list)).json, { status: 'OK', files: 0, size: null, items: [] });
  faults.answer({ is: 'bareText' });
  t.match(await call(simulator, 'folder/ls'), { status: 403, text: 'IP Locked' });
  for (const status of [200, 503] as const) {
    faults.answer({ is: 'maintenance', status });
    t.match(await call(simulator, 'folder/ls'), { status, text: /maintenance/ });
  }
  faults.answer({ is: 'ko', message: 'Owner locked #649' });
  t.match(await call(simulator, 'file/info'), {
    status: 200,
    json: { status: 'KO', message: 'Owner locked #649' },
  });
  faults.answer({ is: 'reset' });
  await t.rejects(call(simulator, 'folder/ls'));
  faults.answer({ is: 'halfBody' });
  await t.rejects(call(simulator, 'folder/ls', list));
  faults.answer({ is: 'silent' });
  const leaving = new AbortController();
  const silent = fetch(`${simulator.apiUrl}/folder/ls.cgi`, { method: 'POST', signal: leaving.signal });
  while (simulator.counters.callsNow === 0) await settle();
  leaving.abort();
  await t.rejects(silent);
  faults.answer({ is: 'slow', ms: 1 });
  faults.answer({ is: 'status', status: 500 });
  t.equal((await call(simulator, 'folder/ls')).status, 500, 'slow goes together with another');
  t.equal((await call(simulator, 'folder/ls')).status, 200);
});

t.test('a transfer can be cut at a byte, at random, or stall', async (t) => {
  const simulator = await start(t, { account: { files: [large] } });
  const { faults } = simulator;
  const url = await link(simulator, '/large.mkv');
  const received = async (range: string) => {
    const response = await get(url, range);
    const parts: Uint8Array[] = [];
    try {
      for await (const part of response.body ?? []) parts.push(part);
    } catch {
      return [Buffer.concat(parts), 'cut'] as const;
    }
    return [Buffer.concat(parts), 'whole'] as const;
  };
  faults.download.cut = { every: 2, atByte: 300_001 };
  const seen = [];
  for (let turn = 0; turn < 4; turn++) seen.push(await received('bytes=1000000-1999999'));
  t.same(
    seen.map(([part, end]) => [part.length, end]),
    [
      [1_000_000, 'whole'],
      [300_001, 'cut'],
      [1_000_000, 'whole'],
      [300_001, 'cut'],
    ],
  );
  t.ok(
    seen[1]?.[0].equals(expectedBytes(large.content, 1_000_000, 1_300_001)),
    'the right bytes up to the cut',
  );
  faults.download = { cut: { every: 1, times: 1 } };
  const [part, end] = await received('bytes=0-999999');
  t.equal(end, 'cut');
  t.ok(part.length < 1_000_000);
  t.equal((await received('bytes=0-999999'))[1], 'whole');

  faults.download = { stall: { afterBytes: 1000, times: 1 } };
  const stalled = await open(url);
  let arrived = 0;
  stalled.on('data', (piece: Buffer) => {
    arrived += piece.length;
  });
  while (arrived < 1000) await settle();
  await settle(50);
  t.equal(arrived, 1000);
  stalled.destroy();
  t.equal((await received('bytes=0-9999'))[1], 'whole');
});

t.test('ranges and sizes can be wrong', async (t) => {
  const simulator = await start(t, { account: { files: [large] } });
  const { faults } = simulator;
  const url = await link(simulator, '/large.mkv');
  const right = expectedBytes(large.content, 8000, 8100);
  faults.download.wrongRange = { kind: 'other', times: 1 };
  const other = await get(url, 'bytes=8000-8099');
  t.equal(other.headers.get('content-range'), `bytes 3904-4003/${large.content.sizeBytes}`);
  t.ok((await bytes(other)).equals(expectedBytes(large.content, 3904, 4004)));
  t.ok((await bytes(await get(url, 'bytes=8000-8099'))).equals(right), 'once');
  faults.download.wrongRange = { kind: 'lying', times: 1 };
  const lying = await get(url, 'bytes=8000-8099');
  t.equal(lying.headers.get('content-range'), `bytes 8000-8099/${large.content.sizeBytes}`);
  t.notOk((await bytes(lying)).equals(right));
  faults.download.wrongRange = { kind: 'whole', times: 1 };
  const whole = await get(url, 'bytes=8000-8099');
  t.equal(whole.status, 200);
  await whole.body?.cancel();
  faults.download.wrongTotal = { byBytes: 5, times: 1 };
  const longer = await get(url, 'bytes=-5');
  const total = large.content.sizeBytes + 5;
  t.equal(longer.headers.get('content-range'), `bytes ${total - 5}-${total - 1}/${total}`);
  t.ok((await bytes(longer)).equals(Buffer.alloc(5)));
});

t.test('a link can die after so many bytes, and a transfer can be slow', async (t) => {
  const simulator = await start(t, { account: { files: [large] } });
  const { faults } = simulator;
  const url = await link(simulator, '/large.mkv');
  faults.download = { expireAfterBytes: { bytes: 5000 } };
  t.equal((await bytes(await get(url, 'bytes=0-9999'))).length, 10_000, 'the transfer goes on');
  t.equal((await get(url)).status, 404);
  faults.download = { expireAfterBytes: { bytes: 5000, cut: true } };
  const second = await link(simulator, '/large.mkv');
  t.equal((await bytes(await get(second, 'bytes=0-2999'))).length, 3000);
  await t.rejects(get(second, 'bytes=0-2999').then(bytes));
  t.equal(simulator.counters.downloadRequests.at(-1)?.bytes, 2000);
  t.equal((await get(second)).status, 404);

  faults.download = { firstByteMs: 5, bytesPerSecond: 200_000 };
  const begin = performance.now();
  const slow = await get(await link(simulator, '/large.mkv'), 'bytes=0-9999');
  t.equal((await bytes(slow)).length, 10_000);
  t.ok(performance.now() - begin > 50, 'a twentieth of a second for a twentieth of the speed');
});

t.test('closing ends what is in progress', async (t) => {
  const simulator = await createSimulator({ account: { files: [large] } });
  const response = await open(await link(simulator, '/large.mkv'));
  simulator.faults.answer({ is: 'slow', ms: 1e9 });
  const waiting = t.rejects(call(simulator, 'folder/ls'));
  while (simulator.counters.callsNow === 0) await settle();
  await simulator.close();
  await waiting;
  response.resume();
  if (!response.closed) await new Promise((resolve) => response.once('close', resolve));
  t.notOk(response.complete);
});

t.test('the media are what their list says', async (t) => {
  for (const film of media) {
    const { stdout } = await run('ffprobe', [
      '-v',
      'error',
      '-of',
      'json',
      '-show_format',
      '-show_streams',
      film.path,
    ]);
    const { format, streams } = JSON.parse(stdout);
    t.ok(Math.abs(Number(format.duration) - film.durationSeconds) < 0.5, film.file);
    t.equal(streams[0].codec_name, film.videoCodec);
    t.ok(format.format_name.includes(film.container === 'matroska' ? 'matroska' : film.container));
    t.equal(Number(format.size), film.sizeBytes);
  }
  const { stdout } = await run('ffprobe', [
    ...['-v', 'error', '-show_entries', 'stream=codec_name:stream_tags=language', '-of', 'csv=p=0'],
    mediaFile('h264-two-languages.mkv').path,
  ]);
  t.match(stdout, /h264\naac,fra\naac,eng\nsubrip,fra\nsubrip,eng/);
  t.equal(subtitles.length, 3);
  t.throws(() => mediaFile('nothing.mkv'), /no nothing/);
});

t.test('ffprobe jumps into the middle of every film over a direct link', async (t) => {
  const simulator = await start(t);
  for (const film of media) {
    const file = [...simulator.account.files()].find(
      ({ content }) => 'path' in content && content.path === film.path,
    );
    const { stdout } = await run('ffprobe', [
      ...['-v', 'error', '-read_intervals', '40%+1', '-select_streams', 'v'],
      ...['-show_entries', 'packet=pts_time', '-of', 'csv=p=0', await link(simulator, file as SimulatedFile)],
    ]);
    const first = Number.parseFloat(stdout);
    t.ok(first > 36 && first <= 42, `${film.file}: ${first} s`);
  }
  t.ok(
    simulator.counters.downloadRequests.some(({ range, status }) => status === 206 && range !== 'bytes=0-'),
  );
});

t.test('the demo account has what real libraries have', async (t) => {
  const simulator = await start(t);
  const files = [...simulator.account.files()];
  const paths = files.map((file) => simulator.account.pathOf(file));
  t.ok(new Set(paths).size < paths.length, 'two files of one name');
  t.ok(
    paths.some((path) => /[＂？]/.test(path)),
    'look-alike characters',
  );
  t.ok(
    files.some((file) => file.domain),
    'another domain',
  );
  for (const path of ['/Films', '/Séries/Les Brigades du Tigre/Saison 1', '/Divers']) {
    t.equal(simulator.account.folder(path).kind, 'folder');
  }
});
