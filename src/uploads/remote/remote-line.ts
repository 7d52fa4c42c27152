import type { CatalogFile } from '../../catalog/account/files.ts';
import type { RemoteAddress, RemoteState } from '../../catalog/remote-journal.ts';

type CatalogFileFacts = Pick<CatalogFile, 'id' | 'name' | 'sizeBytes'>;

/** What a person is told of an address. Times in milliseconds UTC. */
export interface RemoteLine {
  /** As it was given, to who gave it; to others without what may be a token. */
  url: string;
  /** As {@link RemoteState} says; `refused`: it was not asked for. */
  state: RemoteState | 'refused';
  /** Account path of the folder. */
  path: string;
  /** Absent for what was refused. */
  id?: number;
  file?: CatalogFileFacts;
  /** Why it is not there. */
  why?: string;
  addedAt?: number;
  endedAt?: number;
}

/** With what it is in the library, once it is. */
export interface FollowedAddress extends RemoteAddress {
  file: CatalogFileFacts | undefined;
}

/** How many addresses there are, and how far they are. */
export interface RemoteProgress {
  total: number;
  waiting: number;
  fetching: number;
  done: number;
  failed: number;
}

/** @param url as whoever is told may see it */
export function lineOf(address: FollowedAddress, path: string, url: string): RemoteLine {
  const { id, state, file, why, addedAt, endedAt } = address;
  return {
    url,
    state,
    path,
    id,
    addedAt,
    ...(file && { file }),
    ...(why !== undefined && { why }),
    ...(endedAt !== undefined && { endedAt }),
  };
}

export function progressOf(lines: readonly RemoteLine[]): RemoteProgress {
  const count = (...states: RemoteLine['state'][]) =>
    lines.filter(({ state }) => states.includes(state)).length;
  return {
    total: lines.length,
    waiting: count('waiting', 'asked'),
    fetching: count('fetching'),
    done: count('stored', 'added'),
    failed: count('failed', 'unsure', 'refused'),
  };
}
