import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Content, openContent } from './content.ts';

/** What to send and how it goes wrong. Places count from the first byte of this transfer. */
export interface Transfer {
  content: Content;
  /** First byte to send, of the content. */
  start: number;
  lengthBytes: number;
  /** Ends the connection here. */
  cutAt: number | undefined;
  /** Sends nothing more from here, and keeps the connection. */
  stallAt: number | undefined;
  bytesPerSecond: number | undefined;
  /** Told of every piece handed to the network. */
  onBytes(count: number): void;
  ending: AbortSignal;
}

const pieceBytes = 256 * 1024;

/**
 * Sends a piece and waits until the network has taken it, so a reader that stops reading stops the sending, and a cut
 * comes at the exact byte. Ends or destroys `response` on every path but a stall, which lasts as long as the client.
 */
export async function transfer(response: ServerResponse, plan: Transfer): Promise<void> {
  const { content, lengthBytes, bytesPerSecond } = plan;
  const stop = Math.min(plan.cutAt ?? lengthBytes, plan.stallAt ?? lengthBytes, lengthBytes);
  // A slow transfer moves in twentieths of a second, or a film would come in a few large jumps.
  const piece = bytesPerSecond
    ? Math.max(1, Math.min(pieceBytes, Math.ceil(bytesPerSecond / 20)))
    : pieceBytes;
  const scratch = Buffer.allocUnsafe(Math.min(piece, Math.max(1, lengthBytes)));
  const reader = await openContent(content);
  const begin = performance.now();
  try {
    for (let sent = 0; sent < stop; ) {
      const length = Math.min(piece, stop - sent);
      let bytes = await reader.read(plan.start + sent, length, scratch);
      if (bytes.length < length) bytes = Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]);
      if (bytesPerSecond) {
        // Before the write: the last piece of a transfer would otherwise come a piece too early.
        const earlyMs = ((sent + length) / bytesPerSecond) * 1000 - (performance.now() - begin);
        if (earlyMs > 1) await delay(earlyMs, undefined, { signal: plan.ending });
      }
      if (!(await written(response, bytes))) return;
      sent += length;
      plan.onBytes(length);
    }
  } finally {
    await reader.close();
  }
  if (plan.cutAt !== undefined && plan.cutAt < lengthBytes && plan.cutAt <= stop) response.destroy();
  else if (plan.stallAt !== undefined && plan.stallAt < lengthBytes) await gone(response);
  else response.end();
}

/** Whether the network took the bytes; false when the client has left. */
function written(response: ServerResponse, bytes: Buffer): Promise<boolean> {
  if (response.destroyed || response.closed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const left = () => resolve(false);
    response.once('close', left);
    response.write(bytes, (error) => {
      response.off('close', left);
      resolve(!error);
    });
  });
}

function gone(response: ServerResponse): Promise<void> {
  if (response.destroyed || response.closed) return Promise.resolve();
  response.flushHeaders();
  return new Promise((resolve) => response.once('close', () => resolve()));
}
