import type { Readable } from 'node:stream';
import type { Clock } from '../core/clock.ts';
import type { FollowedWhirlpool } from '../core/files/whirlpool.ts';
import type { ByteSource, RemoteFile } from './byte-source.ts';
import { createByteSpans } from './byte-spans.ts';
import type { PartFile } from './part-file.ts';
import { createRetries } from './retries.ts';

export interface RangeFetching {
  /** Ranges that are asked for at one time. */
  connections: number;
  signal: AbortSignal;
  onBytes?: (done: number, total: number) => void;
}

/** A range is so long; near the end they get shorter, so that all connections end together. */
const [minRangeBytes, maxRangeBytes] = [1024 * 1024, 64 * 1024 * 1024];
/** The disk gets so much at once. */
const writeBytes = 512 * 1024;
const followBytes = 4 * 1024 * 1024;

/**
 * Fetches what is missing of a part, and tells the checksum how far its beginning is whole. Where it ends early, what
 * came is noted. @throws BridgeError of the source or the disk; the signal's reason
 */
export async function fetchRanges(
  part: PartFile,
  file: RemoteFile,
  whirlpool: FollowedWhirlpool,
  { connections, signal, onBytes }: RangeFetching,
  { source, clock }: { source: Pick<ByteSource, 'open'>; clock: Clock },
): Promise<void> {
  const spans = part.spans();
  /** What is there, and what somebody fetches. */
  const taken = createByteSpans(spans.all());
  const retries = createRetries(clock);
  const stop = new AbortController();
  const ending = AbortSignal.any([signal, stop.signal]);
  let told = 0;

  function nextRange(): { from: number; to: number } | undefined {
    const gap = taken.gap(file.sizeBytes);
    if (!gap) return undefined;
    const share = Math.ceil((file.sizeBytes - taken.bytes()) / (connections * 2));
    const length = Math.min(maxRangeBytes, Math.max(minRangeBytes, share));
    const [from] = gap;
    const to = Math.min(gap[1], from + length);
    taken.add(from, to);
    return { from, to };
  }

  function passed(): void {
    retries.progress();
    onBytes?.(spans.bytes(), file.sizeBytes);
    const whole = spans.prefix();
    if (whole - told < followBytes) return;
    told = whole;
    whirlpool.upTo(whole);
  }

  async function readRange(from: number, to: number): Promise<void> {
    let at = from;
    while (at < to)
      try {
        const body = await source.open(file, at, to, ending);
        for await (const pieces of gathered(body)) {
          await part.write(pieces, at);
          at += pieces.reduce((sum, { length }) => sum + length, 0);
          passed();
        }
        if (at < to) throw new Error('the answer ended early');
      } catch (error) {
        await retries.after(error, ending);
      }
  }

  async function fetchOn(): Promise<void> {
    for (let range = nextRange(); range; range = nextRange()) await readRange(range.from, range.to);
  }

  onBytes?.(spans.bytes(), file.sizeBytes);
  let fault: { error: unknown } | undefined;
  const work = Array.from({ length: connections }, () =>
    fetchOn().catch((error: unknown) => {
      fault ??= { error };
      stop.abort(error);
    }),
  );
  await Promise.all(work);
  if (!fault) return;
  // A disk that is full may take no note either: the last one holds.
  await part.save().catch(() => undefined);
  throw signal.aborted ? signal.reason : fault.error;
}

/** What comes, in pieces that are worth a write. */
async function* gathered(body: Readable): AsyncGenerator<Buffer[]> {
  let pieces: Buffer[] = [];
  let bytes = 0;
  let fault: { error: unknown } | undefined;
  try {
    for await (const piece of body) {
      pieces.push(piece as Buffer);
      bytes += (piece as Buffer).length;
      if (bytes < writeBytes) continue;
      yield pieces;
      pieces = [];
      bytes = 0;
    }
  } catch (error) {
    fault = { error };
  }
  // What came before a break is kept too, or a host that breaks off early would never be done with.
  if (bytes > 0) yield pieces;
  if (fault) throw fault.error;
}
