import type { ApiFault, ApiRequest, Simulator } from '../simulator/simulator.ts';

/** The pauses that the documents promise after a flood answer and in maintenance, in a row. */
const floodPausesMs = [5, 15, 60].map((minutes) => minutes * 60_000);
const maintenancePausesMs = [1, 5].map((minutes) => minutes * 60_000);
/** A film that has begun is held on to for 90 s, less the longest pause between two tries. */
const retryMs = 84_000;

export interface WeatherParts {
  clock: { now(): number };
  random: () => number;
  /** In the whole day. */
  plays: number;
}

/** A link of a file that could not be asked for is not asked for again sooner, whoever wants it. */
const refusalMs = 5000;

/** A bad moment that nobody noticed is over by then. */
const momentMs = 600_000;

/** Makes the host's bad moments, and knows from the host's side alone what could be served meanwhile. */
export function createWeather({ clock, random, plays }: WeatherParts) {
  let simulator: Simulator;
  let floods = 0;
  let maintenances = 0;
  let gateUntil = 0;
  let busy: { from: number; until: number } | undefined;
  const badCalls: number[] = [];
  /** When a link of this file could not be had, by the address of its page. */
  const noLinkAt = new Map<unknown, number>();
  const refusedUntil = new Map<string, number>();
  const made: Record<string, number> = {};
  const between = (from: number, to: number) => Math.floor(from + random() * (to - from));
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

  /** An API call was answered: what a bridge that keeps its word does after it. */
  function onApiRequest({ status, body }: ApiRequest): void {
    const now = clock.now();
    if (status === 200) {
      // Sent before the pause began: it says nothing of how the host feels since.
      if (now < gateUntil) return;
      floods = maintenances = 0;
      gateUntil = 0;
      return;
    }
    badCalls.push(now);
    if (body?.url !== undefined) noLinkAt.set(body.url, now);
    if (badCalls.length > 50) badCalls.shift();
    const pause =
      status === 403 || status === 429
        ? floodPausesMs[Math.min(floods++, floodPausesMs.length - 1)]
        : status >= 500
          ? maintenancePausesMs[Math.min(maintenances++, maintenancePausesMs.length - 1)]
          : 0;
    gateUntil = Math.max(gateUntil, now + (pause ?? 0));
  }

  /** What happens to a host so often a day, however many watch. */
  const aDay = (times: number) => times / plays;
  let apiSince = 0;
  function answer(fault: ApiFault): void {
    apiSince = clock.now();
    simulator.faults.answer(fault);
  }

  /** Each with its chance per play. */
  const kinds: [name: string, chance: number, make: (fileId: string) => void][] = [
    ['cuts', 0.15, () => setDownload({ cut: { every: between(1, 4), times: between(1, 4) } })],
    ['stall', 0.02, () => setDownload({ stall: { afterBytes: between(1, 400_000), times: 1 } })],
    ['another range', 0.01, () => setDownload({ wrongRange: { kind: 'other', times: 1 } })],
    ['the whole for a range', 0.01, () => setDownload({ wrongRange: { kind: 'whole', times: 1 } })],
    ['link ends early', 0.04, (fileId) => simulator.expireLinks(fileId)],
    ['all links end early', aDay(10), () => simulator.expireLinks()],
    ['links end in mid-film', 0.01, () => setDownload({ expireAfterBytes: { bytes: 2_000_000, cut: true } })],
    ['busy', aDay(60), () => beBusy(oneOf([503, 429]), between(2000, 150_000))],
    ['flood', aDay(12), () => answer({ is: 'flood', lockMs: between(60_000, 600_000) })],
    ['maintenance', aDay(15), () => answer({ is: 'maintenance', times: between(1, 4) })],
    ['error 500', aDay(15), () => answer({ is: 'status', status: 500 })],
    ['reset', aDay(50), () => answer({ is: 'reset', times: between(1, 3) })],
  ];

  function setDownload(faults: Simulator['faults']['download']): void {
    Object.assign(simulator.faults.download, faults);
  }

  function beBusy(status: number, forMs: number): void {
    const now = clock.now();
    busy = { from: now, until: now + forMs };
    setDownload({ busy: { status, forMs, until: busy.until } });
  }

  const isBusy = (at: number) => busy !== undefined && at >= busy.from && at < busy.until;

  return {
    made,
    onApiRequest,
    over(next: Simulator): void {
      simulator = next;
    },

    /** What happens to the host while this file is asked for. */
    blow(fileId: string): void {
      const { download } = simulator.faults;
      for (const name of ['cut', 'stall', 'wrongRange', 'expireAfterBytes'] as const) delete download[name];
      if (busy && clock.now() >= busy.until) delete download.busy;
      if (clock.now() - apiSince > momentMs) simulator.faults.api = [];
      for (const [name, chance, make] of kinds) {
        if (random() >= chance) continue;
        made[name] = (made[name] ?? 0) + 1;
        make(fileId);
      }
    },

    /** A viewer was told to come back later: whoever asks sooner is told the same. */
    refused(fileId: string, retryAfterMs: number): void {
      refusedUntil.set(fileId, Math.max(refusedUntil.get(fileId) ?? 0, clock.now() + retryAfterMs));
    },

    /** What is known of the host now, for a person who looks into a wrong ending. */
    facts(fileId: string): string {
      const now = clock.now();
      const link = simulator.isLinkAlive(fileId) ? 'the link lives' : 'no living link';
      const { download } = simulator.faults;
      return `${link}, pause for ${gateUntil - now} ms, last bad call ${now - (badCalls.at(-1) ?? 0)} ms ago, ${JSON.stringify(download)}`;
    },

    /** Why the host made it impossible to serve this file between two moments, the second of which is now. */
    excuse(fileId: string, from: number, hasBegun: boolean): string | undefined {
      const now = clock.now();
      if (isBusy(now) && (!hasBegun || now - from >= retryMs)) return 'the download host is busy';
      if (simulator.isLinkAlive(fileId)) return undefined;
      if (simulator.isLocked()) return 'no living link, and the API is locked';
      if (gateUntil > from) return 'no living link, in the pause after a lock or maintenance';
      if (badCalls.some((at) => at >= from)) return 'no living link, and the API failed';
      const failedAt = noLinkAt.get(simulator.account.file(fileId).url);
      if (!hasBegun && failedAt !== undefined && failedAt >= from - refusalMs)
        return 'no living link, and its link could not be had a moment ago';
      if ((refusedUntil.get(fileId) ?? 0) > from) return 'no living link, sooner than Retry-After';
      return undefined;
    },
  };
}

export type Weather = ReturnType<typeof createWeather>;
