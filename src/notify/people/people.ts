import { z } from 'zod';
import { createBackgroundLoop } from '../../core/background-loop.ts';
import type { Clock } from '../../core/clock.ts';
import { jsonOf } from '../../core/codec.ts';
import { dayMs, minuteMs } from '../../core/durations.ts';
import type { Log } from '../../core/log.ts';
import type { Connect } from '../http.ts';
import { retryPausesMs } from '../outbox/debounce.ts';
import { ServerFault } from '../servers/adapter.ts';
import type { Need } from './needs.ts';
import type { PeopleMessage, Recipient } from './recipient.ts';

const toldRecipient = z.object({
  /** When it was told of each need last. */
  at: z.record(z.string(), z.number()),
  last: z
    .object({
      at: z.number(),
      ok: z.boolean(),
      words: z.string(),
      remedy: z.string().exactOptional(),
    })
    .exactOptional(),
});
/** What a recipient was told, and how that went last. Times in milliseconds UTC. */
export type ToldRecipient = z.infer<typeof toldRecipient>;
export const toldRecipientCodec = jsonOf(toldRecipient);

export interface PeopleOptions {
  /** As they count now; as long as nothing about one changes, it is the same object. */
  recipients: () => readonly Recipient[];
  /** What needs somebody now. */
  needs: () => Promise<readonly Need[]>;
  /** What outlives a restart, by the name of a recipient. */
  store: {
    get(recipient: string): Promise<ToldRecipient | undefined>;
    put(recipient: string, told: ToldRecipient): Promise<void>;
  };
  connect: Connect;
  /** Told how each message ended. */
  onResult?: (recipient: string, isOk: boolean) => void;
  clock: Clock;
  log: Log;
}

/** How it went with one recipient, for a person. */
export interface RecipientResult {
  recipient: string;
  ok: boolean;
  words: string;
  remedy?: string;
}

/**
 * Tells people what needs somebody: of each need each of them at most once a day, also over a restart. One that cannot
 * be told holds up nobody, and is told later, with growing pauses.
 */
export interface People {
  start(): void;
  /** Something may need somebody now. */
  wake(): void;
  /** Others may be told from now on: those who are no more are told nothing more, and nobody is told twice. */
  settingsChanged(): void;
  /** How telling went last. */
  state(): Promise<{ recipient: string; last: ToldRecipient['last'] }[]>;
  /** Whether messages would arrive, without sending one. Faults are answers. @throws the signal's reason */
  check(signal: AbortSignal): Promise<RecipientResult[]>;
  /** Sends each of them a message that says that it is a test. Faults are answers. @throws the signal's reason */
  test(signal: AbortSignal): Promise<RecipientResult[]>;
  stop(): Promise<void>;
}

/** What needs somebody can wait so long to be seen. */
const pollMs = 5 * minuteMs;

const testMessage: PeopleMessage = {
  title: 'this is a test',
  text: 'Somebody asked Passerelle for it. What needs somebody arrives here.',
  isUrgent: false,
};

