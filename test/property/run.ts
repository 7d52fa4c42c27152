import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountSteps, type Removed } from './account-steps.ts';
import { bridgeSteps } from './bridge-steps.ts';
import type { Death } from './death.ts';
import { createDice } from './dice.ts';
import { type Allowed, createModel } from './model.ts';
import { createWorld } from './world.ts';

/** One step and the chance that it rolls by itself, so that it does the same when others are left out. */
export interface Step {
  name: string;
  seed: number;
}

/** How often each step comes, beside the others. */
const weights: Readonly<Record<string, number>> = {
  upload: 6,
  'upload many': 4,
  'upload anew': 3,
  'upload a double': 2,
  rename: 4,
  move: 4,
  delete: 4,
  'come back': 4,
  'make a folder': 3,
  'rename a folder': 3,
  'move a folder': 2,
  'delete a folder': 1,
  sync: 12,
  'whole crawl': 6,
  'twice changes nothing': 2,
  'dry run': 1,
  outage: 5,
  'partial crawl': 3,
  'listings cut short': 2,
  'changes in mid-crawl': 4,
  'a tree goes away': 2,
  'a tree goes away in mid-crawl': 2,
  'the trees come back': 3,
  'accept removals': 1,
  'time passes': 8,
  restart: 3,
  'swap the account': 2,
  accept: 2,
  refuse: 1,
  undo: 2,
  fix: 3,
  'clear a fix': 2,
  'tree moves': 2,
  'undo moves': 2,
  'kill -9': 8,
};

/** A sequence of steps, the same for the same seed. @param killed how often a real process is killed, beside the others */
export function stepsOf(seed: number, count: number, killed = 0): Step[] {
  const all = Object.entries({ ...weights, 'kill a process': killed });
  const bag = all.flatMap(([name, n]) => Array<string>(n).fill(name));
  const dice = createDice(seed);
  const steps: Step[] = Array.from({ length: count }, () => ({
    name: dice.oneOf(bag),
    seed: dice.below(2 ** 31),
  }));
  return [...Array.from({ length: 6 }, () => ({ name: 'upload many', seed: dice.below(2 ** 31) })), ...steps];
}

const last: Step = { name: 'twice changes nothing', seed: 1 };

/** Takes the steps on a new account. @returns what was wrong, undefined when everything held */
export async function take(
  steps: readonly Step[],
  death: Death,
): Promise<{ at: number; wrong: string } | undefined> {
  const home = mkdtempSync(join(tmpdir(), 'passerelle-property-'));
  const world = await createWorld(home, death);
  const model = createModel(world);
  const removed: Removed = [];
  const account = accountSteps(world, removed);
  const bridge = bridgeSteps(world, model, death, account);
  let pending: Allowed = {};
  let at = 0;
  try {
    for (const { name, seed } of [...steps, last]) {
      const dice = createDice(seed);
      if (name in account) {
        if (!world.isAway()) account[name as keyof typeof account](dice);
      } else {
        const allowed = await bridge[name as keyof typeof bridge](dice);
        model.look(both(pending, allowed));
        // An order whose process was killed, or that found a tree away, is carried out by the next crawl that comes to its end.
        if (name === 'whole crawl' || name === last.name) pending = {};
        else if (allowed.killed || world.trees.some((tree) => tree.isAway)) pending = both(pending, allowed);
      }
      at++;
    }
    return undefined;
  } catch (error) {
    return { at, wrong: (error as Error).stack ?? String(error) };
  } finally {
    await world.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

export function both(a: Allowed, b: Allowed): Allowed {
  const { moved: x = new Set() } = a;
  const { moved: y = new Set() } = b;
  return {
    moved: x === 'all' || y === 'all' ? 'all' : new Set([...x, ...y]),
    removals: a.removals || b.removals || false,
    killed: a.killed || b.killed || false,
  };
}

/** Leaves steps out as long as it still goes wrong in the same way. */
export async function shrink(
  steps: readonly Step[],
  wrong: string,
  death: Death,
  maxTrials = 400,
): Promise<{ steps: Step[]; wrong: string }> {
  let best = { steps: [...steps], wrong };
  let trials = 0;
  for (let size = Math.ceil(best.steps.length / 2); size >= 1 && trials < maxTrials; ) {
    let shorter = false;
    for (let from = best.steps.length - size; from > -size && trials < maxTrials; from -= size) {
      const fewer = best.steps.filter((_, n) => n < from || n >= from + size);
      if (fewer.length === best.steps.length) continue;
      trials++;
      const found = await take(fewer, death);
      if (!found || kindOf(found.wrong) !== kindOf(wrong)) continue;
      best = { steps: fewer.slice(0, found.at + 1), wrong: found.wrong };
      shorter = true;
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (!shorter) break;
  }
  return best;
}

/** The words before the first file: another file that goes wrong in the same way is the same fault. */
function kindOf(wrong: string): string {
  return (
    wrong
      .split('\n')[0]
      ?.split(':')
      .slice(0, 2)
      .join(':')
      .replace(/\d+|[a-z0-9]{20}/g, '')
      .slice(0, 40) ?? ''
  );
}

/** A sequence for a person, and for `--steps` of the long form. */
export function describe(steps: readonly Step[]): string {
  return steps.map(({ name, seed }) => `${name}#${seed}`).join(', ');
}

export function parse(text: string): Step[] {
  return text.split(/,\s*/).map((one) => {
    const [name = '', seed] = one.split('#');
    return { name, seed: Number(seed) };
  });
}
