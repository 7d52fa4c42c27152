import { once } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import t from 'tap';
import { request } from 'undici';
import { passBytes, type Taker } from '../plugins/gateway/pass-bytes.ts';
import type { Arrived } from './fixtures/fake-media-server.ts';
import { setupGateway } from './fixtures/gateway.ts';

/** How the bytes of a media server go through the gateway. */

const pieceBytes = 64 * 1024;

/** An app that takes what it is given when it is told to. */
function createTaker() {
  const writes: Buffer[][] = [];
  const taking: (() => void)[] = [];
  let heads = 0;
  const stream = new Writable({
    highWaterMark: pieceBytes,
    writev(pieces, done) {
      writes.push(pieces.map(({ chunk }) => chunk));
      taking.push(() => done());
    },
  });
  const taker = Object.assign(stream, {
    flushHeaders() {
      heads += 1;
    },
  }) as Writable & Pick<Taker, 'flushHeaders'>;
  return {
    taker: taker as unknown as Taker,
    stream,
    writes,
    take: () => taking.shift()?.(),
    heads: () => heads,
  };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

t.test('what comes in one turn goes out in one write', async (t) => {
  const { taker, stream, writes, take } = createTaker();
  const body = new PassThrough({ highWaterMark: 1 << 20 });
  passBytes(body, taker);
  const sent = Buffer.alloc(6 * pieceBytes);
  for (let at = 0; at < 6; at++) {
    const piece = Buffer.alloc(pieceBytes, at + 1);
    piece.copy(sent, at * pieceBytes);
    body.write(piece);
  }
  await turn();
  await turn();
  t.equal(writes.length, 1);
  t.ok(Buffer.concat(writes[0] ?? []).equals(sent), 'all six pieces');
  body.end('the end');
  take();
  while (writes.length < 2) await turn();
  take();
  await once(stream, 'finish');
  t.equal(String(writes[1]?.[0]), 'the end');
});

t.test('an app that takes nothing has the server wait', async (t) => {
  const { taker, stream, take } = createTaker();
  let read = 0;
  const body = new Readable({
    read() {
      read += pieceBytes;
      this.push(read > 4 << 20 ? null : Buffer.alloc(pieceBytes));
    },
  });
  passBytes(body, taker);
  let before = -1;
  for (let still = 0; still < 10; still = read === before ? still + 1 : 0) {
    before = read;
    await turn();
  }
  t.ok(read <= 700 * 1024, `${read} bytes were taken from the server`);
  t.ok(stream.writableLength <= 600 * 1024);
  const finished = once(stream, 'finish').then(() => true);
  while (!(await Promise.race([finished, turn().then(() => false)]))) take();
  t.equal(read, (4 << 20) + pieceBytes, 'and the rest comes when it is taken');
});

t.test('who goes takes the other side along', async (t) => {
  const gone = createTaker();
  const first = new PassThrough();
  passBytes(first, gone.taker);
  gone.stream.destroy();
  await once(first, 'close');
  t.ok(first.destroyed);
  const left = createTaker();
  const second = new PassThrough();
  passBytes(second, left.taker);
  second.destroy(new Error('the server has gone'));
  await once(left.stream, 'close');
  t.equal(left.stream.writableFinished, false);
  const broken = new PassThrough();
  broken.on('error', () => undefined).destroy(new Error('before'));
  while (!broken.closed) await turn();
  const late = createTaker();
  passBytes(broken, late.taker);
  await once(late.stream, 'close');
  t.equal(late.stream.writableFinished, false, 'also where that was before');
});

t.test('the memory of what has gone out is given back, and nobody else loses anything', async (t) => {
  const { taker, stream, writes, take } = createTaker();
  const body = new PassThrough();
  passBytes(body, taker);
  const whole = Buffer.from(new ArrayBuffer(pieceBytes)).fill(1);
  const shared = Buffer.from(new ArrayBuffer(pieceBytes)).fill(2);
  const small = Buffer.from('of a pool');
  body.write(whole);
  body.write(shared.subarray(0, 20_000));
  body.write(small);
  await turn();
  await turn();
  t.equal(writes.flat().length, 3);
  t.equal(whole.length, pieceBytes, 'not before it has gone out');
  while (writes.length > 0 && stream.writableLength > 0) {
    take();
    await turn();
  }
  t.equal(whole.length, 0, 'it is gone');
  t.equal(shared[20_000], 2, 'what follows in the same buffer is there');
  t.equal(String(small), 'of a pool');
  body.write(shared.subarray(20_000));
  await turn();
  await turn();
  take();
  await turn();
  t.equal(shared.length, 0, 'with its last piece the buffer goes');
});

t.test('the head of an answer does not wait for its first byte', async (t) => {
  let send: () => void = () => undefined;
  const one = await setupGateway(t, (_asked: Arrived, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-own': 'yes' }).flushHeaders();
    send = () => void response.end('data: one\n\n');
  });
  const { statusCode, headers, body } = await request(`${one.gatewayUrl}/events`);
  t.match([statusCode, headers['x-own']], [200, 'yes']);
  send();
  t.equal(await body.text(), 'data: one\n\n');
});
