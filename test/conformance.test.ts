import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import t from 'tap';
import { setup } from './fixtures/setup.ts';
import { type Content, expectedBytes } from './simulator/simulator.ts';

/** `/stream` held to RFC 9110 sections 13 to 15, a request a line, in both ways of delivery. */
const size = 70_001;
const film: Content = { sizeBytes: size, seed: 9110 };
const nothing = Buffer.alloc(0);
const sentAt = Date.UTC(2024, 0, 8, 18, 5, 7);
const sent = 'Mon, 08 Jan 2024 18:05:07 GMT';
const older = 'Mon, 08 Jan 2024 18:05:06 GMT';
const newer = 'Mon, 08 Jan 2024 18:05:08 GMT';

/** Names as the host gives them, and as they come back out of Content-Disposition. */
const names: [string, string?][] = [
  ['a\r\nSet-Cookie: x=1.mkv', 'a Set-Cookie: x=1.mkv'],
  ['a\r\n\r\n<b>.mkv', 'a <b>.mkv'],
  ['a\nb\rc\0d\te.mkv', 'a b c d e.mkv'],
  ['a\u2028b\u0085c.mkv', 'a b c.mkv'],
  ['a%0d%0aSet-Cookie: x=1.mkv'],
  ['%0D%0A%00%.mkv'],
  ['"; filename="b.exe.mkv'],
  ["it's (1) *!;,=\\.mkv"],
  ["UTF-8''a.mkv"],
  ['🎬 👨‍👩‍👧 🍿.mkv'],
  ['שלום \u202egpj.mkv'],
  ['e\u0301 \u00e9 ÿ ¡.mkv'],
  ['half \ud83c.mkv', 'half \ufffd.mkv'],
  [`${'é'.repeat(125)}a.mkv`],
  [`${'🎬'.repeat(62)}abc.mkv`],
];
const files = [
  { name: 'film.mkv', content: film, date: sentAt },
  { name: 'nothing.mkv', content: nothing, date: sentAt },
  ...names.map(([name]) => ({ name, content: { sizeBytes: 10, seed: 1 } })),
];

type Fields = Record<string, string | string[]>;
/** What is right: the window is of the file, its end excluded. */
interface Right {
  status: number;
  headers?: Record<string, string | undefined>;
  window?: [number, number];
}
type Row = [name: string, ask: Fields, right: Right];

const whole: Right = { status: 200, window: [0, size] };
const kept: Right = { status: 304 };
const failed: Right = { status: 412 };
const beyond: Right = { status: 416, headers: { 'content-range': `bytes */${size}` } };
const part = (start: number, end: number): Right => ({
  status: 206,
  headers: { 'content-range': `bytes ${start}-${end - 1}/${size}`, 'content-length': String(end - start) },
  window: [start, end],
});
const range = (name: string, value: string, right: Right): Row => [name, { range: value }, right];
/** Rows that are told apart by their value alone; `|` stands between the values. */
const each = (field: string, values: string, right: Right, more: Fields = {}): Row[] =>
  values.split('|').map((value) => [`${field}: ${value}`, { [field]: value, ...more }, right]);

