import type { Settings } from '../config/settings.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { Clock } from './core/clock.ts';
import { createDerived } from './core/derived.ts';
import { minuteMs, secondMs } from './core/durations.ts';
import type { FileId } from './core/ids.ts';
import type { KeptFact } from './core/kept-fact.ts';
import type { Log } from './core/log.ts';
import type { RangeCache } from './delivery/cache/range-cache.ts';
import type { PlayRecord } from './delivery/plays.ts';
import type { Signer } from './delivery/signature.ts';
import { fileOfAddress } from './gateway/own-address.ts';
import type { Connect } from './notify/http.ts';
import type { ServerSetting } from './notify/servers/adapter.ts';
import type { WarmingRecord } from './notify/warming/ledger.ts';
import type { HeaderState } from './notify/warming/to-warm.ts';
import { createWarming, type Warming } from './notify/warming/warming.ts';

export interface FilmWarmingParts {
  settings: Pick<Settings, 'gateways'>;
  /** Media servers that are told, as they count now. */
  servers: () => readonly ServerSetting[];
  catalog: Pick<Catalog, 'files' | 'media'>;
  rangeCache: Pick<RangeCache, 'covers'>;
  signer: Pick<Signer, 'verify'>;
  connect: Connect;
  clock: Clock;
  log: Log;
  memoryOf: (name: string) => Promise<KeptFact<WarmingRecord>>;
  /** @param isOwn plays that do not count */
  isQuiet: (isOwn: (play: PlayRecord) => boolean) => boolean;
}

/** As much of a beginning as any probe reads first. */
const enoughBytes = 512 * 1024;
/** A server lets go of a film a moment after it has answered. */
const afterMs = 5 * secondMs;
/** Then what it asked for is no play any more. */
const forgottenMs = 2 * minuteMs;

/** Media servers look into films, and nobody takes that for a person who watches. */
export interface FilmWarming {
  warming: Warming;
  /** Whether nothing plays and the host may be asked; what servers look into for themselves does not count. */
  isQuiet(): boolean;
  /** Whether a play is nothing but what a server looks into because it was asked to. */
  isOwn(play: PlayRecord): boolean;
}

/** The warming of media servers over what lies on this disk, and which plays are nothing but that. */
export async function createFilmWarming({
  settings,
  servers,
  catalog,
  rangeCache,
  signer,
  ...parts
}: FilmWarmingParts): Promise<FilmWarming> {
  const { clock } = parts;
  /** Until when what is asked for a film is the server's look at it; milliseconds UTC. */
  const warmed = new Map<FileId, number>();

  const isOwn = ({ fileId, lastAt, client }: PlayRecord) =>
    client === 'ffmpeg' && lastAt <= (warmed.get(fileId) ?? 0);
  const isQuiet = () => parts.isQuiet(isOwn);

  async function headerState(address: string): Promise<HeaderState> {
    const fileId = fileOfAddress(address, signer);
    const file = fileId === undefined ? undefined : await catalog.files.byId(fileId);
    if (!file) return 'foreign';
    if (rangeCache.covers(file, 0) < Math.min(file.sizeBytes, enoughBytes)) return 'unread';
    if (!(await catalog.media.factsOf([file.id])).has(file.id)) return 'unread';
    return /\.(?:m?ts|m2ts)$/i.test(file.name) ? 'costly' : 'read';
  }

  const gateways = settings.gateways.map(({ kind, url, apiKey }) => ({
    kind,
    url,
    ...(apiKey !== undefined && { token: apiKey }),
  }));
  const warming = await createWarming({
    ...parts,
    settings: createDerived(servers, (told) => [...told, ...gateways]),
    isQuiet,
    headerState,
    onProbe(addresses) {
      const now = clock.now();
      for (const [id, until] of warmed) if (until + forgottenMs < now) warmed.delete(id);
      const ids = addresses.flatMap((address) => fileOfAddress(address, signer) ?? []);
      for (const id of ids) warmed.set(id, Number.POSITIVE_INFINITY);
      return () => {
        for (const id of ids) warmed.set(id, clock.now() + afterMs);
      };
    },
  });
  return { warming, isQuiet, isOwn };
}
