/** Gathers what goes wrong with pieces of work of which none keeps the others waiting. */
export interface FaultBox {
  /** Does it; what it throws is kept. @throws the signal's reason */
  run(work: () => Promise<void>): Promise<void>;
  add(fault: unknown): void;
  /** The first of what was kept; undefined where nothing went wrong. */
  first(): unknown;
}

export function createFaultBox(signal: AbortSignal): FaultBox {
  const faults: unknown[] = [];
  return {
    async run(work) {
      signal.throwIfAborted();
      try {
        await work();
      } catch (error) {
        signal.throwIfAborted();
        faults.push(error);
      }
    },
    add: (fault) => void faults.push(fault),
    first: () => faults[0],
  };
}
