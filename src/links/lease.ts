import type { FileId } from '../core/ids.ts';

/** One direct link and what is known of its life. Times in milliseconds UTC. */
export interface Lease {
  fileId: FileId;
  url: string;
  issuedAt: number;
  /** When it was first handed to a player or read from; undefined = never. */
  firstUsedAt: number | undefined;
  /** When the host last answered this link with the file, or made it; not kept on disk. */
  aliveAt?: number;
}

/** Where a lease came from: a call of its own, somebody else's call in flight, or kept from before. */
export type LeaseSource = 'new' | 'shared' | 'kept';
