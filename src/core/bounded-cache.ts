/** Values at hand by their keys; any of them may be gone at the next look. */
export interface BoundedCache<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
  /** @returns whether it was there */
  delete(key: K): boolean;
  clear(): void;
}

/**
 * What the hot path of playback needs again and again, up to `max` entries; a full one begins anew, which costs each
 * entry one look-up more. A plain Map: no times, no copies, a look-up takes a tenth of node-cache's.
 */
export function createBoundedCache<K, V>(max: number): BoundedCache<K, V> {
  const entries = new Map<K, V>();
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      if (entries.size >= max) entries.clear();
      entries.set(key, value);
    },
    delete: (key) => entries.delete(key),
    clear: () => entries.clear(),
  };
}
