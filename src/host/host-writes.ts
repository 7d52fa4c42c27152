import type { FolderId } from '../core/ids.ts';
import type { CallOptions, Host, HostFile, HostPage } from './host.ts';

/**
 * What may be changed in the account. Everything waits for its turn below plays and is asked once: a call whose answer
 * was lost may have done its work, so that whoever tries again looks first. A change that is already so is a success.
 *
 * Throws a BridgeError as {@link Host} does, and besides BRIDGE_HOST_FORBIDDEN, BRIDGE_HOST_NOTHING_DONE (nothing of what
 * was asked is there) and what {@link HostWrites.upload} tells. Files are named by the address of their page
 * (`HostFile.url`), which stays the same when they are moved or renamed.
 */
export interface HostWrites {
  /** A name as the host keeps it, and lists it: it takes not every sign. */
  storedName(name: string): string;
  /** The name that was meant by one that the host keeps. */
  meantName(stored: string): string;
  /**
   * Sends a whole file, once, to a node that is asked for just before. Names may occur twice in a folder: it never
   * replaces anything. Three answers end it:
   *
   * - what the host says it has stored;
   * - `undefined`: the host has it and does not say where. It is never sent again, it is looked for in listings;
   * - BRIDGE_UPLOAD_UNSURE: the connection ended when all had been sent. It is looked for before it is sent again.
   *
   * After every other error nothing is stored; BRIDGE_UPLOAD_NODE may be tried again, BRIDGE_UPLOAD_REFUSED may not.
   */
  upload(file: FileToSend, options: UploadOptions): Promise<SentFile | undefined>;
  /**
   * What became of an upload, asked by its receipt: for two hours after it. `nothing` where the host knows of none, and
   * after that time; undefined where it says nothing that can be read.
   */
  sentBy(receipt: string, signal?: AbortSignal): Promise<SentFile | 'nothing' | undefined>;

  /**
   * Has the host fetch these addresses by itself, in a job of its own, at most `HostLimits.fetching.addressesAtOnce` of
   * them. What it takes lies in the folder under the last name of its address or the one that its server says, and at the
   * top where there is no such folder.
   * @returns the id of the job
   */
  fetchAddresses(addresses: readonly string[], folderId: FolderId, options: CallOptions): Promise<string>;
  /** Every job that the host remembers, one call for all. */
  fetchJobs(options: CallOptions): Promise<FetchJob[]>;
  /** What became of one; BRIDGE_HOST_FILE_GONE where the host knows of none. */
  fetchReport(jobId: string, options: CallOptions): Promise<FetchReport>;

  /** @returns the id of the new folder; BRIDGE_HOST_REFUSED where there is one of that name, in whatever words. */
  makeFolder(parentId: FolderId, name: string, options: CallOptions): Promise<FolderId>;
  /** An empty folder. */
  removeFolder(folderId: FolderId, options: CallOptions): Promise<void>;
  renameFolder(folderId: FolderId, name: string, options: CallOptions): Promise<void>;
  moveFolder(folderId: FolderId, parentId: FolderId, options: CallOptions): Promise<void>;
  /** @returns the address of a page that shows it to everybody who has it; undefined when that was ended. */
  shareFolder(folderId: FolderId, isShared: boolean, options: CallOptions): Promise<string | undefined>;

  /** @returns the name that the host keeps, which may be another. */
  renameFile(pageUrl: string, name: string, options: CallOptions): Promise<string>;
  /** @returns those that were moved: they may be fewer. */
  moveFiles(pageUrls: readonly string[], folderId: FolderId, options: CallOptions): Promise<string[]>;
  /**
   * Files of this account or of others, without a byte being moved.
   * @returns for each that was copied, the page of the original and that of the copy
   */
  copyFiles(pageUrls: readonly string[], folderId: FolderId, options: CopyOptions): Promise<CopiedFile[]>;
  /** For good. @returns those that were removed: they may be fewer. */
  removeFiles(pageUrls: readonly string[], options: CallOptions): Promise<string[]>;
}

/** A host that may be asked for both. */
export interface WritableHost extends Host {
  readonly writes: HostWrites;
}

export interface UploadOptions extends CallOptions {
  /** Told how much has been sent. */
  onBytes?: (sent: number) => void;
  /** Runs before the first byte goes out: by this the host can be asked later what became of it. */
  onReceipt?: (receipt: string) => Promise<void>;
}

/** A file on its way to the host. */
export interface FileToSend {
  folderId: FolderId;
  name: string;
  /** More than nothing: the host takes no empty file. */
  sizeBytes: number;
  /** Its bytes from the beginning, each time that it is called. A piece may be gone when the next one is asked for. */
  open(): AsyncIterable<Uint8Array>;
}

/** What the host says that it has stored. */
export interface SentFile extends Pick<HostFile, 'id' | 'url' | 'name' | 'sizeBytes'> {
  /** Hexadecimal, of the kind that listings have; undefined where the host says none. */
  checksum: string | undefined;
}

export interface CopyOptions extends CallOptions {
  /** Of a file of others that has one. */
  password?: string;
}

export interface CopiedFile {
  from: string;
  to: string;
}

/** Addresses that the host was asked to fetch, at one time. */
export interface FetchJob {
  id: string;
  askedAt: number | undefined;
  /** Its report says what came of each address. */
  isOver: boolean;
}

export interface FetchReport {
  /** What it was asked for; empty where the host does not say. */
  addresses: string[];
  isOver: boolean;
  /** Empty until it is over. */
  results: FetchedAddress[];
}

/** `stored`: it is in the account, and this is its page. `unclear`: the host says so, and does not say where. */
export type FetchedAddress = {
  address: string;
  /** In the words of the host, without addresses: of what was stored its size and speed, else why not. */
  says: string;
} & ({ outcome: 'stored'; page: HostPage } | { outcome: 'refused' | 'unclear' });
