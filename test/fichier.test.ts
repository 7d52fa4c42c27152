import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { Agent } from 'undici';
import { type BridgeError, type ErrorCode, errorTable, isBridgeError } from '../src/errors.ts';
import { faultOf, HostRefusal } from '../src/fichier/faults.ts';
import { readAnswer } from '../src/fichier/json.ts';
import { readPageUrl } from '../src/fichier/page-url.ts';
import { parisToUtc, utcToParis } from '../src/fichier/paris-time.ts';
import { readDirectLink, readFileInfo, readFileListing, readFolderListing } from '../src/fichier/wire.ts';
import { mockedHost, testKey } from './fixtures/mocked-host.ts';
import { hostWords } from './tables/host-words.ts';

const hourMs = 3_600_000;
const key = testKey;
const page = 'https://1fichier.com/?abcdefghij0123456789';
const link = 'https://a-12.1fichier.com/p2086862583';
const item = { url: page, filename: 'Film.mkv', size: 12, date: '2021-06-22 14:57:25' };
const now = { urgency: 'play' } as const;

// ---------------------------------------------------------------- paris-time

t.test('French local time is what Intl says it is, every seven hours and around each change', async (t) => {
  const intl = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/Paris',
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  let wrong = 0;
  let count = 0;
  const look = (ms: number) => {
    const text = utcToParis(ms);
    if (text !== intl.format(ms)) wrong++;
    const back = parisToUtc(text);
    // In the hour that comes twice, both instants carry one text, which means the earlier.
    if (back !== ms && !(back === ms - hourMs && utcToParis(back) === text)) wrong++;
    count++;
  };
  for (let ms = Date.UTC(2005, 0, 1); ms < Date.UTC(2045, 0, 1); ms += 7 * hourMs + 61_000) look(ms);
  for (let year = 1997; year < 2060; year++) {
    for (const month of [2, 9]) {
      for (let day = 25; day <= 31; day++) {
        for (let minute = 0; minute < 4 * 60; minute += 30) look(Date.UTC(year, month, day, 0, minute));
      }
    }
  }
  t.ok(count > 50_000);
  t.equal(wrong, 0);
});

t.test('the hour that comes twice is summer time, the hour that is skipped is winter time', async (t) => {
  t.equal(parisToUtc('2025-10-26 02:30:00'), Date.UTC(2025, 9, 26, 0, 30));
  t.equal(parisToUtc('2025-10-26 03:00:00'), Date.UTC(2025, 9, 26, 2));
  t.equal(parisToUtc('2025-03-30 02:30:00'), Date.UTC(2025, 2, 30, 1, 30));
  t.equal(parisToUtc('2021-06-22 14:57:25'), Date.UTC(2021, 5, 22, 12, 57, 25));
});

t.test('what is no such date is nothing', async (t) => {
  const bad = [
    '',
    '2025-02-30 10:00:00',
    '2025-13-01 10:00:00',
    '2025-01-01 24:00:00',
    '2025-01-01 10:60:00',
  ];
  bad.push('0000-00-00 00:00:00', '0050-01-01 00:00:00', '2025-01-01', 'yesterday', '2025-01-01 10:00:00Z');
  for (const text of bad) t.equal(parisToUtc(text), undefined, text);
});

// ---------------------------------------------------------------- json

t.test('an answer is read as what it is', async (t) => {
  t.same(readAnswer('{"a":1}'), { kind: 'json', value: { a: 1 }, repaired: false });
  t.match(readAnswer('\uFEFF {"a":1}\n'), { kind: 'json', value: { a: 1 } });
  t.same(readAnswer(' \n'), { kind: 'empty' });
  t.match(readAnswer(' <!DOCTYPE html><p>x'), { kind: 'html' });
  t.match(readAnswer('IP Locked'), { kind: 'text', text: 'IP Locked' });
  t.match(readAnswer('{"a":'), { kind: 'text' });
});

