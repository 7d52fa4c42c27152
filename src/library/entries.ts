import type { MediaFacts } from './media-facts.ts';
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
  | { kind: 'strm'; path: string; fileId: string /** real file name, for the end of the URL */; name: string }
  | { kind: 'nfo'; path: string; content: string }
  | { kind: 'subtitle'; path: string; fileId: string; sizeBytes: number };

/** A video and what it was taken for. */
export interface Item {
  file: LibraryFile;
  recognition: Recognition;
  /** What its header says, once it was read. */
  facts?: MediaFacts;
}

/** A video that has its place in the tree; `stem` is the path of its .strm without the extension. */
export interface Placed extends Item {
  stem: string;
}
