/**
 * What becomes of a file of this machine once the account has it:
 *
 * - `keep`: it stays as it is
 * - `delete`: it is removed
 * - `strm`: a video is replaced by a STRM file that leads to it; everything else stays
 */
export type AfterSending = 'keep' | 'delete' | 'strm';

/** A folder of this machine whose finished files are sent into the account. */
export interface InboxSetting {
  dir: string;
  /** Folder of the account; it is made where it is not there. Begins with `/`. */
  to: string;
  after: AfterSending;
  /** Whose size and times have not changed for so long is finished. */
  minAgeMinutes: number;
  /** Globs of what is left alone: of the name, or with a `/` of the path in `dir`. */
  ignore: readonly string[];
}