t.test('illegal escapes and raw control characters are mended, legal ones are not touched', async (t) => {
  const odd = String.raw`{"a":"C:\Films\x \u00e9 \" \\ \u12"}`;
  t.same(readAnswer(odd), { kind: 'json', value: { a: 'C:\\Films\\x é " \\ \\u12' }, repaired: true });
  t.match(readAnswer('{"a":"one\ntwo\u0000"}'), { value: { a: 'one two ' }, repaired: true });
  const legal = String.raw`{"a":"\\x"}`;
  t.same(readAnswer(legal), { kind: 'json', value: { a: '\\x' }, repaired: false });
});

t.test('deep nesting ends in an answer, not in a crash', async (t) => {
  const deep = '['.repeat(500_000);
  t.equal(readAnswer(deep).kind, 'text');
  const closed = readAnswer(`{"status":"OK","items":${deep}${']'.repeat(500_000)}}`);
  const value = closed.kind === 'json' ? closed.value : undefined;
  t.same(value && readFolderListing(value, 0), {
    id: 0,
    name: '',
    folders: [],
    files: [],
    skipped: 1,
    complete: false,
  });
});

t.test('fields that are deep or pose as something else are read without harm', async (t) => {
  const deep = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
  const nested = JSON.parse(`${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`);
  for (const odd of [deep, nested, { toString: 1 }, JSON.parse('{"__proto__":{"status":"OK"}}')]) {
    t.match(faultOf({ status: 200, body: { status: odd } }), { code: 'BRIDGE_HOST_ODD_ANSWER' });
    t.equal(faultOf({ status: 200, body: { items: odd, message: odd } }), undefined);
    const entry = { ...item, acl: odd, pass: odd, date: odd, checksum: odd };
    t.match(readFolderListing({ items: [entry] }, 0), { files: [{ sizeBytes: 12, sentAt: undefined }] });
  }
});

// ---------------------------------------------------------------- wire

t.test('a page URL gives the id and keeps its domain', async (t) => {
  const id = 'abcdefghij0123456789';
  const good: [string, string][] = [
    [page, page],
    [`http://www.1fichier.com/?${id}&af=123&lg=en`, page],
    [`https://1FICHIER.com/en/?${id}`, page],
    [`https://dl4free.com/?${id}`, `https://dl4free.com/?${id}`],
    [`https://desfichiers.net/?${id}`, `https://desfichiers.net/?${id}`],
    [`https://${id}.1fichier.com/`, `https://${id}.1fichier.com/`],
    [`https://${id}.1fichier.com/?af=1`, `https://${id}.1fichier.com/`],
  ];
  for (const [from, url] of good) t.same(readPageUrl(from), { id, url }, from);
  const bad = ['', 'x', 'https://example.com/?abcdefghij', 'https://1fichier.com/?ABCDEFGHIJ', link];
  bad.push(
    'https://1fichier.com/?abcd',
    `https://1fichier.com/?${'a'.repeat(21)}`,
    'https://1fichier.com/dir/abcdefgh',
  );
  bad.push(
    'https://1fichier.com.example.com/?abcdefghij',
    'https://user@1fichier.com/?abcdefghij',
    `${page}'x`,
  );
  bad.push('https://ABCDEFGHIJ.1fichier.com/', 'javascript://1fichier.com/?abcdefghij', `${page}\nhttps://x`);
  for (const from of bad) t.equal(readPageUrl(from), undefined, from);
});

t.test('a listing is read with all the ways in which the host writes it', async (t) => {
  const listing = readFolderListing(
    {
      status: 'OK',
      folder_id: '12',
      name: 'Films',
      size: null,
      files: '2',
      unknown: { deep: [] },
      sub_folders: [{ id: '3357645', create_date: '2021-03-20 16:42:15', name: 'Séries', pass: '1' }],
      items: [
        {
          ...item,
          size: '700',
          'content-type': 'video/x-matroska',
          checksum: 'AB'.repeat(64),
          pass: '0',
          acl: '0',
        },
        {
          url: 'https://tenvoi.com/?zzzzz&af=1',
          filename: 'Film.mkv',
          size: 0,
          date: null,
          content_type: 'text/plain',
          pass: 1,
          acl: { ip: [], country: ['FR'], email: [], premium: 0 },
        },
      ],
    },
    12,
  );
  t.same(listing, {
    id: 12,
    name: 'Films',
    skipped: 0,
    complete: true,
    folders: [
      { id: 3357645, name: 'Séries', createdAt: Date.UTC(2021, 2, 20, 15, 42, 15), hasPassword: true },
    ],
    files: [
      {
        id: 'abcdefghij0123456789',
        url: page,
        name: 'Film.mkv',
        sizeBytes: 700,
        sentAt: Date.UTC(2021, 5, 22, 12, 57, 25),
        contentType: 'video/x-matroska',
        checksum: 'ab'.repeat(64),
        hasPassword: false,
        hasAccessRules: false,
        folderId: undefined,
      },
      {
        id: 'zzzzz',
        url: 'https://tenvoi.com/?zzzzz',
        name: 'Film.mkv',
        sizeBytes: 0,
        sentAt: undefined,
        contentType: 'text/plain',
        checksum: undefined,
        hasPassword: true,
        hasAccessRules: true,
        folderId: undefined,
      },
    ],
  });
});

