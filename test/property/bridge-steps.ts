import { toFileId } from '../../src/core/ids.ts';
import type { Fixed } from '../../src/curation/overrides.ts';
import type { Override } from '../../src/library/override.ts';
import type { SyncResult } from '../../src/sync/sync-run.ts';
import { folder } from '../fixtures/ids.ts';
import type { ApiFault } from '../simulator/simulator.ts';
import type { AccountSteps } from './account-steps.ts';
import type { Death } from './death.ts';
import type { Dice } from './dice.ts';
import type { Allowed, Model } from './model.ts';
import { hourMs, type World } from './world.ts';

const never = new AbortController().signal;

const overrides: readonly Override[] = [
  { as: 'movie', title: 'Other', year: 1999 },
  { title: 'Alien', year: 1979 },
  { as: 'episode', title: 'Show', season: 1, episodes: [1] },
  { season: 2 },
  { as: 'ignore' },
  { edition: 'Final Cut' },
];

const badAnswers: readonly ApiFault[] = [
  { is: 'emptyListing' },
  { is: 'halfBody' },
  { is: 'badJson' },
  { is: 'reset', times: 4 },
  { is: 'maintenance', times: 4 },
  { is: 'status', status: 500, times: 4 },
  { is: 'ko', message: 'Resource not allowed #631', status: 403 },
  { is: 'ko', message: 'Folder not found', status: 404 },
  { is: 'flood', lockMs: 60_000 },
  { is: 'bareText' },
];

