import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { minuteMs } from '../core/durations.ts';
import type { Log } from '../core/log.ts';
import { foldedPath } from '../library/safe-name.ts';
import { shelfAt } from '../library/shelf.ts';
import type { Connect } from '../notify/http.ts';
import { ServerFault, type ServerPicture } from '../notify/servers/adapter.ts';
import type { Server } from '../notify/servers/servers.ts';

/** A poster that a media server has. */
export interface FoundPicture extends Pick<ServerPicture, 'item' | 'tag'> {
  server: Server;
  /** Another one for each picture. */
  version: string;
}

export interface ServerPicturesOptions {
  /** As they count now; one about which nothing changes is the same object. */
  servers: () => readonly Server[];
  connect: Connect;
  clock: Clock;
  log: Log;
}

/** So old a list may be before the server is asked again, and so long a server that failed is left alone. */
const freshMs = 10 * minuteMs;
const restMs = 2 * minuteMs;

/** Which posters the media servers of the settings have; known in memory, and asked for when somebody looks. */
export interface ServerPictures {
  /** Of the title in this directory of the tree, folded. */
  at(dir: string): FoundPicture | undefined;
  /** Begins to ask the servers where that was long ago; waits for nothing. */
  refresh(): void;
  /** Another number whenever other pictures are known. */
  revision(): number;
  stop(): Promise<void>;
}

interface ListedPictures {
  known: ReadonlyMap<string, FoundPicture>;
  nextAt: number;
}

export function createServerPictures({
  servers,
  connect,
  clock,
  log,
}: ServerPicturesOptions): ServerPictures {
  const states = new Map<Server, ListedPictures>();
  const leave = new AbortController();
  let asking: Promise<void> | undefined;
  let revision = 0;

  /** One for each server that counts now, in their order. */
  function current(): [Server, ListedPictures][] {
    const asked = servers().filter(({ adapter }) => adapter.pictures !== undefined);
    for (const [server, { known }] of states)
      if (!asked.includes(server)) {
        states.delete(server);
        if (known.size > 0) revision++;
      }
    return asked.map((server) => {
      const state = states.get(server) ?? { known: new Map(), nextAt: Number.NEGATIVE_INFINITY };
      states.set(server, state);
      return [server, state];
    });
  }

  async function listOf(server: Server): Promise<Map<string, FoundPicture>> {
    const known = new Map<string, FoundPicture>();
    const connection = connect(server, leave.signal);
    for await (const pictures of server.adapter.pictures?.(connection) ?? []) {
      for (const picture of pictures) {
        const dir = dirOf(picture);
        if (dir === undefined || known.has(dir)) continue;
        const { item, tag } = picture;
        known.set(dir, { server, item, tag, version: versionOf(server, picture) });
      }
    }
    return known;
  }

  async function ask(server: Server, state: ListedPictures): Promise<void> {
    try {
      const known = await listOf(server);
      if (!areAlike(state.known, known)) revision++;
      state.known = known;
      state.nextAt = clock.now() + freshMs;
    } catch (error) {
      if (leave.signal.aborted) return;
      if (!(error instanceof ServerFault)) throw error;
      state.nextAt = clock.now() + restMs;
      log.info({ server: server.name, why: error.message }, 'a media server does not list its posters');
    }
  }

  async function askAll(): Promise<void> {
    for (const [server, state] of current()) if (clock.now() >= state.nextAt) await ask(server, state);
  }

  return {
    at(dir) {
      for (const [, { known }] of current()) {
        const picture = known.get(dir);
        if (picture) return picture;
      }
      return undefined;
    },

    refresh() {
      if (asking || leave.signal.aborted) return;
      if (!current().some(([, { nextAt }]) => clock.now() >= nextAt)) return;
      asking = askAll()
        .catch((error: unknown) => log.error({ err: error }, 'posters could not be looked for'))
        .finally(() => {
          asking = undefined;
        });
    },

    revision() {
      current();
      return revision;
    },

    async stop() {
      leave.abort(new Error('posters are not looked for any more'));
      await asking;
    },
  };
}

/** The last two folders of its path are those of our tree, wherever the server sees that. */
function dirOf({ path, isFolder }: ServerPicture): string | undefined {
  const names = path.split(/[/\\]/);
  const dir = foldedPath(names.slice(isFolder ? -2 : -3, isFolder ? undefined : -1).join('/'));
  return shelfAt(`${dir}/`) === 'unsorted' ? undefined : dir;
}

function versionOf({ name }: Server, { item, tag }: ServerPicture): string {
  return createHash('sha256').update(`${name}\n${item}\n${tag}`).digest('hex');
}

function areAlike(a: ReadonlyMap<string, FoundPicture>, b: ReadonlyMap<string, FoundPicture>): boolean {
  return a.size === b.size && [...a].every(([dir, { version }]) => b.get(dir)?.version === version);
}
