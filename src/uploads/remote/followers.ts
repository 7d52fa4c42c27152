import type { BridgeError } from '../../core/errors.ts';
import type { FollowedAddress } from './remote-line.ts';

export interface Following {
  ids: readonly number[];
  signal: AbortSignal;
  /** Told how each is, and of every change. */
  onAddress: (address: FollowedAddress) => void;
  /** Nothing more is waited for with this one. */
  isEnough: (address: FollowedAddress) => boolean;
}

/** Those who wait for addresses that somebody else works on. */
export interface Followers {
  /**
   * Waits until there is enough of each.
   * @returns what stopped the work, where something did
   * @throws the signal's reason
   */
  follow(following: Following): Promise<BridgeError | undefined>;
  changed(addresses: readonly FollowedAddress[]): void;
  /** Nothing goes on for now: nobody has to wait for it. */
  stopped(by: BridgeError): void;
}

/** @param read how they are now */
export function createFollowers(read: (ids: readonly number[]) => Promise<FollowedAddress[]>): Followers {
  const all = new Set<{ tell(addresses: readonly FollowedAddress[]): void; stop(by: BridgeError): void }>();

  return {
    async follow({ ids, signal, onAddress, isEnough }) {
      signal.throwIfAborted();
      const told = new Map<number, FollowedAddress>();
      const end = Promise.withResolvers<BridgeError | undefined>();
      const one = {
        tell(addresses: readonly FollowedAddress[]) {
          for (const address of addresses) {
            if (!ids.includes(address.id)) continue;
            told.set(address.id, address);
            onAddress(address);
          }
          const isOver = (id: number) => {
            const address = told.get(id);
            return address !== undefined && isEnough(address);
          };
          if (ids.every(isOver)) end.resolve(undefined);
        },
        stop: (by: BridgeError) => end.resolve(by),
      };
      const leave = () => end.reject(signal.reason);
      signal.addEventListener('abort', leave, { once: true });
      all.add(one);
      try {
        const now = await read(ids);
        // What was told meanwhile is newer.
        one.tell(now.filter(({ id }) => !told.has(id)));
        return await end.promise;
      } finally {
        all.delete(one);
        signal.removeEventListener('abort', leave);
        end.promise.catch(() => undefined);
      }
    },
    changed(addresses) {
      for (const one of all) one.tell(addresses);
    },
    stopped(by) {
      for (const one of all) one.stop(by);
    },
  };
}
