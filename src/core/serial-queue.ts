/** Work of which one piece is done at a time, in the order in which it was asked for. */
export interface SerialQueue {
  /** Does `work` when all that was asked for before has ended, however it ended. Work that asks for a turn itself waits for ever. */
  take<T>(work: () => Promise<T>): Promise<T>;
}

export function createSerialQueue(): SerialQueue {
  let last: Promise<unknown> = Promise.resolve();
  return {
    take<T>(work: () => Promise<T>): Promise<T> {
      const turn = last.then(work);
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
