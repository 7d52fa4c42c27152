import type { Endpoint, EventOf } from '../../src/api/endpoint.ts';
import type { Clock } from '../../src/core/clock.ts';

/** Events on their way to one client. */
export interface EventFeed<E extends Endpoint> {
  /** Adds one; of those named `progress` that wait, only the newest goes. Takes away what its schema does not name. */
  put<Name extends EventOf<E>['event']>(
    event: Name,
    data: Extract<EventOf<E>, { event: Name }>['data'],
  ): void;
  end(): void;
  /** As `text/event-stream`, until the end; with a line for nobody where it is silent for long. */
  texts(): AsyncGenerator<string>;
}

/** Proxies on the way close what is silent for a minute. */
const silenceMs = 15_000;

export function createEventFeed<E extends Endpoint>({ events = {} }: E, clock: Clock): EventFeed<E> {
  const waiting: { event: string; text: string }[] = [];
  let ended = false;
  let wake = new AbortController();

  return {
    put(event, data) {
      const name = String(event);
      const text = `event: ${name}\ndata: ${JSON.stringify(events[name]?.parse(data))}\n\n`;
      // A slow reader is told where it stands, not of every step.
      if (name === 'progress' && waiting.at(-1)?.event === name) waiting.pop();
      waiting.push({ event: name, text });
      wake.abort();
    },
    end() {
      ended = true;
      wake.abort();
    },
    async *texts() {
      for (;;) {
        for (let next = waiting.shift(); next; next = waiting.shift()) yield next.text;
        if (ended) return;
        wake = new AbortController();
        const isSilent = await clock.sleep(silenceMs, wake.signal).then(
          () => true,
          () => false,
        );
        if (isSilent) yield ': still there\n\n';
      }
    },
  };
}