t.test('one bad entry costs itself and is counted', async (t) => {
  const bad = [
    null,
    7,
    [],
    {},
    { ...item, size: null },
    { ...item, size: -1 },
    { ...item, size: 2 ** 60 },
    { ...item, size: '1e9' },
    { ...item, size: 1.5 },
    { ...item, url: 'https://1fichier.com/?ABCDEFGHIJ' },
    { ...item, filename: '' },
    { ...item, filename: '\u0000\n' },
    { ...item, filename: 'x'.repeat(1001) },
  ];
  const folders = [{ id: -1, name: 'x' }, { id: 5 }, { id: 12, name: 'itself' }, { id: 0, name: 'the root' }];
  const listing = readFolderListing({ status: 'OK', items: [...bad, item, item], sub_folders: folders }, 12);
  t.equal(listing.files.length, 1, 'the good one, once');
  t.equal(listing.skipped, bad.length + folders.length);
  t.equal(listing.complete, false);
  t.match(readFileListing({ count: 2, items: [bad[0], item] }), { skipped: 1, files: [{}], complete: false });
});

t.test('names are safe as one part of a path and one line, and otherwise as they are', async (t) => {
  const names: [string, string][] = [
    ['a\u0000b\r\nc\u2028d', 'a b c d'],
    ['../../etc/passwd', '..／..／etc／passwd'],
    ['..', '．．'],
    ['.', '．'],
    [' Le Film ＂été＂ (2020).mkv ', 'Le Film ＂été＂ (2020).mkv'],
    ['half \ud800 pair', 'half \ufffd pair'],
  ];
  for (const [from, to] of names) {
    t.equal(readFolderListing({ items: [{ ...item, filename: from }] }, 0).files[0]?.name, to);
  }
});

t.test('a listing that is none, or half a one, is never an empty folder', async (t) => {
  const odd = [
    undefined,
    null,
    'x',
    [],
    {},
    { status: 'OK' },
    { name: 'Root', folder_id: 0 },
    { items: 'x' },
    { sub_folders: {} },
  ];
  for (const value of [...odd, { folder_id: 99, items: [] }, { folder_id: 0, files: 12, sub_folders: [] }]) {
    t.throws(() => readFolderListing(value, 0), { code: 'BRIDGE_HOST_ODD_ANSWER' }, JSON.stringify(value));
  }
  for (const value of [undefined, {}, { status: 'OK' }, { count: 3 }]) {
    t.throws(() => readFileListing(value), { code: 'BRIDGE_HOST_ODD_ANSWER' });
  }
  const root = { folder_id: 0, status: 'OK', size: null, files: 0, name: 'Root' };
  t.match(readFolderListing(root, 0), { files: [], folders: [], complete: true });
  t.match(readFolderListing({ sub_folders: [] }, 0), { files: [], skipped: 0, complete: false });
  t.same(readFileListing({ status: 'OK', count: 0 }), { files: [], skipped: 0, complete: true });
});

t.test('a listing that the limit of the host has cut is not complete', async (t) => {
  const items = Array.from({ length: 5000 }, (_, n) => ({ ...item, url: `https://1fichier.com/?file${n}` }));
  t.match(readFolderListing({ files: 6200, items }, 0), { skipped: 1200, complete: false });
  t.match(readFolderListing({ items }, 0), { skipped: 0, complete: false });
  t.match(readFolderListing({ files: 5000, items }, 0), { skipped: 0, complete: true });
});

