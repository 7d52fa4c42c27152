import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { MaskedRun } from '../../src/gateway/address-mask.ts';
import { drop } from './bodies.ts';

/** So much of an answer may wait for an app to take it. More makes a picture no quicker, and costs by the viewer. */
const maxWaitingBytes = 512 * 1024;
/** The same where an address is owed many answers at once: together they are not to cost more than a few viewers. */
const maxOfMany = 32 * 1024;
const manyAnswers = 64;
/** Smaller buffers may be parts of one that Node keeps for many. */
const ownBufferBytes = 16 * 1024;

/** What bytes are given to: an answer whose head is written. */
export type Taker = Pick<
  ServerResponse,
  | 'write'
  | 'end'
  | 'cork'
  | 'uncork'
  | 'on'
  | 'once'
  | 'destroy'
  | 'flushHeaders'
  | 'writableLength'
  | 'writableFinished'
>;

/**
 * Gives an app the bytes of an answer as they come. What comes within one turn of the event loop goes out in one write:
 * a picture of 1 MB comes in 16 pieces, and to wake the app for each of them takes as long as all the rest. The head
 * goes out at once, also where the first byte lets wait for itself. What ends on one side ends on the other.
 * @param run takes out of a text what the app is not to see @param crowd how many answers its address is owed
 */
export function passBytes(
  body: Readable,
  taker: Taker,
  { run, crowd = 1 }: { run?: MaskedRun | undefined; crowd?: number } = {},
): void {
  const maxBytes = crowd > manyAnswers ? maxOfMany : maxWaitingBytes;
  let isHeld = false;
  let isBegun = false;
  const release = () => {
    if (!isHeld) return;
    isHeld = false;
    if (!isBegun) taker.flushHeaders();
    isBegun = true;
    taker.uncork();
  };
  const hold = () => {
    if (isHeld) return;
    isHeld = true;
    taker.cork();
    setImmediate(release);
  };
  const give = (piece: Buffer) => {
    if (piece.length === 0) return;
    isBegun = true;
    taker.write(piece, () => giveBack(piece));
  };

  if (body.destroyed) return void taker.destroy();
  hold();
  body.on('data', (piece: Buffer) => {
    hold();
    give(run === undefined ? piece : run.push(piece));
    if (taker.writableLength < maxBytes) return;
    release();
    if (taker.writableLength >= maxBytes) body.pause();
  });
  taker.on('drain', () => body.resume());
  body.once('end', () => {
    if (run !== undefined) give(run.end());
    // Node sends the end of a body in chunks before what it holds of it.
    release();
    taker.end();
  });
  body.on('error', () => taker.destroy());
  taker.once('close', () => {
    if (!taker.writableFinished) drop(body);
  });
}

/**
 * Gives back the memory of what has gone out. Left to the garbage collector it counts until 64 MB are full, and then
 * the heap of the whole bridge is gone through, for every 64 pictures. A piece that ends where its buffer does is the
 * last one in it: nothing is left there to be read, and those before it have gone out before it.
 */
function giveBack({ buffer, byteOffset, length }: Buffer): void {
  if (length < ownBufferBytes || byteOffset + length !== buffer.byteLength) return;
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
