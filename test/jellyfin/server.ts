import { request } from 'undici';
import { z } from 'zod';

const itemShape = z.object({
  Id: z.string(),
  Name: z.string(),
  Type: z.string(),
  Path: z.string().nullish(),
  RunTimeTicks: z.number().nullish(),
  MediaStreams: z.array(z.object({ Type: z.string() })).nullish(),
  DateCreated: z.string().nullish(),
  UserData: z.object({ Played: z.boolean(), PlaybackPositionTicks: z.number() }).nullish(),
  MediaSources: z.array(z.object({ Id: z.string(), Name: z.string().nullish(), Path: z.string() })).nullish(),
});

export type Item = z.infer<typeof itemShape>;

const pageShape = z.object({ Items: z.array(itemShape) });
const listShape = z.array(itemShape);
const playbackShape = z.object({
  MediaSources: z.array(
    z.object({
      Id: z.string(),
      Path: z.string(),
      RunTimeTicks: z.number().nullish(),
      Size: z.number().nullish(),
    }),
  ),
});

/** A Jellyfin that runs, asked with a key of its administrator. */
export interface Server {
  version(): Promise<string>;
  /** Adds a library, without anything from the internet, and has it scanned. */
  addLibrary(name: string, kind: 'movies' | 'tvshows', dir: string): Promise<void>;
  removeLibrary(name: string): Promise<void>;
  /** How long it waits after it was told of a change, seconds. */
  delaySeconds(): Promise<number>;
  setDelaySeconds(seconds: number): Promise<void>;
  /** Every item of these kinds, with its path and versions. */
  items(kinds: string, query?: Record<string, string>): Promise<Item[]>;
  /** The same with these fields alone. */
  itemsWith(kinds: string, fields: string, query?: Record<string, string>): Promise<Item[]>;
  /** Has it look through all libraries now; does not wait. */
  scan(): Promise<void>;
  /** Trailers of a title, and its other extras. */
  extras(id: string): Promise<Item[]>;
  userId(): Promise<string>;
  markPlayed(id: string, userId: string): Promise<void>;
  playback(id: string): Promise<z.infer<typeof playbackShape>['MediaSources']>;
  /** The first bytes of a version, as a player gets them through Jellyfin. */
  bytes(id: string, sourceId: string): Promise<{ status: number; first: Buffer }>;
}

export function createServer(url: string, key: string): Server {
  const headers = { authorization: `MediaBrowser Token="${encodeURIComponent(key)}"` };

  async function ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown> {
    const answer = await request(url + path, {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300)
      throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 200)}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  return {
    async version() {
      return z.object({ Version: z.string() }).parse(await ask('GET', '/System/Info')).Version;
    },

    async addLibrary(name, kind, dir) {
      const query = new URLSearchParams({ name, collectionType: kind, paths: dir, refreshLibrary: 'true' });
      const LibraryOptions = {
        EnableRealtimeMonitor: false,
        SaveLocalMetadata: false,
        EnableInternetProviders: false,
        MetadataSavers: [],
        PathInfos: [{ Path: dir }],
      };
      await ask('POST', `/Library/VirtualFolders?${query}`, { LibraryOptions });
    },

    async removeLibrary(name) {
      await ask(
        'DELETE',
        `/Library/VirtualFolders?${new URLSearchParams({ name, refreshLibrary: 'false' })}`,
      );
    },

    async delaySeconds() {
      const read = z.object({ LibraryMonitorDelay: z.number() });
      return read.parse(await ask('GET', '/System/Configuration')).LibraryMonitorDelay;
    },

    async setDelaySeconds(seconds) {
      const whole = z.record(z.string(), z.unknown()).parse(await ask('GET', '/System/Configuration'));
      await ask('POST', '/System/Configuration', { ...whole, LibraryMonitorDelay: seconds });
    },

    async items(kinds, more = {}) {
      const query = new URLSearchParams({
        Recursive: 'true',
        IncludeItemTypes: kinds,
        Fields: 'Path,MediaSources,DateCreated',
        Limit: '5000',
        ...more,
      });
      return pageShape.parse(await ask('GET', `/Items?${query}`)).Items;
    },

    itemsWith(kinds, fields, more = {}) {
      return this.items(kinds, { ...more, Fields: fields });
    },

    async scan() {
      await ask('POST', '/Library/Refresh');
    },

    async extras(id) {
      const userId = await this.userId();
      const lists = ['LocalTrailers', 'SpecialFeatures'].map((name) =>
        ask('GET', `/Items/${id}/${name}?userId=${userId}`),
      );
      return (await Promise.all(lists)).flatMap((list) => listShape.parse(list));
    },

    async userId() {
      const users = z.array(z.object({ Id: z.string() })).parse(await ask('GET', '/Users'));
      return users[0]?.Id ?? '';
    },

    async markPlayed(id, userId) {
      await ask('POST', `/UserPlayedItems/${id}?userId=${userId}`);
    },

    async playback(id) {
      return playbackShape.parse(await ask('GET', `/Items/${id}/PlaybackInfo`)).MediaSources;
    },

    async bytes(id, sourceId) {
      const path = `/Videos/${id}/stream?static=true&mediaSourceId=${sourceId}`;
      const answer = await request(url + path, { headers: { ...headers, range: 'bytes=0-1023' } });
      const first = Buffer.from(await answer.body.arrayBuffer());
      return { status: answer.statusCode, first };
    },
  };
}
