import type { CatalogFile } from '../../catalog/account/files.ts';
import type { RemoteState } from '../../catalog/remote-journal.ts';

export type CatalogFileFacts = Pick<CatalogFile, 'id' | 'name' | 'sizeBytes'>;

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
