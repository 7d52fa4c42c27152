import t from 'tap';
import { createHandClock } from './fixtures/hand-clock.ts';
import { call, small, start } from './fixtures/simulated-host.ts';
import { expectedBytes, fillSeeded } from './simulator/content.ts';
import { fromFrenchTime, toFrenchTime } from './simulator/french-time.ts';
import { messages } from './simulator/messages.ts';

/** What the simulated host holds and says of it: dates, bytes, listings, and the account behind them. */

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
