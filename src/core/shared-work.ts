/** Work that several wait for. It is called off when the last of them has left. */
export interface SharedWork<T> {
  readonly result: Promise<T>;
  /** Everybody has left: it ends soon, and nobody who comes now gets anything of it. */
  isCalledOff(): boolean;
  /** @throws what the work throws; the signal's reason for who leaves while others stay */
  attend(signal: AbortSignal): Promise<T>;
}

/** @param begin does the work; its signal is aborted when nobody waits for it any more */
export function shareWork<T>(begin: (signal: AbortSignal) => Promise<T>): SharedWork<T> {
  const stop = new AbortController();
  const present = new Set<symbol>();
  const result = begin(stop.signal);
  return {
    result,
    isCalledOff: () => stop.signal.aborted,
    async attend(signal) {
      const one = Symbol();
      present.add(one);
      const left = Promise.withResolvers<never>();
      const leave = () => {
        present.delete(one);
        if (present.size === 0) stop.abort(signal.reason);
        else left.reject(signal.reason);
      };
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave, { once: true });
      try {
        return await Promise.race([result, left.promise]);
      } finally {
        signal.removeEventListener('abort', leave);
        present.delete(one);
      }
    },
  };
}
