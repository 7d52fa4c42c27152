import type { Readable } from 'node:stream';
import type { Clock } from '../../../src/core/clock.ts';
import { minuteMs } from '../../../src/core/durations.ts';
import { BridgeError } from '../../../src/core/errors.ts';

/** A body brings so much in each of these times, or its end: slower than the slowest line that a film comes over. */
const minPace = { bytes: 64 * 1024, ofMs: minuteMs };

/**
 * A body as it comes, for as long as it comes along: who sends a byte now and then holds a connection, a file and a place
 * among those who send. Time in which it is not read counts for nobody. The connection is left open however it ends, so
 * that the answer can go out.
 * @throws BridgeError BRIDGE_SLOW_REQUEST; what `body` throws
 */
export async function* atPace(body: Readable, clock: Clock): AsyncGenerator<Uint8Array> {
  const pieces = body.iterator({ destroyOnReturn: false });
  const over = new AbortController();
  let came = 0;
  let waitedMs = 0;
  let askedAt: number | undefined;
  let giveUp: (error: unknown) => void = () => undefined;

  async function watch(): Promise<void> {
    for (;;) {
      const [before, waitedBefore] = [came, waitedMs];
      await clock.sleep(minPace.ofMs, over.signal);
      const waiting = askedAt === undefined ? 0 : clock.now() - askedAt;
      const wasOurs = waitedMs - waitedBefore + waiting < minPace.ofMs / 2;
      if (came - before < minPace.bytes && !wasOurs) return giveUp(new BridgeError('BRIDGE_SLOW_REQUEST'));
    }
  }

  watch().catch(() => undefined);
  try {
    for (;;) {
      askedAt = clock.now();
      // One promise for each piece: a race against a long one would gather all of them.
      const { done, value } = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        giveUp = reject;
        pieces.next().then(resolve, reject);
      });
      waitedMs += clock.now() - askedAt;
      askedAt = undefined;
      if (done) return;
      came += value.length;
      yield value;
    }
  } finally {
    over.abort();
    // What is not wanted any more is read and forgotten.
    Promise.resolve(pieces.return?.())
      .then(() => body.resume())
      .catch(() => undefined);
  }
}
