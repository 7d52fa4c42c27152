import { createBoundedCache } from '../core/bounded-cache.ts';
import type { FileId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';

/** What the host last said of the bytes of a file. */
export interface FileVersion {
  fileId: FileId;
  /** See `upstreamVersion`. */
  version: string;
  /** What the entity tag of the file ends with; empty as long as its bytes were never seen to change. */
  mark: string;
}

/** Where that outlives a restart. */
export interface FileVersionStore {
  get(fileId: FileId): Promise<FileVersion | undefined>;
  put(version: FileVersion): Promise<void>;
  /** Those with a mark. */
  changed(): Promise<FileVersion[]>;
}

/** One file as a reading of it knows it. */
export interface KnownVersion {
  /** undefined = the host has not been heard yet. */
  version(): string | undefined;
  /** The host has said which version it gives. Another one than before is the file's from now on. */
  seen(version: string): void;
}

export interface FileVersionsOptions {
  store: FileVersionStore;
  log: Log;
  /** The host has other bytes of this file than before: nothing that was kept of it counts any more. */
  onChange: (fileId: FileId) => void;
}

/**
 * Knows of which version the bytes are that the host gives, over all readings of a file and over restarts. A player
 * puts the answers to its ranges together by their entity tag, so the tag changes when the bytes have.
 */
export interface FileVersions {
  /** Reads which files have changed before. */
  load(): Promise<void>;
  of(fileId: FileId): Promise<KnownVersion>;
  /** The same, where nothing has to be read for it. */
  cachedOf(fileId: FileId): KnownVersion | undefined;
  /** The end of a file's entity tag; for the hot path. */
  markOf(fileId: FileId): string;
  /** The strong entity tag of a file: constant as long as its bytes are, because players come back with it. */
  etagOf(file: { id: FileId; sizeBytes: number }): string;
}

const maxCached = 5000;

export function createFileVersions({ store, log, onChange }: FileVersionsOptions): FileVersions {
  const marks = new Map<FileId, string>();
  const cache = createBoundedCache<FileId, { version: string | undefined }>(maxCached);
  const markOf = (fileId: FileId) => (marks.size === 0 ? '' : (marks.get(fileId) ?? ''));

  function seen(fileId: FileId, state: { version: string | undefined }, version: string): void {
    if (state.version === version) return;
    const isOther = state.version !== undefined;
    state.version = version;
    if (isOther) {
      marks.set(fileId, `-${version.slice(0, 8)}`);
      log.warn(
        { fileId },
        'the host has another version of this file than before: what was kept of it is dropped',
      );
      onChange(fileId);
    }
    const note = () =>
      store
        .put({ fileId, version: state.version ?? version, mark: markOf(fileId) })
        .catch((error: unknown) =>
          log.warn({ err: error, fileId }, 'the version of a file could not be kept on disk'),
        );
    // What is heard for the first time is written down behind the bytes that it came with.
    if (isOther) void note();
    else setImmediate(note);
  }

  const versions: FileVersions = {
    markOf,

    async load() {
      for (const { fileId, mark } of await store.changed()) marks.set(fileId, mark);
    },

    async of(fileId) {
      if (!cache.get(fileId)) {
        const kept = await store.get(fileId);
        // Somebody else may have asked meanwhile: there is one state of a file.
        if (!cache.get(fileId)) cache.set(fileId, { version: kept?.version });
      }
      return versions.cachedOf(fileId) as KnownVersion;
    },

    cachedOf(fileId) {
      const mine = cache.get(fileId);
      if (!mine) return undefined;
      /** The one that is at hand: another reading may have found it anew. */
      const state = () => {
        const known = cache.get(fileId);
        if (!known) cache.set(fileId, mine);
        return known ?? mine;
      };
      return { version: () => state().version, seen: (version) => seen(fileId, state(), version) };
    },

    etagOf({ id, sizeBytes }) {
      return `"${id}-${sizeBytes.toString(36)}${markOf(id)}"`;
    },
  };
  return versions;
}
