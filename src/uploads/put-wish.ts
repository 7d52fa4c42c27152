import type { FileId } from '../core/ids.ts';

/** A file of this machine that somebody wants in the account. */
export interface PutWish {
  /** Absolute. */
  source: string;
  /** A folder that the catalog knows, or a new name in one. */
  to: string;
  /** The last part of `to` is a name, also where a folder is called so. */
  isName?: boolean;
  /**
   * Below the folder `to`, instead of a name in it: of folders, which are made where they are missing, and at last of the
   * file. As they are on this machine.
   */
  names?: readonly string[] | undefined;
  /**
   * Takes the place of every file of that name, once it is at the host as it was read: until then who reads gets the one
   * before. Without it, another file of that name is left alone.
   */
  replaces?: boolean;
  /**
   * A listing that is not older is believed where it has the same file already: else one is asked for, since who hears
   * that it is there may remove what he has. Of many files of one folder, each would cost a listing.
   */
  believesListingsForMs?: number;
  /** What its content is dated to be, milliseconds UTC of whole seconds; what is replaced has a date no longer. */
  datedAt?: number | undefined;
  signal: AbortSignal;
  /** Told how much has been sent; it begins again with each try. */
  onBytes?: (sent: number, total: number) => void;
}

/**
 * What became of it:
 *
 * - `sent`: the host has it as it was read, and it is in the library
 * - `same`: it was there already, name, size and content
 * - `stored`: the host has it and lists it later; it is looked for until it is found, and not sent again
 */
export type PutFate = 'sent' | 'same' | 'stored';

export interface PutResult {
  fate: PutFate;
  /** Account path of the folder, and its name in it. */
  path: string;
  file?: { id: FileId; name: string; sizeBytes: number };
}

/**
 * What would become of it, by what the catalog knows: `new`; `replaces` another one of its name, which goes into the
 * trash; `same` where it is there already.
 */
export interface PlannedPut {
  fate: 'new' | 'replaces' | 'same';
  /** Account path of the file. */
  path: string;
}
