import { runPart, type Shape } from '../stage/part.ts';
import { type RawAnswer, rawGet } from '../stage/raw-get.ts';

/** One probe: the head of a film until so many bytes have come, then a stretch at its end. */
export interface ScanProbe {
  url: string;
  agent: string;
  headBytes: number;
  tailStart: number;
}

export interface ScannerPart extends Shape {
  options: Record<string, never>;
  facts: Record<string, never>;
  question: { probes: ScanProbe[]; clients: number };
  answer: {
    ms: number;
    /** How long each probe took. */
    probeMs: number[];
    /** Bytes of films that came. */
    bytes: number;
    /** How often each status came, the ones after a redirect too; `broken` for a connection that failed. */
    statuses: Record<string, number>;
  };
}

/** Many clients that look at a library at once: each takes the next probe as soon as its last one is over. */
runPart<ScannerPart>(async () => ({
  facts: {},
  async answer({ probes, clients }) {
    const statuses: Record<string, number> = {};
    const probeMs: number[] = [];
    const waiting = probes.values();
    let bytes = 0;
    const read = async (url: string, agent: string, start: number, enoughBytes?: number) => {
      const headers = { 'user-agent': agent, range: `bytes=${start}-` };
      const request = { url, headers, ...(enoughBytes === undefined ? {} : { enoughBytes }) };
      const answer = await rawGet(request).catch((): Partial<RawAnswer> => ({}));
      const status = answer.status ?? 'broken';
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status === 206) bytes += answer.bytes ?? 0;
      if (status === 302 && answer.location) await read(answer.location, agent, start, enoughBytes);
    };
    const client = async () => {
      for (const { url, agent, headBytes, tailStart } of waiting) {
        const began = performance.now();
        await read(url, agent, 0, headBytes);
        await read(url, agent, tailStart);
        probeMs.push(performance.now() - began);
      }
    };
    const begin = performance.now();
    await Promise.all(Array.from({ length: clients }, client));
    return { ms: performance.now() - begin, probeMs, bytes, statuses };
  },
}));