/** What the bridge does, what the host does to it, and what a person says to it. */
export function bridgeSteps(world: World, model: Model, death: Death, account: AccountSteps) {
  const { faults } = world.simulator;

  async function lenient<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      // A refusal with a name is an answer; everything else is a fault of ours.
      if (code === undefined || !/^BRIDGE_(?!INTERNAL)/.test(code)) {
        if (message !== 'stopped by the test') throw error;
      }
      return undefined;
    }
  }

  /** A host in good health, from the beginning of a crawl to its end. */
  async function wholeCrawl(full = false): Promise<SyncResult> {
    faults.clear();
    world.mountAll();
    for (let tries = 0; ; tries++) {
      const result = await world.sync({ full });
      if (result.outcome === 'done') break;
      if (tries > 4) throw new Error(`no crawl comes to its end: ${String(result.reason)}`);
      await world.later(hourMs / 2);
    }
    // The one before may have begun before the last change.
    const result = await world.sync({ full });
    if (result.outcome !== 'done') throw new Error(`a crawl of a healthy host: ${String(result.reason)}`);
    return result;
  }

  function spoil(dice: Dice): void {
    const fault = dice.oneOf(badAnswers);
    const folder = dice.oneOf(world.folders());
    faults.answer({
      ...fault,
      verb: 'folder/ls',
      ...(dice.chance(0.7) ? { folderId: folder.id } : { skip: dice.below(4) }),
    });
  }

  const targetOf = (dice: Dice) => {
    const file = dice.maybe(world.files());
    return dice.chance(0.6) && file
      ? { fileId: file.id }
      : { folderId: folder(dice.oneOf(world.folders()).id) };
  };
  /** Exactly what it says that it moved. */
  const movedBy = (fixed: Fixed | undefined): Allowed => ({
    moved: fixed ? new Set(fixed.moves.map(({ fileId }) => fileId)) : 'all',
  });
  const decide = async (dice: Dice, how: 'accept' | 'refuse' | 'undo') => {
    const { proposals } = world.bridge.curation;
    const all = await proposals.list(20);
    const right = { accept: /open|refused|undone/, refuse: /open/, undo: /accepted|refused/ }[how];
    const one = dice.maybe(all.filter(({ state }) => right.test(state)));
    if (one) await lenient(() => world.passing(proposals.decide(how, one.id, never)));
  };

  const steps = {
    sync: async (): Promise<Allowed> => {
      await lenient(() => world.sync());
      return {};
    },
    'whole crawl': async (dice: Dice): Promise<Allowed> => {
      await wholeCrawl(dice.chance(0.3));
      model.whole();
      return {};
    },
    'twice changes nothing': async (): Promise<Allowed> => {
      await wholeCrawl(true);
      const before = model.picture();
      for (const full of [true, false]) {
        const { counts } = (await world.sync({ full })).tree;
        const { keep: _, ...did } = counts;
        if (Object.values(did).some((n) => n > 0)) throw new Error(`done twice: ${JSON.stringify(counts)}`);
      }
      if (model.picture() !== before) throw new Error('the second time changed something on the disk');
      model.whole();
      return {};
    },
    'dry run': async (): Promise<Allowed> => {
      const before = model.picture();
      await lenient(() => world.sync({ dryRun: true }));
      if (model.picture() !== before) throw new Error('a dry run changed something on the disk');
      return {};
    },
    outage: async (dice: Dice): Promise<Allowed> => {
      for (let n = dice.below(3); n >= 0; n--) spoil(dice);
      await lenient(() => world.sync());
      faults.clear();
      if (dice.chance(0.5)) await world.later(hourMs / 2);
      return {};
    },
    'partial crawl': async (dice: Dice): Promise<Allowed> => {
      const stop = new AbortController();
      const after = dice.below(5);
      const onProgress = ({ foldersDone }: { foldersDone: number }) => {
        if (foldersDone >= after) stop.abort(new Error('stopped by the test'));
      };
      await lenient(() => world.sync({ signal: stop.signal, onProgress }));
      return {};
    },
    'listings cut short': async (dice: Dice): Promise<Allowed> => {
      faults.listingCap = 1 + dice.below(4);
      await lenient(() => world.sync());
      faults.clear();
      return {};
    },
    'changes in mid-crawl': async (dice: Dice): Promise<Allowed> => {
      const at = 1 + dice.below(5);
      const change = dice.oneOf(Object.values(account));
      await lenient(() =>
        world.sync({
          onProgress: ({ foldersDone }) => void (foldersDone === at && !world.isAway() && change(dice)),
        }),
      );
      return {};
    },
    'a tree goes away': async (dice: Dice): Promise<Allowed> => {
      world.unmount(dice.oneOf(world.trees));
      return {};
    },
    'a tree goes away in mid-crawl': async (dice: Dice): Promise<Allowed> => {
      const at = 1 + dice.below(5);
      const tree = dice.oneOf(world.trees);
      await lenient(() =>
        world.sync({ onProgress: ({ foldersDone }) => void (foldersDone === at && world.unmount(tree)) }),
      );
      return {};
    },
    'the trees come back': async (): Promise<Allowed> => {
      world.mountAll();
      await lenient(() => world.sync());
      return {};
    },
    'accept removals': async (): Promise<Allowed> => {
      await lenient(() => world.sync({ acceptRemovals: true }));
      return { removals: true };
    },
    'time passes': async (dice: Dice): Promise<Allowed> => {
      await world.later(
        dice.oneOf([60_000, hourMs, hourMs, 2 * hourMs, 25 * hourMs, 25 * hourMs, 200 * hourMs]),
      );
      return {};
    },
    restart: async (): Promise<Allowed> => {
      await world.restart();
      return {};
    },
    'swap the account': async (): Promise<Allowed> => {
      if (world.isAway()) world.swapIn();
      else world.swapOut();
      return {};
    },
    accept: async (dice: Dice): Promise<Allowed> => {
      await decide(dice, 'accept');
      return { removals: true };
    },
    refuse: async (dice: Dice): Promise<Allowed> => {
      await decide(dice, 'refuse');
      return {};
    },
    undo: async (dice: Dice): Promise<Allowed> => {
      await decide(dice, 'undo');
      return { removals: true };
    },
    fix: async (dice: Dice): Promise<Allowed> => {
      const set = () => world.bridge.curation.overrides.set(targetOf(dice), dice.oneOf(overrides), never);
      return movedBy(await lenient(() => world.passing(set())));
    },
    'clear a fix': async (dice: Dice): Promise<Allowed> => {
      const one = dice.maybe(await world.bridge.curation.overrides.list());
      if (!one) return {};
      const id = one.target.slice(one.target.indexOf(':') + 1);
      const what = one.target.startsWith('file:') ? { fileId: toFileId(id) } : { folderId: folder(id) };
      return movedBy(await lenient(() => world.passing(world.bridge.curation.overrides.clear(what, never))));
    },
    'tree moves': async (): Promise<Allowed> => {
      await lenient(() => world.passing(world.bridge.curation.moves.apply(never)));
      return { moved: 'all' };
    },
    'undo moves': async (): Promise<Allowed> => {
      await lenient(() => world.passing(world.bridge.curation.moves.undo(never)));
      return { moved: 'all' };
    },
    'kill a process': async (dice: Dice): Promise<Allowed> => {
      await world.killProcess(dice.below(dice.oneOf([20, 150])));
      return { killed: true };
    },
    'kill -9': async (dice: Dice): Promise<Allowed> => {
      const work = dice.oneOf([
        'sync',
        'sync',
        'sync',
        'outage',
        'changes in mid-crawl',
        'accept',
        'undo',
        'fix',
        'tree moves',
        'undo moves',
      ] as const);
      death.after(1 + dice.below(dice.oneOf([10, 60, 250])), dice.oneOf(['before', 'after']));
      let allowed: Allowed = {};
      try {
        allowed = (await steps[work](dice)) ?? {};
      } catch (error) {
        if (!death.isDead()) throw error;
      }
      const isDead = death.isDead();
      await world.bury();
      const isOrder = !/^(?:sync|outage|changes)/.test(work);
      return {
        ...allowed,
        ...(isDead && { killed: true, ...(isOrder && { moved: 'all', removals: true }) }),
      };
    },
  };
  return steps;
}
