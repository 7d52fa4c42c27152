import type { FileId } from '../core/ids.ts';
import type { Recognition } from '../naming/text/recognition.ts';
import type { MediaFacts } from './media-facts.ts';

/** One file of the account, as much of it as the library needs. */
export interface LibraryFile {
  fileId: FileId;
  /** Account path of the file, `/Films/x.mkv`. */
  path: string;
  name: string;
  sizeBytes: number;
  /** Only of side-cars, and only where the caller knows: without it a name alone decides. */
  sideCar?: KnownSideCar;
}

/** What is known of a side-car besides its name. */
export interface KnownSideCar {
  /** Whether its content is at hand, so that form and language are final. */
  isFetched: boolean;
  form?: 'text' | 'picture-track' | 'artwork';
  /** Read from its text. */
  language?: string;
  /** Where it stands in the tree today. */
  written: readonly string[];
}

/** One file of the tree; paths are relative to library.dir, with `/`. */
export type LibraryEntry =
  | { kind: 'strm'; path: string; fileId: FileId /** real file name, for the end of the URL */; name: string }
  /** What is said of a title: NFO, and hints for servers that read none. */
  | { kind: 'nfo'; path: string; content: string }
  | {
      kind: 'subtitle' | 'artwork';
      path: string;
      fileId: FileId;
      sizeBytes: number;
      /** The other half of a pair (`.sub` and `.idx`): one is worth nothing without the other. */
      partnerId?: FileId;
    };

/** A video and what it was taken for. */
export interface Item {
  file: LibraryFile;
  recognition: Recognition;
  /** Where it stands in the tree already: it stays there. */
  stem?: string;
  /** What its address ends in already; a rename at the host leaves that alone too. */
  name?: string;
  /** Not there now, and may come back to its place: laid out, but not written. */
  tombstone?: true;
  /** What its header says, once it was read. */
  facts?: MediaFacts;
  /** Since when it, or what it is a version of, is in the account. Milliseconds UTC. */
  addedAt?: number;
}

/** A video that has its place in the tree; `stem` is the path of its .strm without the extension. */
export interface Placed extends Item {
  stem: string;
}
