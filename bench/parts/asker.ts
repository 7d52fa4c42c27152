import { connect, type Socket } from 'node:net';
import { Agent, request } from 'undici';
import { runPart, type Shape } from '../stage/part.ts';
import { median, quantile } from '../stage/rounds.ts';

export interface AskerPart extends Shape {
  options: Record<string, never>;
  facts: Record<string, never>;
  question:
    | { is: 'ask'; url: string; count: number }
    /** Asks for this so often, over connections of their own, and reads nothing of what comes. */
    | { is: 'stall'; url: string; count: number }
    | { is: 'leave' };
  answer: { medianMs: number; p99Ms: number; maxMs: number };
}

/** Somebody who browses: one request after the other over one connection; and a crowd that stands still. */
runPart<AskerPart>(async () => {
  const dispatcher = new Agent({ connections: 1, pipelining: 1 });
  const still: Socket[] = [];
  return {
    facts: {},
    async answer(question) {
      const took: number[] = [0];
      if (question.is === 'leave') for (const socket of still.splice(0)) socket.destroy();
      else if (question.is === 'stall')
        await Promise.all(Array.from({ length: question.count }, () => stall(question.url)));
      else {
        took.pop();
        for (let at = 0; at < question.count; at++) {
          const began = performance.now();
          const { statusCode, body } = await request(question.url, { dispatcher });
          await body.dump({ limit: 1 << 30 });
          took.push(performance.now() - began);
          if (statusCode !== 200) throw new Error(`${statusCode} at ${question.url}`);
        }
      }
      return { medianMs: median(took), p99Ms: quantile(took, 0.99), maxMs: Math.max(...took) };
    },
  };

  /** Until the first bytes have come; then its window fills, and it takes no more. */
  function stall(url: string): Promise<void> {
    const { hostname, port, pathname, search, host } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      still.push(socket);
      socket.on('error', reject);
      socket.once('data', (head) => {
        socket.pause();
        if (/^HTTP\/1\.1 20[06]/.test(head.toString('latin1'))) resolve();
        else reject(new Error(head.toString('latin1').slice(0, 200)));
      });
      socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    });
  }
});
