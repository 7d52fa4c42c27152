import t from 'tap';
import { errorTable } from '../src/core/errors.ts';
import { readAnswer } from '../src/host/fichier/json.ts';
import { readRefusal } from '../src/host/fichier/refusals.ts';
import { readRetryAfter } from '../src/host/fichier/retry-after.ts';
import { readFolderListing } from '../src/host/fichier/wire.ts';
import { top } from './fixtures/ids.ts';
import { item, link, page, testKey } from './fixtures/mocked-host.ts';
import { hostWords } from './tables/host-words.ts';

/** What an answer of the host is: JSON, JSON to be mended, a page, and the refusal that its words stand for. */
const hourMs = 3_600_000;

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
  t.same(value && readFolderListing(value, top), {
    id: top,
    name: '',
    folders: [],
    files: [],
    skipped: 1,
    complete: false,
    gaps: [{ reason: 'entry', kind: 'file', count: 1 }],
  });
});

t.test('fields that are deep or pose as something else are read without harm', async (t) => {
  const deep = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
  const nested = JSON.parse(`${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`);
  for (const odd of [deep, nested, { toString: 1 }, JSON.parse('{"__proto__":{"status":"OK"}}')]) {
    t.match(readRefusal({ status: 200, body: { status: odd } }), { code: 'BRIDGE_HOST_ODD_ANSWER' });
    t.equal(readRefusal({ status: 200, body: { items: odd, message: odd } }), undefined);
    const entry = { ...item, acl: odd, pass: odd, date: odd, checksum: odd };
    t.match(readFolderListing({ items: [entry] }, top), { files: [{ sizeBytes: 12, sentAt: undefined }] });
  }
});

t.test('every row of the error catalogue has its code and blocks what it should', async (t) => {
  for (const [words, status, code, blocks, form] of hostWords) {
    const body =
      form === 'html'
        ? `<!DOCTYPE html><html><head><title>1fichier</title><style>p{}</style></head><body><p>${words}</p></body></html>`
        : form === 'text'
          ? words
          : JSON.stringify({ message: words, status: 'KO' });
    const refusal = readRefusal({ status, body });
    t.match(refusal, { code, blocks }, `${status} ${form ?? 'json'} ${words}`);
    t.equal(
      refusal?.retryMs !== undefined,
      errorTable[code].retryable,
      `${code} has a wait if it may work later`,
    );
  }
});

t.test('words win whatever their case and number', async (t) => {
  t.match(readRefusal({ status: 403, body: { status: 'ko', message: 'FLOOD DETECTED: IP LOCKED #9' } }), {
    code: 'BRIDGE_HOST_FLOOD',
  });
  t.match(readRefusal({ status: 403, body: '"IP Locked"' }), { code: 'BRIDGE_HOST_IP_LOCKED' });
  t.match(readRefusal({ status: 200, body: { message: 'Bad token' } }), { code: 'BRIDGE_HOST_KEY' });
  t.match(readRefusal({ status: 200, body: { status: 'KO' } }), { code: 'BRIDGE_HOST_ODD_ANSWER' });
});

t.test('what is good is no refusal, with a status or without', async (t) => {
  for (const body of [
    { status: 'OK' },
    { status: 'ok', message: 'done' },
    { url: page },
    [],
    '{"status":"OK"}',
  ]) {
    t.equal(readRefusal({ status: 200, body }), undefined);
  }
});

t.test('a fresh upload that cannot be had yet is not ready, whatever the words', async (t) => {
  const body = { status: 'KO', message: 'Unknown words #1', url: link };
  t.match(readRefusal({ status: 200, body, verb: 'download/get_token' }), {
    code: 'BRIDGE_HOST_NOT_READY',
    retryMs: 10_000,
  });
});

t.test('pages are known by where they send us, too', async (t) => {
  const to = (location: string) => readRefusal({ status: 302, body: '', headers: { location } })?.code;
  t.equal(to('https://1fichier.com/?c=DB'), 'BRIDGE_HOST_MAINTENANCE');
  t.equal(to('/?c=SCAN'), 'BRIDGE_HOST_NOT_READY');
  t.equal(to('/elsewhere'), 'BRIDGE_HOST_ODD_ANSWER');
});

