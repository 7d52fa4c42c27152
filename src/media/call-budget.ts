import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { jsonOf } from '../core/codec.ts';
import type { KeptFact } from '../core/kept-fact.ts';

/** Calls of one day, as they outlive a restart. */
export interface DayOfCalls {
  /** `2026-01-31`, UTC. */
  day: string;
  calls: number;
}

const dayOfCalls: z.ZodType<DayOfCalls> = z.object({ day: z.string(), calls: z.number() });
export const dayOfCallsCodec = jsonOf(dayOfCalls);

export interface CallBudgetOptions {
  clock: Clock;
  /** As the settings say now. */
  perDay: () => number;
  memory: KeptFact<DayOfCalls>;
}

/** How many calls of the account reading headers may take: a first index of 100,000 films must not eat them all. */
export interface CallBudget {
  /** Calls of this day, UTC. */
  today(): number;
  perDay(): number;
  isSpent(): boolean;
  /** One call was made. */
  spend(): void;
}

export function createCallBudget({ clock, perDay, memory }: CallBudgetOptions): CallBudget {
  const dayNow = () => new Date(clock.now()).toISOString().slice(0, 10);
  const today = (): number => {
    const kept = memory.read();
    return kept?.day === dayNow() ? kept.calls : 0;
  };
  return {
    today,
    perDay,
    isSpent: () => today() >= perDay(),
    spend: () => memory.write({ day: dayNow(), calls: today() + 1 }),
  };
}