const ranges: Row[] = [
  ['no header', {}, whole],
  range('the first byte', 'bytes=0-0', part(0, 1)),
  range('the first bytes', 'bytes=0-99', part(0, 100)),
  range('from the middle', 'bytes=4090-4101', part(4090, 4102)),
  range('the last byte', `bytes=${size - 1}-${size - 1}`, part(size - 1, size)),
  range('the last byte, open', `bytes=${size - 1}-`, part(size - 1, size)),
  range('open from the start', 'bytes=0-', part(0, size)),
  range('open from the middle', 'bytes=65536-', part(65_536, size)),
  range('an end at the end', `bytes=5-${size}`, part(5, size)),
  range('an end beyond the end', `bytes=5-${size * 9}`, part(5, size)),
  range('a suffix of one', 'bytes=-1', part(size - 1, size)),
  range('a suffix', 'bytes=-500', part(size - 500, size)),
  range('a suffix as long as the file', `bytes=-${size}`, part(0, size)),
  range('a suffix longer than the file', `bytes=-${size + 1}`, part(0, size)),
  range('a suffix of none', 'bytes=-0', beyond),
  range('a suffix of none, long', 'bytes=-000', beyond),
  range('a start at the end', `bytes=${size}-`, beyond),
  range('a start beyond the end', `bytes=${size + 1}-${size + 9}`, beyond),
  range('zeros in front', 'bytes=0000000000000000000000-00000000000000000000009', part(0, 10)),
  range('a start of 2^53 + 1', 'bytes=9007199254740993-', beyond),
  range('both 2^53 + 1', 'bytes=9007199254740993-9007199254740993', beyond),
  range('an end of 2^53 + 1', 'bytes=7-9007199254740993', part(7, size)),
  range('a suffix of 2^53 + 1', 'bytes=-9007199254740993', part(0, size)),
  range('a start of 2^64', 'bytes=18446744073709551616-', beyond),
  range('a start of 2^64 + 1, closed', 'bytes=18446744073709551617-18446744073709551618', beyond),
  range('an end of 2^64', 'bytes=0-18446744073709551616', part(0, size)),
  range('an end of 2^64 + 5 is not 5', 'bytes=6-18446744073709551621', part(6, size)),
  range('a suffix of 2^64', 'bytes=-18446744073709551616', part(0, size)),
  range('a start of 200 digits', `bytes=${'9'.repeat(200)}-`, beyond),
  range('an end of 200 digits', `bytes=1-${'9'.repeat(200)}`, part(1, size)),
  range('a unit in capitals', 'BYTES=0-9', part(0, 10)),
  range('spaces around the value', '  bytes=0-9 \t ', part(0, 10)),
  // Section 14.2: a server may ignore the header, and must where the unit is not known to it.
  ['two Range lines', { range: ['bytes=0-0', 'bytes=5-9'] }, whole],
  range('40 ranges that overlap', `bytes=${'0-,'.repeat(39)}0-`, whole),
  ...each('range', `bytes=0-0,5-9|bytes=0-0 , -1|bytes=${size}-,${size + 5}-|bytes=0-4,9-1`, whole),
  ...each('range', `bytes=9-1|bytes=1-0|bytes=${size + 9}-${size + 1}`, whole),
  ...each('range', `lines=0-9|seconds=${size}-|bytesx=0-9|xbytes=0-9|none|none=0-9`, whole),
  ...each('range', '|bytes|bytes=|bytes=-|bytes=--1|bytes=1|bytes=a-b|bytes=0-b|bytes=0-9-|bytes=*', whole),
  ...each('range', 'bytes=1.0-2|bytes=1e3-|bytes=0x1-2|bytes=+1-2|bytes=0--1|bytes=0-+9|bytes 0-9', whole),
  ...each('range', 'bytes:0-9|=0-9|0-9|bytes=0-9;x|bytes="0-9"|bytes=0-9/*|bytes=0_1-|bytes=\u00b2-', whole),
  ...each('range', 'bytes=0 9-|bytes=0-9 bytes=0-9|by tes=0-9|bytes==0-9|-|bytes=0\u00a0-9', whole),
  range('a very long one', `bytes=0-0${','.repeat(4000)}`, whole),
  // Section 12.5.3: one form for all, whatever is asked for, so there is nothing to vary by.
  ...each('accept-encoding', '|*|gzip|br, zstd;q=0.9, gzip, deflate|identity;q=0, *;q=0', whole),
  ['no coding of a part', { 'accept-encoding': 'gzip', range: 'bytes=0-9' }, part(0, 10)],
  ['no coding of an error', { 'accept-encoding': 'gzip', range: 'bytes=-0' }, beyond],
  // Section 14.4: Content-Range has no meaning in a GET.
  ['Content-Range in a request', { 'content-range': `bytes 0-9/${size}` }, whole],
];

const first = { range: 'bytes=0-9' };
const past = { range: `bytes=${size}-` };