t.test('file/info carries no status', async (t) => {
  const info = readFileInfo({ ...item, folder_id: '12', path: 'A/B', description: null, acl: null });
  t.match(info, { id: 'abcdefghij0123456789', folderId: 12, path: 'A/B', description: undefined });
  t.throws(() => readFileInfo({ status: 'OK' }), { code: 'BRIDGE_HOST_ODD_ANSWER' });
});

t.test('a link is an http address', async (t) => {
  t.equal(readDirectLink({ status: 'OK', url: link }), link);
  for (const url of [undefined, '', 'x', 'file:///etc/passwd', 7]) {
    t.throws(() => readDirectLink({ status: 'OK', url }), { code: 'BRIDGE_HOST_ODD_ANSWER' });
  }
});

// ---------------------------------------------------------------- faults

t.test('every row of the error catalogue has its code and closes the gate as it should', async (t) => {
  for (const [words, status, code, gate, form] of hostWords) {
    const body =
      form === 'html'
        ? `<!DOCTYPE html><html><head><title>1fichier</title><style>p{}</style></head><body><p>${words}</p></body></html>`
        : form === 'text'
          ? words
          : JSON.stringify({ message: words, status: 'KO' });
    const fault = faultOf({ status, body });
    t.match(fault, { code, gate }, `${status} ${form ?? 'json'} ${words}`);
    t.equal(
      fault?.retryMs !== undefined,
      errorTable[code].retryable,
      `${code} has a wait if it may work later`,
    );
  }
});

t.test('words win whatever their case and number', async (t) => {
  t.match(faultOf({ status: 403, body: { status: 'ko', message: 'FLOOD DETECTED: IP LOCKED #9' } }), {
    code: 'BRIDGE_HOST_FLOOD',
  });
  t.match(faultOf({ status: 403, body: '"IP Locked"' }), { code: 'BRIDGE_HOST_IP_LOCKED' });
  t.match(faultOf({ status: 200, body: { message: 'Bad token' } }), { code: 'BRIDGE_HOST_KEY' });
  t.match(faultOf({ status: 200, body: { status: 'KO' } }), { code: 'BRIDGE_HOST_ODD_ANSWER' });
});

t.test('what is good is no fault, with a status or without', async (t) => {
  for (const body of [
    { status: 'OK' },
    { status: 'ok', message: 'done' },
    { url: page },
    [],
    '{"status":"OK"}',
  ]) {
    t.equal(faultOf({ status: 200, body }), undefined);
  }
});

t.test('a fresh upload that cannot be had yet is not ready, whatever the words', async (t) => {
  const body = { status: 'KO', message: 'Unknown words #1', url: link };
  t.match(faultOf({ status: 200, body, verb: 'download/get_token' }), {
    code: 'BRIDGE_HOST_NOT_READY',
    retryMs: 10_000,
  });
});

t.test('pages are known by where they send us, too', async (t) => {
  const to = (location: string) => faultOf({ status: 302, body: '', headers: { location } })?.code;
  t.equal(to('https://1fichier.com/?c=DB'), 'BRIDGE_HOST_MAINTENANCE');
  t.equal(to('/?c=SCAN'), 'BRIDGE_HOST_NOT_READY');
  t.equal(to('/elsewhere'), 'BRIDGE_HOST_ODD_ANSWER');
});

t.test('the wait that the host asks for counts, up to an hour', async (t) => {
  const wait = (value: string) =>
    faultOf({ status: 503, body: '', headers: { 'retry-after': value } })?.retryMs;
  t.same(['120', '1', '99999999', 'soon', '-5'].map(wait), [120_000, 30_000, hourMs, 30_000, 30_000]);
});

t.test('details hold no key, link, address or mail, and at most 200 characters', async (t) => {
  const words = [
    `key ${key}`,
    `at ${link}`,
    'or a-1.1fichier.com/p123',
    'me@example.com',
    '192.168.1.20',
    page,
  ];
  words.push('2001:db8::1', '2001:db8:0:1:2:3:4:5', 'x'.repeat(19), 'blah '.repeat(100));
  const detail = faultOf({ status: 403, body: { status: 'KO', message: words.join(' , ') } })?.detail ?? '';
  t.notMatch(detail, /AbCd|p2086|p123|@|192\.|2001:|db8|abcdefghij/);
  t.match(detail, /^key \[key\] , at \[link\]/);
  t.ok(detail.length <= 200);
  const html = '<p>IP Locked 1.2.3.4</p><script>var secret = "x"</script>';
  t.equal(faultOf({ status: 403, body: html })?.detail, 'IP Locked [address]');
});

