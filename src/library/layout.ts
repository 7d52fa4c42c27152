import type { Recognition } from './recognition.ts';

/** One file of the account, as much of it as the library needs. */
export interface LibraryFile {
  fileId: string;
  /** Account path of the file, `/Films/x.mkv`. */
  path: string;
  name: string;
  sizeBytes: number;
}

/** One file of the tree; paths are relative to library.dir, with `/`. */
export type LibraryEntry =
  | { kind: 'strm'; path: string; fileId: string /** real file name, for the URL */; name: string }
  | { kind: 'nfo'; path: string; content: string }
  | { kind: 'subtitle'; path: string; fileId: string; sizeBytes: number };

export interface LayoutOptions {
  /** Larger side-cars are left out: text is small, and every one is a download. Default 5 MB. */
  maxSubtitleBytes?: number;
  /** Whether the NFO files say `<lockdata>true</lockdata>` (facts media-servers 1.3). Default false. */
  lockData?: boolean;
  /** Whether NFO files are made at all. Default true. */
  nfo?: boolean;
}

/** Lower-cased NFC directory that this file's title owns; undefined = not in the tree (extra, ignored). */
export function titleKey(_file: LibraryFile, _recognition: Recognition): string | undefined {
  return undefined;
}

/** All entries of ONE title: every file that has this key, together. */
export function layoutTitle(
  _items: readonly { file: LibraryFile; recognition: Recognition }[],
  _subtitles: readonly LibraryFile[],
  _options: LayoutOptions = {},
): LibraryEntry[] {
  return [];
}
