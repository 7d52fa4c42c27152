import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../seen.ts';
import type { Item, Server } from '../server.ts';
import type { GatewayHouse } from './house.ts';
import { type App, type Person, profileOf, type Talks, talk } from './people.ts';

/** What a check of the gateway has around it. */
export interface GatewayAround {
  house: GatewayHouse;
  server: Server;
  /** Jellyfin's own address. */
  url: string;
  /** Straight to Jellyfin, with the key of the administrator. */
  admin: Talks;
  /** Who may see everything. */
  viewer: Person;
  /** How many come at one time. */
  newFilms: number;
  say: (ok: boolean, words: string) => void;
}

export const titles = {
  warm: 'Warm Film (2001)',
  mp4: 'Browser Film (2002)',
  tracks: 'Tracks Film (2003)',
  eac3: 'Surround Film (2004)',
  cold: 'Cold Film (2005)',
} as const;

export const ticksPerSecond = 10_000_000;

/** The one film whose folder has this name. */
export async function itemOf({ server, house }: GatewayAround, title: string): Promise<Item> {
  const found = (await server.items('Movie')).filter(({ Path }) =>
    Path?.startsWith(`${house.there}/Movies/${title}/`),
  );
  const [item] = found;
  if (!item || found.length > 1) throw new Error(`${found.length} items of ${title}`);
  return item;
}

/** An app of this person behind the gateway. */
export function appOf({ house, viewer }: GatewayAround, app: App, person = viewer): Talks {
  return talk(house.gatewayUrl, app, person.token);
}

/** Asks to play, as apps do. */
export function playbackInfo(talks: Talks, app: App, itemId: string, person: Person, more = {}) {
  return talks.post(`/Items/${itemId}/PlaybackInfo?userId=${person.id}`, {
    UserId: person.id,
    StartTimeTicks: 0,
    IsPlayback: true,
    AutoOpenLiveStream: true,
    MaxStreamingBitrate: 120_000_000,
    DeviceProfile: profileOf(app),
    ...more,
  });
}

/** Until the bridge has read the headers of so many videos. */
export async function headersRead({ house }: GatewayAround, count: number, maxMs: number): Promise<void> {
  const read = () => house.logged().split('the header of a video was read').length - 1;
  await eventually(`${count} headers`, async () => read() >= count, maxMs);
}

/** Every probe of Jellyfin waits from now on. @returns what lets them go */
export function holdProbes({ house }: GatewayAround): () => void {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  house.strmPort.hold = ({ headers }) => (/^Lavf/.test(headers['user-agent'] ?? '') ? released : undefined);
  return () => {
    house.strmPort.hold = () => undefined;
    release();
  };
}

/** Bytes of films that went through Jellyfin to an app since a place in its list. */
export function mediaBytes({ house }: GatewayAround, from = 0): number {
  return house.origin.passed
    .slice(from)
    .filter(({ url }) => /\/(?:videos|audio)\/[^?]*\/(?:stream|universal|hls1|original)/i.test(url))
    .reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Calls at the host's API so far: links, and listings. */
export function apiCalls({ house }: GatewayAround): number {
  return Object.values(house.simulator.counters.calls).reduce((sum, count) => sum + count, 0);
}

/** What the host has been asked for so far, by whom so ever. */
export function hostCalls(around: GatewayAround): number {
  const { downloads, heads } = around.house.simulator.counters;
  return apiCalls(around) + downloads + heads;
}

export { sleep };
