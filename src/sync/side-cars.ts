import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CatalogFile } from '../catalog/content.ts';
import type { Clock } from '../clock.ts';
import { isBridgeError } from '../errors.ts';
import type { Log } from '../log.ts';

export interface SideCarOptions {
  dir: string;
  clock: Clock;
  log: Log;
  /** Opens a whole file at the host. */
  open: (file: CatalogFile, signal: AbortSignal) => Promise<Readable>;
  /** Pause between two downloads: many small ones in a row lock the address (facts/1fichier-api 3.5). */
  intervalMs: number;
}

/** `failed` may be tried again; `given up` waits for the next start of the process. */
export type Fetched = 'fetched' | 'failed' | 'given up';

const mostFailures = 3;

/** Small text files that lie beside a video: fetched once, kept in dataDir, there also when the host is gone. */
export function createSideCars({ dir, clock, log, open, intervalMs }: SideCarOptions) {
  /** Failures since the start of the process: a file that fails three times waits for the next start. */
  const failures = new Map<string, number>();
  let nextAt = 0;
  const pathOf = (file: CatalogFile) => join(dir, `${file.id}.${file.sizeBytes}`);

  return {
    /** Whether the content is at hand. */
    has: async (file: CatalogFile): Promise<boolean> =>
      (await stat(pathOf(file)).catch(() => undefined))?.size === file.sizeBytes,

    read: (file: CatalogFile): Promise<Buffer> => readFile(pathOf(file)),

    /** Fetches one file. @throws BridgeError of a lock: the others would fail too */
    async fetch(file: CatalogFile, signal: AbortSignal): Promise<Fetched> {
      if ((failures.get(file.id) ?? 0) >= mostFailures) return 'given up';
      const waitMs = Math.min(nextAt - clock.now(), intervalMs);
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      nextAt = clock.now() + intervalMs;
      const target = pathOf(file);
      const temporary = `${target}.tmp`;
      try {
        await mkdir(dir, { recursive: true });
        await pipeline(await open(file, signal), createWriteStream(temporary), { signal });
        await rename(temporary, target);
        return 'fetched';
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined);
        signal.throwIfAborted();
        if (isBridgeError(error) && error.retryAt !== undefined) throw error;
        failures.set(file.id, (failures.get(file.id) ?? 0) + 1);
        log.warn({ fileId: file.id, name: file.name, err: error }, 'a subtitle could not be fetched');
        return (failures.get(file.id) ?? 0) >= mostFailures ? 'given up' : 'failed';
      }
    },
  };
}

export type SideCars = ReturnType<typeof createSideCars>;
