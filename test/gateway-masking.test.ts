import { connect } from 'node:net';
import {
  brotliCompressSync,
  brotliDecompressSync,
  gunzipSync,
  gzipSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import t from 'tap';
import { request } from 'undici';
import { toFileId } from '../src/core/ids.ts';
import { streamPath } from '../src/delivery/address.ts';
import { createSigner } from '../src/delivery/signature.ts';
import { createAddressMask } from '../src/gateway/address-mask.ts';
import type { Arrived } from './fixtures/fake-media-server.ts';
import { itemId, recordedFor, setupGateway } from './fixtures/gateway.ts';
import { watchTurns } from './fixtures/longest-turn.ts';

/** Everything of this file goes through one gateway; the media server answers what each test says. */
type Answer = (asked: Arrived, response: import('node:http').ServerResponse) => void;
let answer: Answer = (_asked, response) => void response.end();
const one = await setupGateway(t as never, (asked, response) => answer(asked, response));
const { gatewayUrl, strm } = one;
const [ownId = '', ownSignature = ''] = strm.split('/stream/')[1]?.split('/') ?? [];

const signer = createSigner([{ secret: 'one' }]);
const mask = createAddressMask(signer);
const file = toFileId('xstc34jfk6kfxtlefcky');
const signature = signer.sign(file);
const path = streamPath(file, signature, 'Été 1 & 2.mkv');
const dashes = (text: string) => text.replace(file, '-'.repeat(20)).replace(signature, '-'.repeat(16));

/** Texts, each with whether an address of ours is in it. */
const texts: readonly [what: string, text: string, isOurs: boolean][] = [
  ['in JSON', `{"Path":"http://h:8790${path}"}`, true],
  ['with a base path', `{"Path":"https://example.org/a/stream/b${path}","x":1}`, true],
  ['slashes as some write them', `{"Path":"http:\\/\\/h${path.replaceAll('/', '\\/')}"}`, true],
  ['slashes as numbers', `{"Path":"http:\\u002F\\u002Fh${path.replaceAll('/', '\\u002F')}"}`, true],
  ['in a query', `{"Url":"/x?u=${encodeURIComponent(`http://h${path}`)}&b"}`, true],
  ['at the end, cut behind its signature', `http://h${path.slice(0, path.lastIndexOf('/'))}`, true],
  ['in XML', `<Path>http://h${path}</Path>`, true],
  ['signed by somebody else', `{"Path":"http://h${path.replace(signature, 'AAAAAAAAAAAAAAAA')}"}`, false],
  ['a stream of the server', '{"Path":"/Videos/1/stream/abc/defghijklmnopqrs/x","stream":"stream/"}', false],
  ['longer than a signature', `{"Path":"/stream/${file}/${signature}x/a"}`, false],
  ['nothing', '', false],
];

t.test('our addresses become dashes, wherever a text is cut, and nothing else is touched', async (t) => {
  for (const [what, text, isOurs] of texts) {
    const expected = isOurs ? dashes(text) : text;
    const whole = mask.whole(Buffer.from(text));
    t.equal(whole.toString(), expected, what);
    const bytes = Buffer.from(text);
    const wrong: string[] = [];
    for (let cut = 0; cut <= bytes.length; cut++)
      for (const size of [bytes.length, 1, 7]) {
        const run = mask.begin();
        const pieces = [run.push(bytes.subarray(0, cut))];
        for (let at = cut; at < bytes.length; at += size)
          pieces.push(run.push(bytes.subarray(at, at + size)));
        pieces.push(run.end());
        if (Buffer.concat(pieces).toString() !== expected) wrong.push(`${what} cut at ${cut} by ${size}`);
      }
    t.strictSame(wrong, []);
  }
  const run = mask.begin();
  t.equal(run.push(Buffer.from(`${texts[0]?.[1]}`)).toString(), dashes(`${texts[0]?.[1]}`), 'at once');
  t.equal(mask.begin().push(Buffer.alloc(9000, 'a')).length, 9000 - 192, 'little is held back');
});

async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  one.origin.arrived.length = 0;
  const got = await request(gatewayUrl + path, { method: method as 'GET', headers });
  return { status: got.statusCode, headers: got.headers, bytes: Buffer.from(await got.body.arrayBuffer()) };
}

const codings: readonly [
  name: string,
  encode: (text: string) => Buffer,
  decode: (bytes: Buffer) => Buffer,
][] = [
  ['', (text) => Buffer.from(text), (bytes) => bytes],
  ['gzip', (text) => gzipSync(text), gunzipSync],
  ['br', (text) => brotliCompressSync(text), brotliDecompressSync],
  ['zstd', (text) => zstdCompressSync(text), zstdDecompressSync],
];

/** Where servers say something of items. */
const lists = [
  '/Items?fields=Path,MediaSources',
  '/Items?ids=a,b&fields=Path',
  `/Items/${itemId}`,
  '/users/x/items?Fields=MediaSources',
  '/emby/Users/x/Items/Latest',
  '/Users/x/Items/Resume',
  '/UserItems/Resume',
  '/Shows/x/Episodes',
  '/shows/nextup?x=1',
  '/mediabrowser/Movies/Recommendations',
  '/Search/Hints?searchTerm=a',
  '/Sessions',
  '/HomeScreen/Section/Mine',
  `/Items/${itemId}/Similar`,
  `/Videos/${itemId}/AdditionalParts`,
  `/Items/${itemId}/PlaybackInfo`,
  '/jf/Items',
];

for (const [coding, encode, decode] of codings)
  t.test(`no list shows an address of ours (${coding || 'as it is'})`, async (t) => {
    const seen = recordedFor('items-user-without-library', strm);
    const body = encode(seen);
    // What an address means, no encoding changes.
    for (const path of coding === '' ? lists : lists.slice(0, 3)) {
      answer = (_asked, response) =>
        void response
          .writeHead(200, {
            'content-type': 'application/json; charset=utf-8',
            etag: '"of-the-server"',
            'content-length': body.length,
            ...(coding && { 'content-encoding': coding }),
          })
          .end(body);
      const back = await get(path, { 'accept-encoding': coding || 'identity' });
      const told = decode(back.bytes).toString();
      t.equal(told.length, seen.length, path);
      t.notMatch(told, ownSignature, path);
      t.notMatch(told, ownId, path);
      t.equal(told, seen.replaceAll(ownId, '-'.repeat(20)).replaceAll(ownSignature, '-'.repeat(16)));
      t.equal(back.headers['content-encoding'] ?? '', coding);
      t.equal(back.headers.etag, '"of-the-server"');
      const length = back.headers['content-length'];
      t.ok(length === undefined || Number(length) === back.bytes.length, 'the length is right or not told');
      const head = await get(path, { 'accept-encoding': coding || 'identity' }, 'HEAD');
      t.equal(head.bytes.length, 0);
      const toldLength = head.headers['content-length'];
      t.ok(toldLength === undefined || Number(toldLength) === back.bytes.length, 'the same for HEAD');
    }
    // Other people's answers come through byte for byte.
    const foreign = encode('{"Items":[{"Path":"http://h/stream/a/bbbbbbbbbbbbbbbb/c"}]}');
    answer = (_asked, response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json', ...(coding && { 'content-encoding': coding }) })
        .end(foreign);
    t.equal((await get('/Items')).bytes.compare(foreign), 0);
  });

t.test(
  'an encoding that cannot be looked into is not asked for, and parts of lists are not either',
  async (t) => {
    answer = (_asked, response) => void response.end();
    const table: [path: string, accept: string, asked: string, range: boolean][] = [
      ['/Items', 'gzip, deflate, br', 'gzip, br', false],
      ['/Items', 'gzip;q=1.0, zstd', 'gzip;q=1.0, zstd', false],
      ['/emby/Users/x/Items', 'dcb, *;q=0.1', 'gzip;q=0.1', false],
      ['/Items', 'compress', 'identity', false],
      [`/Items/${itemId}/Images/Primary`, 'br', 'br', true],
      [`/Videos/${itemId}/hls1/main/0.mp4`, 'gzip', 'gzip', true],
      ['/web/main.js', 'br', 'br', true],
    ];
    for (const [path, accept, asked, range] of table) {
      await get(path, { 'accept-encoding': accept, range: 'bytes=5-9' });
      const headers = one.origin.arrived[0]?.headers;
      t.equal(headers?.['accept-encoding'], asked, `${path} ${accept}`);
      t.equal(headers?.range, range ? 'bytes=5-9' : undefined, `${path} range`);
    }
  },
);

t.test('a text in parts is given as a whole, so that no address is cut in two of them', async (t) => {
  const text = `{"Items":[{"Path":"${strm}","Name":"a film"}],"More":"${'x'.repeat(500)}"}`;
  const inside = text.indexOf(ownSignature) - 4;
  answer = ({ headers: { range } }, response) => {
    const type = { 'content-type': 'application/json' };
    const [, from = '', to = ''] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
    if (range?.includes(','))
      return void response.writeHead(206, { 'content-type': 'multipart/byteranges; boundary=a' }).end(text);
    if (range === undefined || from === '') return void response.writeHead(200, type).end(text);
    const part = text.slice(Number(from), Number(to) + 1);
    const told = `bytes ${from}-${to}/${text.length}`;
    response.writeHead(206, { ...type, 'content-range': told, 'content-length': part.length }).end(part);
  };
  for (const path of ['/Plugin/List', '/Items?x=/images/', '/web/config.json', '/Items?ids=a#/videos/'])
    for (const range of [`bytes=0-${inside}`, `bytes=${inside + 1}-${text.length - 1}`, 'bytes=0-9,20-600']) {
      const back = await get(path, { range });
      t.equal(back.status, 200, `${path} ${range}`);
      t.equal(back.headers['content-range'], undefined);
      t.equal(
        back.bytes.toString(),
        text.replace(ownId, '-'.repeat(20)).replace(ownSignature, '-'.repeat(16)),
      );
    }
  answer = (_asked, response) =>
    void response.writeHead(206, { 'content-type': 'video/mp4', 'content-range': 'bytes 0-2/10' }).end('abc');
  const bytes = await get('/Plugin/intro.mp4', { range: 'bytes=0-2' });
  t.match(
    [bytes.status, bytes.headers['content-range'], bytes.bytes.toString()],
    [206, 'bytes 0-2/10', 'abc'],
  );
  t.equal(one.origin.arrived.length, 1);
});

t.test('an answer of 20 MB passes in pieces and holds nobody up', async (t) => {
  const row = `{"Name":"${'Film '.repeat(100)}","Path":"${strm}"},`;
  const big = `[${row.repeat(Math.ceil(20e6 / row.length))}0]`;
  for (const [coding, encode, decode] of codings.slice(0, 2)) {
    const body = encode(big);
    answer = (_asked, response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json', ...(coding && { 'content-encoding': coding }) })
        .end(body);
    const got = await request(`${gatewayUrl}/Items`, { headers: { 'accept-encoding': coding } });
    const turns = watchTurns();
    const pieces: Buffer[] = [];
    for await (const piece of got.body) pieces.push(piece);
    const longestMs = turns.stop();
    t.ok(longestMs < 100, `longest turn ${longestMs} ms`);
    const told = decode(Buffer.concat(pieces));
    t.equal(told.length, big.length);
    t.notOk(told.includes(ownSignature), 'nothing of ours in it');
  }
});

t.test('a body that breaks off in its encoding is told as a fault, and nothing of it is shown', async (t) => {
  const body = gzipSync(recordedFor('items-warm', strm)).subarray(0, 300);
  answer = (_asked, response) =>
    void response
      .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .end(body);
  const back = await get('/Items', { 'accept-encoding': 'gzip' });
  t.match([back.status, back.headers['content-encoding']], [502, undefined]);
  t.match(JSON.parse(back.bytes.toString()), { code: 'BRIDGE_ORIGIN_DOWN' });
});

t.test('what a server says over a WebSocket names no address of ours', async (t) => {
  one.origin.server.removeAllListeners('upgrade');
  let extensions: unknown = 'none';
  one.origin.server.on('upgrade', (asked, socket) => {
    extensions = asked.headers['sec-websocket-extensions'];
    const text = Buffer.from(`{"MessageType":"Sessions","Data":[{"Path":"${strm}"}]}`);
    const frame = Buffer.concat([Buffer.from([0x81, 126, text.length >> 8, text.length & 255]), text]);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    socket.write(frame.subarray(0, 70));
    setImmediate(() => socket.write(frame.subarray(70)));
    socket.resume().on('end', () => socket.end());
  });
  const socket = connect(Number(new URL(gatewayUrl).port), '127.0.0.1');
  socket.write(
    'GET /socket HTTP/1.1\r\nHost: g\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n',
  );
  let got = '';
  for await (const chunk of socket) {
    got += chunk;
    if (got.endsWith('}]}')) break;
  }
  t.notMatch(got, ownSignature);
  t.match(got, /"Path":"http:\/\/[^/]+\/stream\/-+\/-+\//);
  t.equal(extensions, undefined, 'and it is not compressed');
});