export function createPeople(options: PeopleOptions): People {
  const { recipients, store, connect, clock, log } = options;
  /** Of those who are reached otherwise now, or not at all, nothing is kept. */
  const troubles = new Map<Recipient, { failures: number; retryAt: number }>();
  let isStarted = false;
  const loop = createBackgroundLoop({
    clock,
    maxPauseMs: pollMs,
    turn: takeTurn,
    onError(error) {
      log.error({ err: error }, 'people cannot be told for now');
      return pollMs;
    },
  });

  /** @returns the pause until somebody who could not be told is tried again */
  async function takeTurn(signal: AbortSignal): Promise<number> {
    const needs = await options.needs();
    await Promise.all(recipients().map((recipient) => tell(recipient, needs, signal)));
    const still = recipients();
    for (const recipient of troubles.keys()) if (!still.includes(recipient)) troubles.delete(recipient);
    const retryAt = Math.min(...[...troubles.values()].map((trouble) => trouble.retryAt));
    return Math.max(0, retryAt - clock.now());
  }

  async function tell(recipient: Recipient, needs: readonly Need[], signal: AbortSignal): Promise<void> {
    const { name } = recipient;
    if (clock.now() < (troubles.get(recipient)?.retryAt ?? 0)) return;
    let told: ToldRecipient = (await store.get(name)) ?? { at: {} };
    for (const need of needs) {
      // Who was taken out, or is reached otherwise now, meanwhile: the next turn has him as he is.
      if (!recipients().includes(recipient)) return;
      const now = clock.now();
      const before = told.at[need.name];
      // A clock that was set far back must not silence anybody.
      if (before !== undefined && Math.abs(now - before) < dayMs) continue;
      const noted = { ...told, at: { ...told.at, [need.name]: now } };
      // Before it goes out: after a kill in between, once too few is better than again at each start.
      await store.put(name, noted);
      const result = await resultOf(recipient, need, signal);
      if (result === undefined) return store.put(name, told);
      options.onResult?.(name, result.ok);
      told = { ...(result.ok ? noted : told), last: result };
      await store.put(name, told);
      if (!result.ok) return fail(recipient, result);
      troubles.delete(recipient);
      log.info({ recipient: name, need: need.name }, 'people were told what needs somebody');
    }
  }

  /** @returns undefined where everything stops */
  async function resultOf(
    recipient: Recipient,
    message: PeopleMessage,
    signal: AbortSignal,
  ): Promise<NonNullable<ToldRecipient['last']> | undefined> {
    try {
      await recipient.adapter.send(message, connect(recipient, signal));
      return { at: clock.now(), ok: true, words: `told: ${message.title}` };
    } catch (error) {
      if (signal.aborted) return undefined;
      return { at: clock.now(), ok: false, ...faultWords(recipient, error) };
    }
  }

  function fail(recipient: Recipient, { words, remedy }: { words: string; remedy?: string }): void {
    const { name } = recipient;
    const failures = (troubles.get(recipient)?.failures ?? 0) + 1;
    const pauseMs = retryPausesMs[Math.min(failures, retryPausesMs.length) - 1] as number;
    troubles.set(recipient, { failures, retryAt: clock.now() + pauseMs });
    const line = { recipient: name, words, remedy };
    if (failures === 1) log.warn(line, 'people could not be told what needs somebody; it is tried again');
    else log.debug(line, 'people still cannot be told');
  }

  function faultWords(recipient: Recipient, error: unknown): { words: string; remedy?: string } {
    if (error instanceof ServerFault)
      return { words: error.message, ...(error.remedy !== undefined && { remedy: error.remedy }) };
    log.error(
      { err: error, recipient: recipient.name },
      'telling people failed in a way that we do not know',
    );
    return { words: 'could not be told; the log says more' };
  }

  /** Asks each of them, all at one time. */
  function each(
    signal: AbortSignal,
    work: (recipient: Recipient) => Promise<string>,
  ): Promise<RecipientResult[]> {
    return Promise.all(
      recipients().map(async (recipient) => {
        try {
          return { recipient: recipient.name, ok: true, words: await work(recipient) };
        } catch (error) {
          signal.throwIfAborted();
          return { recipient: recipient.name, ok: false, ...faultWords(recipient, error) };
        }
      }),
    );
  }

  return {
    start() {
      isStarted = true;
      if (recipients().length > 0) loop.start();
    },
    wake: loop.wake,
    settingsChanged() {
      if (isStarted && recipients().length > 0) loop.start();
      loop.wake();
    },
    state: () =>
      Promise.all(
        recipients().map(async ({ name }) => ({ recipient: name, last: (await store.get(name))?.last })),
      ),
    check: (signal) => each(signal, (recipient) => recipient.adapter.check(connect(recipient, signal))),
    test: (signal) =>
      each(signal, async (recipient) => {
        await recipient.adapter.send(testMessage, connect(recipient, signal));
        return 'a test was sent';
      }),
    stop: loop.stop,
  };
}