t.test('the wait that the host asks for counts, up to an hour', async (t) => {
  const wait = (value: string) =>
    readRefusal({ status: 503, body: '', headers: { 'retry-after': value } })?.retryMs;
  t.same(['120', '1', '99999999', 'soon', '-5'].map(wait), [120_000, 30_000, hourMs, 30_000, 30_000]);
});

t.test(
  'a wait is told in seconds or as a date of any form, and no more than an hour of it counts',
  async (t) => {
    const now = Date.UTC(2026, 1, 3, 10, 0, 0, 250);
    const wait = (value: string | undefined, more: Record<string, string> = {}) =>
      readRetryAfter({ ...(value === undefined ? {} : { 'retry-after': value }), ...more }, now);
    const table: [value: string | undefined, ms: number | undefined][] = [
      ['0', 0],
      ['120', 120_000],
      [' 120 ', 120_000],
      ['0120', 120_000],
      ['3601', hourMs],
      ['9'.repeat(400), hourMs],
      ['1.5', 2000],
      ['Tue, 03 Feb 2026 10:02:00 GMT', 120_000],
      ['Tuesday, 03-Feb-26 10:02:00 GMT', 120_000],
      ['Tue Feb  3 10:02:00 2026', 120_000],
      ['Tue, 03 Feb 2026 10:00:00 GMT', 0],
      ['Mon, 03 Feb 2025 10:00:00 GMT', 0],
      ['Fri, 31 Dec 9999 23:59:59 GMT', hourMs],
      ['Tue, 30 Feb 2026 10:02:00 GMT', undefined],
      ['Tue, 03 Feb 2026 10:02:00 CET', undefined],
      ['2026-02-03T10:02:00Z', undefined],
      ['2026', 2_026_000],
      ['-5', undefined],
      ['+5', undefined],
      ['1e3', undefined],
      ['0x10', undefined],
      ['1,5', undefined],
      ['120, 240', undefined],
      ['soon', undefined],
      ['', undefined],
      [undefined, undefined],
    ];
    for (const [value, ms] of table) t.equal(wait(value), ms, value ?? 'none');
    // Our clock may be wrong: how far apart two times of the host are is known all the same.
    const date = 'Tue, 03 Feb 2026 10:02:00 GMT';
    t.equal(wait(date, { date: 'Tue, 03 Feb 2026 10:01:30 GMT' }), 30_000);
    t.equal(wait(date, { date: 'now' }), 120_000);
    t.equal(readRetryAfter({ 'retry-after': date }, undefined), undefined);
    const refused = readRefusal({ status: 503, body: '', headers: { 'retry-after': date }, now });
    t.equal(refused?.retryMs, 120_000, 'a refusal of the API waits for it');
  },
);

t.test('details hold no key, link, address or mail, and at most 200 characters', async (t) => {
  const words = [
    `key ${testKey}`,
    `at ${link}`,
    'or a-1.1fichier.com/p123',
    'me@example.com',
    '192.168.1.20',
    page,
  ];
  words.push('2001:db8::1', '2001:db8:0:1:2:3:4:5', 'x'.repeat(19), 'blah '.repeat(100));
  const detail =
    readRefusal({ status: 403, body: { status: 'KO', message: words.join(' , ') } })?.detail ?? '';
  t.notMatch(detail, /AbCd|p2086|p123|@|192\.|2001:|db8|abcdefghij/);
  t.match(detail, /^key \[key\] , at \[link\]/);
  t.ok(detail.length <= 200);
  const html = '<p>IP Locked 1.2.3.4</p><script>var secret = "x"</script>';
  t.equal(readRefusal({ status: 403, body: html })?.detail, 'IP Locked [address]');
});

t.test('a hostile page is read in time', async (t) => {
  const before = process.cpuUsage().user;
  for (const part of ['<', '<!--', '<script', 'a.', 'a@', '1:', '&', ' ', '\\']) {
    readRefusal({ status: 403, body: `<p>${part.repeat(400_000)}` });
    readRefusal({ status: 403, body: part.repeat(400_000) });
  }
  t.ok((process.cpuUsage().user - before) / 1e6 < 5);
});