t.test('a hostile page is read in time', async (t) => {
  const before = process.cpuUsage().user;
  for (const part of ['<', '<!--', '<script', 'a.', 'a@', '1:', '&', ' ', '\\']) {
    faultOf({ status: 403, body: `<p>${part.repeat(400_000)}` });
    faultOf({ status: 403, body: part.repeat(400_000) });
  }
  t.ok((process.cpuUsage().user - before) / 1e6 < 5);
});

// ---------------------------------------------------------------- client

const thrown = (promise: Promise<unknown>): Promise<BridgeError> =>
  promise.then(
    () => {
      throw new Error('did not fail');
    },
    (error) => error,
  );

t.test('each method asks what it should', async (t) => {
  const { client, answer, seen } = mockedHost(t);
  answer('folder/ls', { status: 'OK', folder_id: 12, files: 1, items: [item] });
  t.match(await client.listFolder(12, now), { id: 12, files: [{ name: 'Film.mkv' }] });
  answer('file/ls', { status: 'OK', count: 0, items: [] });
  await client.listFiles({ folderId: 'all', sentAfter: Date.UTC(2021, 5, 22, 12, 57, 25) }, now);
  answer('file/info', item);
  t.match(await client.fileInfo(`${page}&af=1`, now), { name: 'Film.mkv' });
  answer('download/get_token', { status: 'OK', url: link });
  t.equal(await client.directLink(page, { ...now, password: 'secret' }), link);
  answer('download/get_token', { status: 'OK', url: link });
  await client.directLink('https://tenvoi.com/?zzzzz', now);
  const authorization = `Bearer ${key}`;
  const headers = { authorization, 'content-type': 'application/json', 'user-agent': 'Passerelle/0.0.0' };
  t.match(seen, [
    { path: '/v1/folder/ls.cgi', headers },
    { path: '/v1/file/ls.cgi', headers },
    { path: '/v1/file/info.cgi', headers },
    { path: '/v1/download/get_token.cgi', headers },
    {},
  ]);
  t.same(
    seen.map(({ body }) => body),
    [
      { folder_id: 12, files: 1 },
      { folder_id: -1, sent_after: '2021-06-22 14:57:25' },
      { url: page },
      { url: page, inline: 0, cdn: 0, single: 0, pass: 'secret' },
      { url: 'https://tenvoi.com/?zzzzz', inline: 0, cdn: 0, single: 0 },
    ],
  );
});

t.test('one line is logged for a call, with no key, link, password or mail in it', async (t) => {
  const { client, answer, lines, clock } = mockedHost(t);
  answer('folder/ls', { status: 'OK', folder_id: 12, items: [] });
  await client.listFolder(12, now);
  t.same(lines.at(-1)?.values, { verb: 'folder/ls', folderId: 12, status: 200, ms: 0, outcome: 'ok' });
  answer('download/get_token', { status: 'OK', url: link });
  await client.directLink(page, { ...now, password: 'pass-word' });
  t.same(lines.at(-1)?.values, { verb: 'download/get_token', status: 200, ms: 0, outcome: 'ok' });
  answer(
    'download/get_token',
    { status: 'KO', message: `Bad token ${key} from me@example.com at ${link}` },
    403,
  );
  const error = await thrown(client.directLink(page, now));
  t.same(error.message, 'The host does not accept the API key: Bad token [key] from [e-mail] at [link]');
  t.ok(lines.some(({ values }) => values.status === 403 && values.outcome === 'BRIDGE_HOST_KEY'));
  t.equal(lines.filter(({ text }) => text.endsWith('host call')).length, 3);
  t.notMatch(lines.map(({ text }) => text).join('\n'), /AbCdEf|p2086|pass-word|example\.com|abcdefghij/);
  t.equal(clock.sleeping(), 0);
});

