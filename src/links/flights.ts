import { BridgeError } from '../core/errors.ts';

/** One question under way, for as many as want its answer. */
export interface Flight<T> {
  promise: Promise<T>;
  /** The host has been asked: its answer is worth keeping, whoever has gone meanwhile. */
  isOut: boolean;
}

/** What begins a flight. @param onTurn to be called when the host is asked */
export type TakeOff<T> = (signal: AbortSignal, onTurn: () => void) => Promise<T>;

/** At most one flight for each key. */
export interface Flights<T> {
  /** The one that is under way. */
  of(key: string): Flight<T> | undefined;
  /** @param onFault is told of a failure, but not of a flight that nobody waited for any more */
  start(key: string, ask: TakeOff<T>, onFault: (error: unknown) => void): Flight<T>;
  /**
   * Waits for a flight. When the last one who waits goes before the host was asked, the call gives its turn to somebody
   * else. @throws what the flight throws; the signal's reason
   */
  join(key: string, flight: Flight<T>, signal: AbortSignal | undefined): Promise<T>;
}

interface Counted<T> extends Flight<T> {
  waiting: number;
  abort: AbortController;
}

export function createFlights<T>(): Flights<T> {
  const flights = new Map<string, Counted<T>>();

  return {
    of: (key) => flights.get(key),

    start(key, ask, onFault) {
      const abort = new AbortController();
      const promise = ask(abort.signal, () => {
        flight.isOut = true;
      })
        .catch((error: unknown) => {
          if (!abort.signal.aborted) onFault(error);
          throw error;
        })
        .finally(() => {
          if (flights.get(key) === flight) flights.delete(key);
        });
      const flight: Counted<T> = { promise, waiting: 0, isOut: false, abort };
      // Nobody may be left to hear of a failure.
      promise.catch(() => undefined);
      flights.set(key, flight);
      return flight;
    },

    async join(key, { promise }, signal) {
      const flight = flights.get(key);
      // Over in this moment: there is nothing to give back.
      if (flight?.promise !== promise) return orAborted(promise, signal);
      flight.waiting++;
      try {
        return await orAborted(promise, signal);
      } finally {
        flight.waiting--;
        if (flight.waiting === 0 && !flight.isOut && flights.get(key) === flight) {
          flights.delete(key);
          flight.abort.abort(
            new BridgeError('BRIDGE_GATE_BUSY', { detail: 'nobody waits for this link any more' }),
          );
        }
      }
    },
  };
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
