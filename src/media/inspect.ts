import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../core/clock.ts';
import { compileCacheEnv } from '../core/compile-cache.ts';
import { minuteMs, secondMs } from '../core/durations.ts';
import type { MediaFacts } from '../library/media-facts.ts';
import type { FromAnalysis, ToAnalysis } from './analyse.ts';
import { readReport } from './report.ts';

/** Bytes of a file from `position` on: as many as asked for, fewer at its end, none where nothing more is given. */
export type ReadAt = (position: number, length: number) => Promise<Uint8Array>;

export interface InspectOptions {
  sizeBytes: number;
  clock: Clock;
  signal?: AbortSignal;
  /** How far the beginning is read in one go. */
  headBytes?: number;
  /** Of all places together. */
  maxBytes?: number;
  timeLimitMs?: number;
  /** The parser's own work between two pieces that it is given: of an ordinary film that is some milliseconds. */
  workLimitMs?: number;
}

/** A file that tells nothing of itself: no film, cut off, or made to mislead. */
export class NoFacts extends Error {
  override readonly name: string = 'NoFacts';
}

/** A file that the parser went on with without end, took all memory for, or died of. The message says which. */
export class TookParserDown extends NoFacts {
  override readonly name = 'TookParserDown';
}

/** What a media server's probe takes of most films (facts/media-servers 1.3, measured). */
export const headBytes = 4 * 1024 * 1024;

/** Half a second of work is not worth a second compilation: 81 MB instead of 120, and a third less time (measured). */
const flags = ['--max-old-space-size=64', '--liftoff-only', '--single-threaded'];

const program = fileURLToPath(new URL('./analyse.ts', import.meta.url));

/**
 * What a file holds, by its header. The parser is WebAssembly in a process of its own, without this one's environment
 * and for this file alone: its 80 MB are given back, and it can be ended in the middle of a loop.
 * @throws NoFacts; TookParserDown; the signal's reason; whatever `readAt` throws
 */
export async function inspect(readAt: ReadAt, options: InspectOptions): Promise<MediaFacts> {
  const { sizeBytes, clock, signal, timeLimitMs = 2 * minuteMs, workLimitMs = minuteMs } = options;
  signal?.throwIfAborted();
  const over = new AbortController();
  let work = new AbortController();
  const child = fork(program, [], {
    env: compileCacheEnv(),
    execArgv: flags,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  try {
    const report = await new Promise<string>((resolve, reject) => {
      const send = (message: ToAnalysis) =>
        child.send(message, (error) => error && reject(new NoFacts(String(error))));
      child.on('error', (error) => reject(new NoFacts(String(error))));
      child.on('exit', (code, ended) => reject(new TookParserDown(`it ended its parser (${ended ?? code})`)));
      // The first stretch begins with the first wish: until then a busy machine may still be starting the parser.
      const watch = () => {
        work = new AbortController();
        clock.sleep(workLimitMs, work.signal).then(
          () => reject(new TookParserDown(`its parser went on for ${workLimitMs / secondMs} s`)),
          () => undefined,
        );
      };
      child.on('message', (message: FromAnalysis) => {
        work.abort();
        if ('report' in message) resolve(message.report);
        else if ('failure' in message) reject(failureOf(message));
        else
          readAt(message.position, message.length).then((bytes) => {
            if (over.signal.aborted) return;
            watch();
            send({ bytes });
          }, reject);
      });
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true, signal: over.signal });
      clock.sleep(timeLimitMs, over.signal).then(
        () => reject(new NoFacts(`not read within ${timeLimitMs} ms`)),
        () => undefined,
      );
      send({
        sizeBytes,
        headBytes: options.headBytes ?? headBytes,
        maxBytes: options.maxBytes ?? 16 * 1024 * 1024,
      });
    });
    const facts = read(report);
    if (!facts) throw new NoFacts('neither picture nor sound was found in it');
    return facts;
  } finally {
    over.abort();
    work.abort();
    child.kill('SIGKILL');
  }
}

function failureOf({ failure, isHarm = false }: Extract<FromAnalysis, { failure: string }>): NoFacts {
  return isHarm ? new TookParserDown(failure) : new NoFacts(failure);
}

/** @throws NoFacts where a name in the file has broken the report */
function read(report: string): MediaFacts | undefined {
  try {
    return readReport(report);
  } catch (error) {
    throw new NoFacts(String(error));
  }
}