t.test('a refusal is an error of the table, and a lock stops the next call before it goes out', async (t) => {
  const { client, answer, clock } = mockedHost(t);
  answer('download/get_token', { status: 'KO', message: 'Only 1 location allowed at a time #887' }, 403);
  const location = await thrown(client.directLink(page, now));
  t.ok(isBridgeError(location, 'BRIDGE_HOST_LOCATION'));
  t.equal(location.retryAt, clock.now() + 5 * 60_000);
  answer('folder/ls', { status: 'KO', message: 'Flood detected: IP Locked #374' }, 403);
  const flood = await thrown(client.listFolder(0, now));
  t.ok(flood instanceof HostRefusal);
  t.match(flood, { code: 'BRIDGE_HOST_FLOOD', retryAt: clock.now() + 5 * 60_000 });
  const closed = await thrown(client.directLink(page, now));
  t.match(closed, { code: 'BRIDGE_GATE_CLOSED', retryAt: clock.now() + 5 * 60_000 });
  t.match(client.governorState(), { open: false, callsMade: 2 });
});

t.test('a listing with illegal escapes is mended and said so', async (t) => {
  const { client, answer, lines } = mockedHost(t);
  answer('folder/ls', String.raw`{"folder_id":0,"items":[{"url":"${page}","filename":"a\xb.mkv","size":1}]}`);
  t.equal((await client.listFolder(0, now)).files[0]?.name, 'a\\xb.mkv');
  t.ok(lines.some(({ level, text }) => level === 'warn' && /mended/.test(text)));
});

t.test('user/info is asked once and remembered, for this key', async (t) => {
  const { client, answer, seen, clock } = mockedHost(t);
  const body = { status: 'OK', email: 'me@example.com', offer: '1', subscription_end: '2027-01-31 12:00:00' };
  answer('user/info', { ...body, cdn: '12.5', use_cdn: 1, available_storage: '-5', '2fa': 0 });
  const info = await client.userInfo(now);
  t.match(info, {
    email: 'me@example.com',
    offer: 'premium',
    premiumUntil: Date.UTC(2027, 0, 31, 11),
    cdnCreditsGb: 12.5,
    usesCdnCredits: true,
    availableStorageBytes: -5,
    askedAt: clock.now(),
  });
  await clock.advance(5 * hourMs);
  t.same(await client.userInfo(now), info);
  t.equal(seen.length, 1);
  clock.jump(clock.now() - 6 * hourMs);
  t.same(await client.userInfo(now), info, 'too early by a clock that was set back: what is known');
  await clock.advance(7 * hourMs);
  answer('user/info', { status: 'OK', offer: 0 });
  t.match(await client.userInfo(now), { offer: 'free' });
});

t.test('user/info that failed has nothing to give back, and says when it may be asked', async (t) => {
  const { client, answer, clock } = mockedHost(t);
  answer('user/info', { status: 'OK' });
  t.match(await thrown(client.userInfo(now)), { code: 'BRIDGE_HOST_ODD_ANSWER' });
  const early = await thrown(client.userInfo(now));
  t.match(early, { code: 'BRIDGE_GATE_BUSY', retryAt: clock.now() + 10 * 60_000 });
});

t.test('the network has errors of its own', async (t) => {
  const { client, pool, clock } = mockedHost(t);
  const network = (code: string) =>
    pool
      .intercept({ path: '/v1/folder/ls.cgi', method: 'POST' })
      .replyWithError(Object.assign(new Error(`to 10.0.0.1 ${code}`), { code }));
  const codes: [string, ErrorCode][] = [
    ['ECONNREFUSED', 'BRIDGE_HOST_UNREACHABLE'],
    ['ENOTFOUND', 'BRIDGE_HOST_UNREACHABLE'],
    ['UND_ERR_SOCKET', 'BRIDGE_HOST_UNREACHABLE'],
    ['UND_ERR_CONNECT_TIMEOUT', 'BRIDGE_HOST_TIMEOUT'],
    ['UND_ERR_HEADERS_TIMEOUT', 'BRIDGE_HOST_TIMEOUT'],
    ['ETIMEDOUT', 'BRIDGE_HOST_TIMEOUT'],
  ];
  for (const [from, code] of codes) {
    network(from);
    const error = await thrown(client.listFolder(0, now));
    t.equal(error.code, code);
    t.notMatch(error.message, /10\.0/);
  }
  t.equal(client.governorState().open, true, 'no network is no lock');
  t.equal(clock.sleeping(), 0);
});

