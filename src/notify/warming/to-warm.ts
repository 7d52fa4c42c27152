import type { UnprobedItem } from '../servers/adapter.ts';

/** How a film behind an address is at hand: `read` costs the host nothing, `costly` is read at length by any probe. */
export type HeaderState = 'foreign' | 'unread' | 'read' | 'costly';

/** More items without a header than are kept in mind; the next walk finds the others. */
const maxUnread = 1000;
const maxCostly = 1000;

/** Items that wait to be looked into, each once, in the order in which their turn comes. */
export interface ToWarm {
  /** Takes an item that a server showed, if anything of it is ours. */
  add(item: UnprobedItem): Promise<void>;
  /** Looks again at so many of those whose header had not been read. */
  retry(count: number): Promise<void>;
  /** The next one that costs nothing. */
  take(): UnprobedItem | undefined;
  /** The next one of those that are kept for the end. */
  takeCostly(): UnprobedItem | undefined;
  hasReady(): boolean;
  counts(): { ready: number; unread: number };
}

export function createToWarm(headerState: (address: string) => Promise<HeaderState>): ToWarm {
  const [ready, costly, unread] = [1, 2, 3].map(() => new Map<string, UnprobedItem>()) as [
    Map<string, UnprobedItem>,
    Map<string, UnprobedItem>,
    Map<string, UnprobedItem>,
  ];

  async function sort(item: UnprobedItem): Promise<void> {
    const states = new Set(await Promise.all(item.addresses.map(headerState)));
    states.delete('foreign');
    if (states.size === 0) return;
    if (states.has('unread')) {
      if (unread.size < maxUnread) unread.set(item.id, item);
    } else if (!states.has('costly')) ready.set(item.id, item);
    else if (costly.size < maxCostly) costly.set(item.id, item);
  }

  function first(from: Map<string, UnprobedItem>): UnprobedItem | undefined {
    for (const [id, item] of from) {
      from.delete(id);
      return item;
    }
    return undefined;
  }

  return {
    async add(item) {
      for (const one of [ready, costly, unread]) one.delete(item.id);
      await sort(item);
    },

    async retry(count) {
      for (const item of [...unread.values()].slice(0, count)) {
        unread.delete(item.id);
        await sort(item);
      }
    },

    take: () => first(ready),
    takeCostly: () => first(costly),
    hasReady: () => ready.size > 0,

    counts: () => ({ ready: ready.size + costly.size, unread: unread.size }),
  };
}
