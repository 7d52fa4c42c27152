/** One direct link and what is known of its life. Times in milliseconds UTC. */
export interface Lease {
  fileId: string;
  url: string;
  issuedAt: number;
  /** When it was first handed to a player or read from; undefined = never. */
  firstUsedAt: number | undefined;
}

/** How long links are believed to live (settings; facts/1fichier-api 3.3). */
export interface LeaseWindows {
  startWindowMs: number;
  resumeWindowMs: number;
}

/** The moment from which this lease is not handed out any more. */
export function leaseEnd(lease: Lease, windows: LeaseWindows): number {
  const window = lease.firstUsedAt === undefined ? windows.startWindowMs : windows.resumeWindowMs;
  return lease.issuedAt + window;
}

/** Whether a player may still begin, or go on, with this lease. A clock set back before `issuedAt` ends it too. */
export function isAlive(lease: Lease, windows: LeaseWindows, now: number): boolean {
  return now >= lease.issuedAt && now < leaseEnd(lease, windows);
}
