import { monitorEventLoopDelay } from 'node:perf_hooks';
import { runPart, type Shape } from '../stage/part.ts';
import { openRaw, type RawStream } from '../stage/raw-stream.ts';

export interface ViewersPart extends Shape {
  options: Record<string, never>;
  facts: Record<string, never>;
  /** One viewer an address, all from the same place of their films on. */
  question: { urls: string[]; start: number; bytesPerSecond: number; seconds: number };
  answer: {
    /** The longest wait of each viewer for bytes that it should have been showing. */
    maxMs: number[];
    /** Of all together. */
    mbitPerSecond: number;
    /** How late this process itself was at worst: nothing shorter than that can be told from a stall. */
    lateMs: number;
  };
}

/** A tenth of a second of film at 20 Mbit/s: what a player holds beside what the kernel holds for it. */
const bufferBytes = 256 * 1024;
const tickMs = 10;
const into = Buffer.allocUnsafe(64 * 1024);

interface Viewer {
  stream: RawStream;
  tick(now: number): void;
  end(now: number): number;
  bytes(): number;
  failure(): string | undefined;
}

/** A player that shows a film at its pace and holds little of it. It begins when its buffer is full for the first time. */
function watch(url: string, from: string, start: number, bytesPerMs: number): Viewer {
  let bytes = 0;
  let status = 0;
  let failure: string | undefined;
  let isFull = false;
  /** When the film would have begun had it never stopped; undefined before it begins. */
  let begun: number | undefined;
  let maxMs = 0;
  /** When the last byte that has come is shown. */
  const dueAt = () => (begun ?? 0) + bytes / bytesPerMs;
  const stalledUntil = (now: number) => {
    const stallMs = begun === undefined ? 0 : now - dueAt();
    if (stallMs <= 0) return;
    maxMs = Math.max(maxMs, stallMs);
    begun = (begun ?? 0) + stallMs;
  };
  const hasRoom = (now: number) =>
    begun === undefined ? bytes < bufferBytes : (dueAt() - now) * bytesPerMs < bufferBytes;
  const stream = openRaw(
    { url, from, headers: { 'user-agent': 'Kodi/20.1', range: `bytes=${start}-` } },
    {
      head(code) {
        status = code;
        if (code !== 206) failure = `${code} instead of a part of the film`;
      },
      bytes(count) {
        const now = performance.now();
        stalledUntil(now);
        bytes += count;
        if (begun === undefined && bytes >= bufferBytes) begun = now;
        isFull = !hasRoom(now);
        return !isFull;
      },
      over(error) {
        failure ??= error?.message ?? `the film ended after ${bytes} bytes (${status})`;
      },
    },
    into,
  );
  return {
    stream,
    tick(now) {
      if (!isFull || !hasRoom(now)) return;
      isFull = false;
      stream.resume();
    },
    end(now) {
      stalledUntil(now);
      if (begun === undefined) failure ??= `${bytes} bytes came, too few to begin with (${status})`;
      return maxMs;
    },
    bytes: () => bytes,
    failure: () => failure,
  };
}

/** Viewers of different films, all at once, in a process of their own. */
runPart<ViewersPart>(async () => ({
  facts: {},
  async answer({ urls, start, bytesPerSecond, seconds }) {
    const late = monitorEventLoopDelay({ resolution: tickMs });
    late.enable();
    const viewers = urls.map((url, index) =>
      // Each has a television of its own.
      watch(url, `127.0.1.${index + 1}`, start, bytesPerSecond / 1000),
    );
    const ticks = setInterval(() => {
      const now = performance.now();
      for (const viewer of viewers) viewer.tick(now);
    }, tickMs);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const now = performance.now();
    const maxMs = viewers.map((viewer) => viewer.end(now));
    const failure = viewers.map((viewer) => viewer.failure()).find((one) => one !== undefined);
    clearInterval(ticks);
    late.disable();
    for (const viewer of viewers) viewer.stream.drop();
    if (failure !== undefined) throw new Error(failure);
    const bytes = viewers.reduce((sum, viewer) => sum + viewer.bytes(), 0);
    return { maxMs, mbitPerSecond: (bytes * 8) / 1e6 / seconds, lateMs: late.max / 1e6 };
  },
}));