/** Dates that are none; sections 13.1.3 and 13.1.4 want each of them ignored, and 13.1.5 knows none like them. */
const noDates = (year: string) =>
  (
    '|0|yesterday|YYYY|YYYY-01-08T18:05:07Z|08 Jan YYYY 18:05:07 GMT|Mon, 08 Jan YYYY 18:05:07|' +
    'Mon, 08 Jan YYYY 18:05:07 UTC|Mon, 08 Jan YYYY 18:05:07 +0000|Mon, 08 Jan YYYY 18:05:07 gmt|' +
    'Mon, 08 jan YYYY 18:05:07 GMT|mon, 08 Jan YYYY 18:05:07 GMT|Mon 08 Jan YYYY 18:05:07 GMT|' +
    'Mon, 8 Jan YYYY 18:05:07 GMT|Mon, 08 Jan YYYY 18:05 GMT|Mon, 08 Jan YYYY 24:05:07 GMT|' +
    'Mon, 08 Jan YYYY 18:60:07 GMT|Mon, 31 Feb YYYY 18:05:07 GMT|Mon, 00 Jan YYYY 18:05:07 GMT|' +
    'Monsoon, 08 Jan YYYY 18:05:07 GMT|Mon, 08 Jan YYYY 18:05:07 (x) GMT|"Mon, 08 Jan YYYY 18:05:07 GMT"|' +
    'Mon, 08 Jan YYYY 18:05:07 GMT, Mon, 08 Jan YYYY 18:05:07 GMT|Mon Jan 8 18:05:07 YYYY|' +
    'Monday, 08-Jan-YYYY 18:05:07 GMT'
  ).replaceAll('YYYY', year);
/** Two digits of a year so many years from now. */
const inYears = (years: number) => String((new Date().getUTCFullYear() + years) % 100).padStart(2, '0');

function conditions(tag: string): Row[] {
  const bare = tag.slice(1, -1);
  return [
    ...each('if-match', `${tag}|*|"a", W/"b",${tag} , "c"|,, "a",, ${tag},`, whole),
    ['If-Match: with a range', { 'if-match': tag, ...first }, part(0, 10)],
    ['If-Match: on the second line', { 'if-match': ['"a"', tag] }, whole],
    ...each('if-match', `"a"|"${bare}x", "x${bare}", "*"|""|W/${tag}|W/"a", W/${tag}|"\u00e9"`, failed),
    ...each('if-match', `|${bare}|"${bare}|'${bare}'|w/${tag}|x${tag}|${tag}x|${tag.toUpperCase()}`, failed),
    ...each('if-none-match', `${tag}|*|W/${tag}|"a" ,W/${tag}, "b"|,"a",, ${tag},`, kept),
    ...each('if-none-match', `"a"|W/"a", "b"|"*"|""||${bare}|"${bare}|w/${tag}|x${tag}|${tag}x`, whole),
    ['If-None-Match: on the second line', { 'if-none-match': ['"a"', tag] }, kept],
    ...each('if-modified-since', `${sent}|${newer}|Monday, 08-Jan-24 18:05:07 GMT`, kept),
    ...each('if-modified-since', 'Mon Jan  8 18:05:07 2024|Wed Jan 10 18:05:07 2024', kept),
    ...each('if-modified-since', `${older}|Monday, 08-Jan-24 18:05:06 GMT|Mon Jan  8 18:05:06 2024`, whole),
    ['If-Modified-Since: a leap second', { 'if-modified-since': 'Sat, 31 Dec 2016 23:59:60 GMT' }, whole],
    // Section 5.6.7: two digits of a year more than 50 years ahead are of the century before.
    ['a year 49 ahead', { 'if-modified-since': `Monday, 08-Jan-${inYears(49)} 18:05:07 GMT` }, kept],
    ['a year 51 ahead', { 'if-modified-since': `Monday, 08-Jan-${inYears(51)} 18:05:07 GMT` }, whole],
    ...each('if-unmodified-since', `${sent}|${newer}|Monday, 08-Jan-${inYears(49)} 18:05:07 GMT`, whole),
    ...each('if-unmodified-since', `${older}|Monday, 08-Jan-24 18:05:06 GMT`, failed),
    ...each('if-unmodified-since', 'Mon Jan  8 18:05:06 2024|Sun Nov  6 08:49:37 1994', failed),
    ...each('if-modified-since', noDates('2030'), whole),
    ...each('if-unmodified-since', noDates('2020'), whole),
    ...each('if-range', noDates('2024'), whole, first),
    ...each('if-range', `${tag}|${sent}|Mon Jan  8 18:05:07 2024`, part(0, 10), first),
    ...each('if-range', `"a"|W/${tag}|${tag}, ${tag}|*|${bare}|w/${tag}|${older}|${newer}`, whole, first),
    ['If-Range without Range', { 'if-range': tag }, whole],
    ['If-Range: the tag, a range beyond the end', { 'if-range': tag, ...past }, beyond],
    ['If-Range: another, a range beyond the end', { 'if-range': '"a"', ...past }, whole],
    // Section 13.2.2, a step a line.
    ['If-Match before If-Unmodified-Since', { 'if-match': tag, 'if-unmodified-since': older }, whole],
    ['If-Match false, date true', { 'if-match': '"a"', 'if-unmodified-since': newer }, failed],
    ['If-Match before If-None-Match', { 'if-match': '"a"', 'if-none-match': tag }, failed],
    ['If-Match true, then If-None-Match', { 'if-match': tag, 'if-none-match': tag }, kept],
    ['both true', { 'if-match': tag, 'if-none-match': '"a"', ...first }, part(0, 10)],
    ['If-Match true, then the date', { 'if-match': tag, 'if-modified-since': sent }, kept],
    ['date before If-None-Match', { 'if-unmodified-since': older, 'if-none-match': tag }, failed],
    ['date true, then If-None-Match', { 'if-unmodified-since': sent, 'if-none-match': tag }, kept],
    ['If-None-Match before its date', { 'if-none-match': '"a"', 'if-modified-since': newer }, whole],
    ['If-None-Match, date older', { 'if-none-match': tag, 'if-modified-since': older }, kept],
    ['malformed If-None-Match, date newer', { 'if-none-match': 'a', 'if-modified-since': newer }, whole],
    ['304 before Range', { 'if-none-match': tag, ...first }, kept],
    ['304 before a range beyond the end', { 'if-modified-since': sent, ...past }, kept],
    ['412 before a range beyond the end', { 'if-match': '"a"', ...past }, failed],
    ['If-Match true, a range beyond the end', { 'if-match': tag, ...past }, beyond],
    ['304 before If-Range', { 'if-none-match': tag, 'if-range': '"a"', ...first }, kept],
    ['all five true', { 'if-match': tag, 'if-none-match': '"a"', 'if-range': tag, ...first }, part(0, 10)],
  ];
}

