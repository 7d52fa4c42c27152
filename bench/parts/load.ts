import autocannon from 'autocannon';
import { runPart, type Shape } from '../stage/part.ts';

export interface LoadPart extends Shape {
  options: Record<string, never>;
  facts: Record<string, never>;
  question: {
    url: string;
    paths: string[];
    headers?: Record<string, string>;
    connections: number;
    /** Lasts so long, or ends after so many requests. */
    seconds?: number;
    amount?: number;
    expectedStatus: number;
  };
  answer: { perSecond: number };
}

/** Requests as fast as they are answered. Fails when an answer is not the one expected. */
runPart<LoadPart>(async () => ({
  facts: {},
  async answer({ url, paths, headers = {}, connections, seconds = 60, amount, expectedStatus }) {
    const requests = paths.map((path) => ({ path, headers }));
    const result = await autocannon({
      url,
      requests,
      connections,
      duration: seconds,
      ...(amount ? { amount } : {}),
    });
    const right = result.statusCodeStats[expectedStatus]?.count ?? 0;
    if (right === 0 || right !== result.requests.total || result.errors > 0)
      throw new Error(`${right} of ${result.requests.total} answers were right, ${result.errors} errors`);
    return { perSecond: result.requests.total / result.duration };
  },
}));
