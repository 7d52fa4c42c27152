import { Readable } from 'node:stream';

/** The whole body, or, where it is longer, a stream of it from its beginning. */
export async function readUpTo(
  body: Readable,
  maxBytes: number,
): Promise<{ text: Buffer } | { rest: Readable }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const iterator = body[Symbol.asyncIterator]();
  for (;;) {
    const { value, done } = await iterator.next();
    if (done) return { text: Buffer.concat(chunks) };
    chunks.push(value);
    bytes += value.length;
    if (bytes > maxBytes) return { rest: Readable.from(resumed(chunks, iterator), { objectMode: false }) };
  }
}

async function* resumed(chunks: readonly Buffer[], rest: AsyncIterableIterator<Buffer>) {
  yield* chunks;
  yield* rest;
}

/** Gives up a body, and the connection that it comes over. Its complaint about that would end the process. */
export function drop(body: Readable): void {
  body.on('error', () => undefined).destroy();
}
