import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { runPart, type Shape } from '../stage/part.ts';

export interface ListerPart extends Shape {
  options: Record<string, never>;
  facts: Record<string, never>;
  question: { url: string; method: string; headers: Record<string, string> };
  answer: Listed;
}

export interface Listed {
  status: number;
  bytes: number;
  /** From before the connection to the first byte of the body, and to its last. */
  firstMs: number;
  lastMs: number;
}

/** A client that takes a listing as fast as it comes, in a process of its own. */
runPart<ListerPart>(async () => ({
  facts: {},
  async answer({ url, method, headers }) {
    const begin = performance.now();
    const asked = request(url, { method, headers, agent: false }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    let bytes = 0;
    let firstMs = Number.NaN;
    for await (const chunk of answer) {
      if (bytes === 0) firstMs = performance.now() - begin;
      bytes += (chunk as Buffer).length;
    }
    return { status: answer.statusCode ?? 0, bytes, firstMs, lastMs: performance.now() - begin };
  },
}));
