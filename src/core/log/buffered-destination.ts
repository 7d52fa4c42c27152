import { pino } from 'pino';
import { createRecentLines, type RecentLines } from './recent-lines.ts';

/** Lines wait for so many others, or for so long. */
const gatheredBytes = 65_536;
const waitMs = 500;

/** Where lines of the log go. */
export interface BufferedDestination {
  /** @param line with its end; it may be out half a second later */
  write(line: string): void;
  /** The same, and keeps it. @param line of JSON */
  writeKept(line: string): void;
  /** Keeps the last lines, for who gives them to it as JSON. */
  readonly kept: RecentLines;
  /** What was gathered is out when this returns. */
  flushSync(): void;
}

/**
 * A destination for the log on a file descriptor that gathers lines: a line per request must not cost a system call
 * each. pino's own `minLength` would do the same, but measures all that it holds anew at every line.
 */
export function createBufferedDestination(fd: number): BufferedDestination {
  const target = pino.destination({
    dest: fd,
    sync: false,
    maxWrite: 4 * gatheredBytes,
    contentMode: 'buffer',
  });
  // Its types know of texts alone; this content mode takes bytes.
  const send = (bytes: Buffer) => target.write(bytes as unknown as string);
  let gathered = Buffer.allocUnsafe(gatheredBytes);
  let used = 0;
  const pass = () => {
    if (used === 0) return;
    send(gathered.subarray(0, used));
    gathered = Buffer.allocUnsafe(gatheredBytes);
    used = 0;
  };
  const flushSync = () => {
    pass();
    target.flushSync();
  };
  /** @returns where it stands among what is gathered; undefined when it is out already */
  const gather = (line: string): number | undefined => {
    // A character of UTF-16 takes three bytes at most.
    if (used + 3 * line.length > gatheredBytes) pass();
    if (3 * line.length > gatheredBytes) {
      send(Buffer.from(line));
      return undefined;
    }
    const start = used;
    used += gathered.write(line, used);
    return start;
  };
  const kept = createRecentLines();
  setInterval(pass, waitMs).unref();
  process.once('exit', flushSync);
  return {
    kept,
    write: gather,
    writeKept(line) {
      const start = gather(line);
      // A line is made bytes once: each request has one.
      if (start === undefined) kept.write(line);
      else kept.copy(gathered, start, used);
    },
    flushSync,
  };
}
