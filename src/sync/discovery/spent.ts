import { z } from 'zod';
import { jsonOf } from '../../core/codec.ts';

const shape = z.object({ day: z.number(), calls: z.number() });

/** Calls on a day (days since the epoch, UTC). */
export type Spent = z.infer<typeof shape>;

export const spentCodec = jsonOf(shape);
