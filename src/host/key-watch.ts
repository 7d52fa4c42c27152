import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { jsonOf } from '../core/codec.ts';
import { type BridgeError, errorTable, isBridgeError } from '../core/errors.ts';
import type { KeptFact } from '../core/kept-fact.ts';
import { withRemedy } from '../core/sentences.ts';
import type { HostWrites, WritableHost } from './host-writes.ts';

/** The key that the host accepted last, by its fingerprint; absent once the host has refused it. */
export interface AcceptedKey {
  fingerprint?: string;
}

const accepted: z.ZodType<AcceptedKey> = z.object({ fingerprint: z.string().exactOptional() });
export const acceptedKeyCodec = jsonOf(accepted);

export interface KeyWatchOptions {
  host: WritableHost;
  clock: Clock;
  /** What outlives a restart. */
  memory: KeptFact<AcceptedKey>;
}

/** Whether the host takes the API key, seen from the calls that are made anyway. */
export interface KeyWatch {
  /** The same host, watched. */
  readonly host: WritableHost;
  /**
   * Why nobody can count on the host yet, in words for a person; undefined once it has accepted the key in this run: a
   * later refusal changes nothing, since what is known is still listed and living links still play. What an earlier run
   * kept counts for the same key until the host refuses it, so that a restart while the host is down serves what is
   * known.
   */
  doubt(): string | undefined;
  /** The host has accepted this key, by its fingerprint, where it was tried: a run with it need not wait for a call. */
  acceptNext(fingerprint: string): void;
  /** Runs whenever the host refuses the key. */
  onRefusal(listener: (error: BridgeError) => void): void;
}

export function createKeyWatch({ host, clock, memory }: KeyWatchOptions): KeyWatch {
  const startedAt = clock.now();
  const { keyFingerprint } = host;
  const listeners: ((error: BridgeError) => void)[] = [];
  let isAccepted = false;
  let isKept = memory.read()?.fingerprint === keyFingerprint;
  let trouble: BridgeError | undefined;

  async function watch<T>(call: Promise<T>, isAnswer: (answer: T) => boolean = () => true): Promise<T> {
    try {
      const answer = await call;
      if (isAnswer(answer)) accept();
      return answer;
    } catch (error) {
      if (isBridgeError(error)) note(error);
      throw error;
    }
  }

  /** Every verb watched alike. Where to send a file is told to anybody, whatever the key. */
  function watched(writes: HostWrites): HostWrites {
    type Verb = (...words: unknown[]) => Promise<unknown>;
    const { storedName, meantName, ...calls } = writes;
    const verbs = Object.entries(calls) as [string, Verb][];
    const watchedVerbs = verbs.map(([name, verb]) => [
      name,
      (...words: unknown[]) => watch(verb(...words), () => !['upload', 'sentBy'].includes(name)),
    ]);
    return { storedName, meantName, ...Object.fromEntries(watchedVerbs) } as unknown as HostWrites;
  }

  function accept(): void {
    trouble = undefined;
    isAccepted = true;
    if (isKept) return;
    isKept = true;
    memory.write({ fingerprint: keyFingerprint });
  }

  function note(error: BridgeError): void {
    trouble = error;
    if (error.code !== 'BRIDGE_HOST_KEY') return;
    if (isKept) memory.write({});
    isKept = false;
    for (const listener of listeners) listener(error);
  }

  return {
    host: {
      ...host,
      // An answer that was kept says nothing of the key today.
      account: (options) => watch(host.account(options), ({ askedAt }) => askedAt >= startedAt),
      listFolder: (folderId, options) => watch(host.listFolder(folderId, options)),
      listAccount: (sentAfter, options) => watch(host.listAccount(sentAfter, options)),
      writes: watched(host.writes),
      directLink: (pageUrl, options) => watch(host.directLink(pageUrl, options)),
    },
    doubt() {
      if (isAccepted || isKept) return undefined;
      const { blockedBy } = host.state();
      if (blockedBy !== undefined) return withRemedy(errorTable[blockedBy]);
      if (trouble !== undefined) return withRemedy(trouble);
      return 'The host has not answered yet. Wait for the first call';
    },
    acceptNext: (fingerprint) => memory.write({ fingerprint }),
    onRefusal: (listener) => void listeners.push(listener),
  };
}
