import type { Catalog } from '../catalog/catalog.ts';
import type { TreeRow } from '../catalog/tree/placements.ts';
import type { Clock } from '../core/clock.ts';
import { readOwnFile } from '../core/files/own-file.ts';
import type { Log } from '../core/log.ts';
import { foldedPath } from '../library/safe-name.ts';
import { titleDirOf } from '../library/shelf.ts';
import { pictureTypeOf } from '../library/sidecars/picture-type.ts';
import type { Connect, FetchBytes } from '../notify/http.ts';
import type { ServerSetting } from '../notify/servers/adapter.ts';
import { createCurrentServers } from '../notify/servers/current-servers.ts';
import { createPictureFetcher, type PictureBytes } from './picture-fetcher.ts';
import { createServerPictures } from './server-pictures.ts';

/** A picture as it is sent. */
export interface Poster extends PictureBytes {
  /** Another one for each picture. */
  version: string;
}

/** As much of a title as tells which poster it has. */
export interface PosterTitle {
  /** Its directory in the tree, folded. */
  dir: string;
  /** Digest of the poster that lies there, if one does. */
  poster: string | undefined;
}

type WrittenRow = Pick<TreeRow, 'kind' | 'path' | 'sha256'>;

export interface PostersOptions {
  /** Media servers that may be asked, as they count now. */
  servers: () => readonly ServerSetting[];
  tree: { name: string; dir: string };
  catalog: Pick<Catalog, 'placementsOf'>;
  connect: Connect;
  fetchBytes: FetchBytes;
  clock: Clock;
  log: Log;
}

/** As `library.artwork` takes none that is larger. */
const maxOwnPictureBytes = 5_000_000;
const posterName = /\/poster\.[a-z]{3,4}$/;

/**
 * Pictures of titles: the one that was brought from the account with the other side-cars, else that of a media server of
 * the settings. The host is never asked for one.
 */
export interface Posters {
  /** Which one a title has, as far as that is known now; undefined = none. */
  versionOf(title: PosterTitle): string | undefined;
  /** The same, by what was written for it. */
  versionOfWritten(rows: readonly WrittenRow[]): string | undefined;
  /** Has the media servers asked which they have, where that was long ago; waits for nothing. */
  refresh(): void;
  /** The one of the title with this key; undefined = none that can be had now. */
  read(key: string): Promise<Poster | undefined>;
  /** Another number whenever titles may have others. */
  revision(): number;
  stop(): Promise<void>;
}

export function createPosters(options: PostersOptions): Posters {
  const { tree, catalog, connect, fetchBytes, clock, log } = options;
  const servers = createCurrentServers(options.servers, [tree]);
  const listed = createServerPictures({ servers, connect, clock, log });
  const fetcher = createPictureFetcher({ fetchBytes, clock, log });
  const titles = catalog.placementsOf(tree.name);

  async function ownPicture(path: string): Promise<PictureBytes | undefined> {
    // What somebody took away or exchanged since it was written is no fault of ours.
    const read = await readOwnFile(tree.dir, path, maxOwnPictureBytes).catch(() => undefined);
    const type = read && pictureTypeOf(read.bytes);
    return read && type && { bytes: read.bytes, type };
  }

  const ownOf = (rows: readonly WrittenRow[]) =>
    rows.find(({ kind, path }) => kind === 'artwork' && posterName.test(path));

  function foundOf(rows: readonly WrittenRow[]) {
    const film = rows.find(({ kind }) => kind === 'strm');
    return film && listed.at(foldedPath(titleDirOf(film.path)));
  }

  return {
    versionOf: ({ dir, poster }) => shortOf(poster ?? listed.at(dir)?.version),

    versionOfWritten: (rows) => shortOf(ownOf(rows)?.sha256 ?? foundOf(rows)?.version),

    refresh: listed.refresh,

    async read(key) {
      const rows = await titles.treeOfKeys([key]);
      const own = ownOf(rows);
      const picture = own && (await ownPicture(own.path));
      if (picture) return { ...picture, version: shortOf(own.sha256) };
      const found = foundOf(rows);
      const fetched = found && (await fetcher.fetch(found));
      return fetched && { ...fetched, version: shortOf(found.version) };
    },

    revision: listed.revision,

    async stop() {
      await Promise.all([listed.stop(), fetcher.stop()]);
    },
  };
}

function shortOf(digest: string): string;
function shortOf(digest: string | undefined): string | undefined;
function shortOf(digest: string | undefined): string | undefined {
  return digest?.slice(0, 16);
}