const none: Right = { status: 200, window: [0, 0] };
const beyondNone: Right = { status: 416, headers: { 'content-range': 'bytes */0' } };
const ofNothing: Row[] = [
  ['an empty file', {}, none],
  ...each('range', 'bytes=0-|bytes=0-0|bytes=-0', beyondNone),
  ...each('range', 'lines=0-|bytes=-|bytes=0-0,0-0', none),
  ['If-None-Match: star, of nothing', { 'if-none-match': '*' }, kept],
  ['If-Match: another, of nothing', { 'if-match': '"a"' }, failed],
];

// One connection: a body after a HEAD or a 304 would run into the answer that follows.
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
t.teardown(() => agent.destroy());

async function send(url: string, method: string, headers: Fields = {}) {
  const request = httpRequest(url, { method, headers, agent }).end();
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  const { date, ...fields } = answer.headers;
  return { status: answer.statusCode, date, fields, body: await buffer(answer) };
}
type Tap = Pick<typeof t, 'equal' | 'match' | 'ok' | 'strictSame'>;
type Answer = Awaited<ReturnType<typeof send>>;

/** What stands on every answer of such an address. */
const always = [
  'connection',
  'keep-alive',
  'x-content-type-options',
  'referrer-policy',
  'access-control-allow-origin',
  'access-control-expose-headers',
];
const validators = [...always, 'etag', 'last-modified', 'accept-ranges'];
const redirected = { 'content-length': '0', 'cache-control': 'no-store' };
const taken = (fields: Answer['fields'], names: string[]) =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));

/** All header fields that a GET may have, but Date; `plain` is what HEAD says of the whole file. */
function fieldsOf({ status, headers }: Right, get: Answer, plain: Answer): object {
  if (status < 300) return { ...plain.fields, ...headers };
  // The host's own answer tells of the file.
  if (status === 302) return { ...taken(plain.fields, always), ...redirected, location: get.fields.location };
  const fields = taken(plain.fields, validators);
  if (status === 304) return fields;
  const error = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  return { ...fields, ...error, 'content-length': String(get.body.length), ...headers };
}

