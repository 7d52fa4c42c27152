import type { FileId } from '../../src/core/ids.ts';
import type { Content } from './content.ts';

/** Who may download a file. Anything but `premium` shuts everybody out, because the simulator knows no countries. */
export interface Acl {
  ip?: string[];
  country?: string[];
  email?: string[];
  premium?: 0 | 1;
}

/** A file to put into the account. */
export interface FileSpec {
  name: string;
  content: Content;
  /** Milliseconds since the epoch. Default: made up for the first tree, now for later files. */
  date?: number;
  /** Domain of the page URL, 1fichier.com by default; the file is known under this one alone. */
  domain?: string;
  password?: string | undefined;
  acl?: Acl;
  /** The host has locked whoever owns it. */
  ownerLocked?: boolean;
  cdn?: 0 | 1;
  /** Default: from the extension. */
  contentType?: string;
}

/** A folder to put into the account, with all that is in it. The name of the root does not matter. */
export interface AccountFolder {
  name?: string;
  createdAt?: number;
  password?: string;
  folders?: readonly AccountFolder[];
  files?: readonly FileSpec[];
}

/** A file that is in the account. `notReadyUntil` and `listedFrom` are on the simulator's clock. */
export interface SimulatedFile extends FileSpec {
  readonly kind: 'file';
  /** 20 lower-case letters and digits; stays through rename and move. */
  readonly id: FileId;
  readonly url: string;
  readonly sizeBytes: number;
  /** It belongs to somebody else: it can be downloaded and copied, and is in no listing. */
  readonly isOthers: boolean;
  date: number;
  folder: SimulatedFolder;
  description?: string;
  inline?: boolean;
  notReadyUntil: number;
  listedFrom: number;
  removed: boolean;
}

/** A folder that is in the account; the root has id 0 and no parent. */
export interface SimulatedFolder {
  readonly kind: 'folder';
  readonly id: number;
  name: string;
  createdAt: number;
  password: string | undefined;
  /** Address of the page that shows it to others. */
  shared?: string | undefined;
  parent: SimulatedFolder | undefined;
  readonly folders: Map<number, SimulatedFolder>;
  readonly files: Map<string, SimulatedFile>;
  /** Removed files that listings still show for a while. */
  ghosts: { file: SimulatedFile; until: number }[];
}

/** A path from the root (`/Films/x.mkv`), a file id, a folder id, or the thing itself. */
export type Target = string | number | SimulatedFile | SimulatedFolder;

/** The account's content. Every change takes effect at once, except for the lags set in the faults. */
export interface Account {
  readonly root: SimulatedFolder;
  /** What is there, or undefined. Of two files of one name a path finds the first. */
  find(target: Target): SimulatedFile | SimulatedFolder | undefined;
  /** Throws when it is not there or not a file. */
  file(target: Target): SimulatedFile;
  /** Throws when it is not there or not a folder. */
  folder(target: Target): SimulatedFolder;
  /** `/`-joined names from the root, which itself is `/`. */
  pathOf(node: SimulatedFile | SimulatedFolder): string;
  files(): IterableIterator<SimulatedFile>;
  /** The root is the first. */
  folders(): IterableIterator<SimulatedFolder>;
  /** What a listing of this folder shows now. */
  listed(folder: SimulatedFolder): SimulatedFile[];
  addFile(folder: Target, spec: FileSpec): SimulatedFile;
  /** A file that somebody else has put there. */
  addOthers(spec: FileSpec): SimulatedFile;
  /** Makes the folder of this path and those above it. */
  addFolder(path: string): SimulatedFolder;
  removeFile(target: Target): void;
  /** With all that is in it. */
  removeFolder(target: Target): void;
  rename(target: Target, name: string): void;
  move(target: Target, folder: Target): void;
}
