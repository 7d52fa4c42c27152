import type { HeldUpload } from '../../catalog/held-uploads.ts';

/** What is known of an upload before anything of it came. */
export type NewUpload = Pick<HeldUpload, 'id' | 'door' | 'path' | 'sizeBytes' | 'metadata' | 'replaces'>;

/** An upload of which everything is to come. */
export function newHeldUpload(wish: NewUpload, now: number): HeldUpload {
  return {
    ...wish,
    state: 'open',
    fate: undefined,
    fileId: undefined,
    errorCode: undefined,
    error: undefined,
    addedAt: now,
    touchedAt: now,
  };
}