t.test('a call ends at its time limit, and with the reason of who cancels it', async (t) => {
  const { client, pool, clock, lines } = mockedHost(t, { timeLimitMs: 20_000 });
  const slow = () =>
    pool.intercept({ path: '/v1/folder/ls.cgi', method: 'POST' }).reply(200, {}).delay(60_000);
  slow();
  const late = thrown(client.listFolder(0, now));
  await clock.advance(20_000);
  t.ok(isBridgeError(await late, 'BRIDGE_HOST_TIMEOUT'));
  slow();
  const controller = new AbortController();
  const cancelled = thrown(client.listFolder(0, { ...now, signal: controller.signal }));
  await clock.advance(1000);
  const reason = new Error('the player has gone');
  controller.abort(reason);
  t.equal(await cancelled, reason);
  t.same(lines.at(-1)?.values, { verb: 'folder/ls', folderId: 0, ms: 1000, outcome: 'cancelled' });
  t.equal(clock.sleeping(), 0);
});

t.test('an answer of 40 MB is not swallowed', async (t) => {
  const { client, answer } = mockedHost(t);
  answer('folder/ls', `{"items":[${' '.repeat(40 * 1024 * 1024)}]}`);
  t.match(await thrown(client.listFolder(0, now)), { code: 'BRIDGE_HOST_ODD_ANSWER', message: /32 MiB/ });
});

t.test(
  'over real sockets: a flood of bytes, a cut, a trickle and a cancel end the call and its connection',
  async (t) => {
    const { connect, sockets } = await listen(t);
    const { client, agent, clock } = connect('big');
    t.match(await thrown(client.listFolder(0, now)), { code: 'BRIDGE_HOST_ODD_ANSWER', message: /32 MiB/ });
    t.match(await thrown(connect('cut').client.listFolder(0, now)), { code: 'BRIDGE_HOST_UNREACHABLE' });
    const trickle = connect('trickle');
    const controller = new AbortController();
    const cancelled = thrown(trickle.client.listFolder(0, { ...now, signal: controller.signal }));
    await sockets.trickles;
    const reason = new Error('gone');
    controller.abort(reason);
    t.equal(await cancelled, reason);
    t.match(await connect('good').client.listFolder(0, now), { files: [{ name: 'Film.mkv' }] });
    t.equal(clock.sleeping() + trickle.clock.sleeping(), 0);
    await agent.close();
  },
);

/** A host on loopback whose answer depends on the first part of the path. */
async function listen(t: Test) {
  const trickles = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    const kind = request.url?.split('/')[1];
    response.writeHead(200, { 'content-type': 'application/json' });
    if (kind === 'good') return void response.end(JSON.stringify({ status: 'OK', items: [item] }));
    if (kind === 'big') return void response.end(Buffer.alloc(40 * 1024 * 1024, ' '));
    response.write('{"status":');
    if (kind === 'cut') setImmediate(() => response.destroy());
    else setImmediate(trickles.resolve);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const connect = (kind: string) => {
    const agent = new Agent();
    t.teardown(() => agent.destroy());
    return {
      ...mockedHost(t, { apiUrl: `http://127.0.0.1:${port}/${kind}`, dispatcher: agent }),
      agent,
    };
  };
  return { connect, sockets: { trickles: trickles.promise } };
}

t.test('a key that cannot be sent and a URL that is none never reach the host', async (t) => {
  for (const apiKey of ['', ' \n', 'clé']) {
    const { client, seen } = mockedHost(t, { apiKey });
    t.match(await thrown(client.listFolder(0, now)), { code: 'BRIDGE_HOST_KEY' });
    t.equal(seen.length, 0);
  }
  const { client, governor } = mockedHost(t);
  t.match(await thrown(client.directLink('https://example.com/?abcdefghij', now)), {
    code: 'BRIDGE_BAD_REQUEST',
  });
  t.equal(governor.state().callsMade, 0);
});
