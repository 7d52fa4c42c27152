import { createRandom } from '../simulator/random.ts';

export type Dice = ReturnType<typeof createDice>;

/** Chance with a seed. */
export function createDice(seed: number) {
  const random = createRandom(seed);
  const below = (n: number) => Math.floor(random() * n);
  return {
    below,
    chance: (share: number) => random() < share,
    oneOf: <T>(list: readonly T[]): T => list[below(list.length)] as T,
    /** Undefined of an empty list. */
    maybe: <T>(list: readonly T[]): T | undefined => list[below(list.length)],
  };
}
