import { z } from 'zod';
import type { Codec } from '../../../core/codec.ts';
import { type ErrorCode, errorTable } from '../../../core/errors.ts';
import type { KeptFact } from '../../../core/kept-fact.ts';
import type { Log } from '../../../core/log.ts';
import type { Block, BlockCounts } from './circuit-breaker.ts';

/** What of the governor survives a restart; it is written seldom. Holds no secret. */
export interface GovernorState {
  block?: Block;
  counts?: BlockCounts;
  /** Key -> when it may be asked next (milliseconds since the epoch), for the intervals of an hour and more. */
  next?: Record<string, number>;
}

/** The same for the governor itself: nothing is missing in what is read, and neither of the two throws. */
export interface GovernorRecall {
  read(): { block: Block | undefined; counts: BlockCounts; next: Record<string, number> };
  write(state: GovernorState): void;
}

/** As versions up to 0.1 wrote it. */
interface FormerState extends GovernorState {
  closure?: Block & { pauseMs?: number };
  closings?: BlockCounts;
}

const block: z.ZodType<Block> = z.object({
  kind: z.enum(['flood', 'ip', 'maintenance', 'account']),
  why: z.custom<ErrorCode>((why) => typeof why === 'string' && Object.hasOwn(errorTable, why)),
  until: z.number(),
  backoffMs: z.number().default(0),
  keyFingerprint: z.string().exactOptional(),
});
const counts: z.ZodType<BlockCounts> = z.partialRecord(
  z.enum(['flood', 'ip', 'maintenance', 'account']),
  z.number(),
);
const next = z.record(z.string(), z.number());

/** Each part counts for itself: a block is not forgotten because something else cannot be read. */
export const governorCodec: Codec<GovernorState> = {
  encode: JSON.stringify,
  decode(text) {
    const kept = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    const read = <T>(shape: z.ZodType<T>, part: unknown) => shape.safeParse(part).data;
    const [standing, times] = [
      read(block, kept.block ?? kept.closure),
      read(counts, kept.counts ?? kept.closings),
    ];
    const until = read(next, kept.next);
    return {
      ...(standing && { block: standing }),
      ...(times && { counts: times }),
      ...(until && { next: until }),
    };
  },
};

/** A memory that is broken or cannot be written stops nothing. Each part of what it held has yet to be believed. */
export function createGovernorMemory(memory: KeptFact<GovernorState>, log: Log): GovernorRecall {
  return {
    read() {
      let state: FormerState | undefined;
      try {
        state = memory.read();
      } catch (error) {
        log.warn({ err: error }, 'what the governor knew before the restart cannot be read');
      }
      return {
        block: state?.block ?? state?.closure,
        counts: state?.counts ?? state?.closings ?? {},
        next: state?.next ?? {},
      };
    },
    write(state) {
      try {
        memory.write(state);
      } catch (error) {
        log.warn({ err: error }, 'the state of the governor cannot be kept');
      }
    },
  };
}