for (const mode of ['redirect', 'proxy']) {
  t.test(`${mode}: each request of the tables gets its answer`, async (t) => {
    const started = await setup(t, {
      env: { PASSERELLE_DELIVERY: mode },
      simulator: { account: { folders: [{ name: 'Films', files }] } },
    });
    await started.sync();

    async function hold(t: Tap, path: string, content: Content, rowsOf: (tag: string) => Row[]) {
      const url = started.streamUrl(`/Films/${path}`);
      const plain = await send(url, 'HEAD');
      for (const [name, headers, inProxy] of rowsOf(plain.fields.etag as string)) {
        const bytes = inProxy.window && expectedBytes(content, ...inProxy.window);
        /*
         * Sections 13.2.1 and 14.2 want a redirect before conditions and ranges. Here these come first: what the
         * catalog can answer costs no link, and a client that has the film already is spared the way to the host.
         */
        const right = mode === 'redirect' && bytes?.length ? { status: 302 } : inProxy;
        const get = await send(url, 'GET', headers);
        t.strictSame([get.status, get.fields], [right.status, fieldsOf(right, get, plain)], name);
        t.ok(get.date, `${name}: a date`);
        if (right.status === 302) t.match(get.fields.location, /^http:\/\/127/, `${name}: to the host`);
        if (right.status > 400) t.match(`${get.body}`, `"statusCode":${right.status},`, name);
        else t.ok(get.body.equals((right === inProxy && bytes) || nothing), `${name}: the right bytes`);
        /*
         * Section 9.3.2: HEAD has the fields of GET, and section 14.2 knows Range for GET alone. That the fields are
         * the same is a SHOULD: in redirect mode HEAD tells of the file that the redirect leads to, because players
         * ask by HEAD for its length, and the way to the host would cost a link each time.
         */
        const asGet = right.status === 304 || right.status === 412 ? get : plain;
        const head = await send(url, 'HEAD', headers);
        t.strictSame([head.status, head.fields], [asGet.status, asGet.fields], `${name}: HEAD`);
        t.equal(head.body.length, 0, `${name}: HEAD has no body`);
      }
    }

    await t.test('HEAD tells of the file', async (t) => {
      const { fields } = await send(started.streamUrl('/Films/film.mkv'), 'HEAD');
      t.match(fields.etag, /^"[!#-~]+"$/, 'a strong tag');
      t.match(fields, { 'content-length': `${size}`, 'last-modified': sent, 'accept-ranges': 'bytes' });
      t.notOk(fields.vary ?? fields['content-encoding'] ?? fields['transfer-encoding']);
    });
    await t.test('ranges', (t) => hold(t, 'film.mkv', film, () => ranges));
    await t.test('conditions', (t) => hold(t, 'film.mkv', film, conditions));
    await t.test('a file without bytes', (t) => hold(t, 'nothing.mkv', nothing, () => ofNothing));

    await t.test('other methods are refused, whatever their conditions', async (t) => {
      const odd = { 'if-match': '"a"', 'if-none-match': '*', range: 'bytes=-0' };
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'LOCK', 'QUERY']) {
        const { status, fields } = await send(started.streamUrl('/Films/film.mkv'), method, odd);
        t.match({ status, ...fields }, { status: 405, allow: 'GET, HEAD, OPTIONS', etag: undefined }, method);
      }
      const unsigned = started.streamUrl('/Films/film.mkv').replace(/[^/]+(?=\/film)/, 'A'.repeat(16));
      for (const method of ['GET', 'HEAD']) {
        const { status, fields } = await send(unsigned, method, odd);
        t.match({ status, ...fields }, { status: 404, etag: undefined, 'content-range': undefined }, method);
      }
    });

    await t.test('a name stays one line and comes back as it was', async (t) => {
      for (const [name, shown = name] of names) {
        const url = started.streamUrl(`/Films/${name}`);
        // The simulated host could not say such a name in a header of its own.
        started.simulator.account.rename(`/Films/${name}`, 'x.mkv');
        const get = await send(url, 'GET');
        const head = await send(url, 'HEAD');
        if (mode === 'proxy') t.strictSame(get.fields, head.fields, shown);
        else t.equal(get.fields['content-disposition'], undefined, shown);
        t.notOk(get.fields['set-cookie'] ?? head.fields['set-cookie']);
        // The characters of RFC 8187 section 3.2.1.
        const form = /^inline; filename\*=UTF-8''((?:[\w!#$&+.^`|~-]|%[\dA-F]{2})+)$/;
        t.equal(decodeURIComponent(form.exec(`${head.fields['content-disposition']}`)?.[1] ?? ''), shown);
      }
    });
  });
}
