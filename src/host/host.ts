import type { ErrorCode } from '../core/errors.ts';
import type { AccountId, FileId, FolderId } from '../core/ids.ts';

/**
 * The host of the account: what the rest of the program may ask of it, and nothing of how it is asked.
 *
 * Every question waits for its turn (see {@link Urgency}) and is asked once: trying again is the caller's business. Each
 * throws a BridgeError: BRIDGE_HOST_* for what the host said or failed at, BRIDGE_GATE_CLOSED while the host has locked
 * us out, BRIDGE_GATE_BUSY when the turn does not come in time or the same thing was asked too recently,
 * BRIDGE_STOPPING after `close`; or the reason of `options.signal`. `retryAt` says when it makes sense to come back.
 *
 * Times are milliseconds since the epoch, UTC; sizes are bytes.
 */
export interface Host {
  readonly limits: HostLimits;
  /** Tells one API key from another without keeping it: 16 hexadecimal digits. */
  readonly keyFingerprint: string;

  /** Who we are to the host. It is asked seldom: `askedAt` tells how old the answer is. */
  account(options: CallOptions): Promise<AccountInfo>;
  /** The same as it was last heard, without a call. */
  knownAccount(): AccountInfo | undefined;

  /**
   * Sub-folders and files of a folder, as many calls as that takes and `maxCalls` allows; `onTurn` runs before each. A
   * folder that is gone is BRIDGE_HOST_FILE_GONE. An answer that cannot be read is BRIDGE_HOST_ODD_ANSWER, never an empty folder.
   */
  listFolder(folderId: FolderId, options: FolderCallOptions): Promise<FolderListing>;
  /** A page of the whole account: the files that came to it after `sentAfter`, whatever their folder. One call. */
  listAccount(sentAfter: number, options: CallOptions): Promise<FileListing>;

  /** The file that an address of a page names, in whatever spelling; undefined where it names none. Without a call. */
  pageOf(text: string): HostPage | undefined;
  /** Folders that others show. */
  readonly shares: HostShares;
  /**
   * A direct link to the bytes of a file, by the address of its page (`HostFile.url`). It stands on a server of the host
   * that was looked at: another is BRIDGE_LINK_ELSEWHERE. Treat it as a secret.
   */
  directLink(pageUrl: string, options: CallOptions): Promise<string>;
  readonly downloads: DownloadAnswers;

  state(): HostState;
  /** Refuses what waits, ends what runs, and takes nothing more. */
  close(): void;
}

/** How urgent a call is, in this order. Only a play may use what is kept for plays, and it runs beside other calls. What a person changes goes before what the program reads by itself. */
export type Urgency = 'play' | 'write' | 'refresh' | 'probe' | 'index' | 'background';

export interface CallOptions {
  urgency: Urgency;
  signal?: AbortSignal;
  /** Longest wait for a turn, milliseconds. If not given: 15 s for a play, 60 s for a change or a refresh, else no limit. */
  deadlineMs?: number;
  /** Called when the turn has come, just before the call goes out. */
  onTurn?: () => void;
}

export interface FolderCallOptions extends CallOptions {
  /** Calls that the whole of it may take, at least one; what they do not give is a gap. Default: as the host sees fit. */
  maxCalls?: number;
}

/** Facts of this host that others plan by. */
export interface HostLimits {
  /** One call per this long, over time; 0 = no limit. */
  requestIntervalMs: number;
  /** One folder is never listed sooner than this after its last listing. */
  folderIntervalMs: number;
  /** The whole account is never listed sooner than this after its last listing. */
  accountListingIntervalMs: number;
  /** A new file stands in listings after this at the latest. */
  listingLagMs: number;
  /** Longest wait for an answer. */
  timeLimitMs: number;
  /** Connections to its download servers at one time. */
  connections: number;
  readonly fetching: FetchLimits;
}

/** How the host is asked to fetch addresses by itself. */
export interface FetchLimits {
  /** Of one job. */
  addressesAtOnce: number;
  /** Between two jobs that are asked for. */
  pauseMs: number;
  /** Between two questions after all of them. */
  pollMs: number;
  /** It stands on this machine, and reaches what nobody on the internet does. */
  isHere: boolean;
}

/** Whether the host may be asked now. */
export interface HostState {
  /** No call goes out: the host has locked us, refused the key or is in maintenance. */
  isBlocked: boolean;
  /** In the past while the one call is awaited that shows whether it is over. */
  blockedUntil?: number;
  blockedBy?: ErrorCode;
  /** How many plays could start at once; 0 while blocked. */
  callsLeft: number;
  waiting: Record<Urgency, number>;
  running: number;
  /** Calls since the start of the process. */
  callsMade: number;
}

export type Offer = 'free' | 'premium' | 'access' | 'gold' | 'unknown';

/** What the host says of the account, as far as a person may want to see it. */
export interface AccountInfo {
  /** Undefined when the host names nobody. */
  id: AccountId | undefined;
  email?: string;
  offer: Offer;
  premiumUntil: number | undefined;
  /** The last day of it as the host's own pages show it, `YYYY-MM-DD`. */
  premiumUntilDay: string | undefined;
  cdnCreditsGb: number | undefined;
  /** Whether the account is set to spend such credits on its own. */
  usesCdnCredits: boolean;
  hotStorageBytes: number | undefined;
  coldStorageBytes: number | undefined;
  /** May be negative: how much too much is stored. */
  availableStorageBytes: number | undefined;
  overQuota: boolean;
  uploadForbidden: boolean;
  /** When the host said so. */
  askedAt: number;
}

/** A file as the host lists it. Names may occur twice in a folder; the id is the file. */
export interface HostFile {
  id: FileId;
  /** Its page at the host, which is what a link is asked for by. */
  url: string;
  name: string;
  sizeBytes: number;
  sentAt: number | undefined;
  contentType: string | undefined;
  /** Hexadecimal; which digest it is, is the host's choice. */
  checksum: string | undefined;
  hasPassword: boolean;
  hasAccessRules: boolean;
  /** Of a listing of the whole account, where the host names it. */
  folderId: FolderId | undefined;
}

/** Folders that others show to whoever has their address. */
export interface HostShares {
  /** Whether a text is the address of one. Without a call. */
  isShare(text: string): boolean;
  /**
   * The files that lie in one; those of folders in it are not told of.
   * @throws BridgeError BRIDGE_HOST_FILE_GONE, BRIDGE_HOST_PASSWORD where it wants one, or another
   */
  files(address: string, options: CallOptions & { password?: string }): Promise<HostPage[]>;
}

/** A page of a file, in its one spelling. */
export type HostPage = Pick<HostFile, 'id' | 'url'>;

export interface HostFolder {
  id: FolderId;
  name: string;
  createdAt: number | undefined;
  hasPassword: boolean;
}

/** One folder. */
export interface FolderListing extends FileListing {
  id: FolderId;
  name: string;
  folders: HostFolder[];
}

export interface FileListing {
  files: HostFile[];
  /** Entries that are there and could not be read or had. */
  skipped: number;
  /** False when entries may be missing: then nothing that it lacks is gone. */
  complete: boolean;
  /** What it lacks, and why; absent when nothing is known to be lacking. */
  gaps?: ListingGap[];
}

/** Something that lies in a folder and that its listing does not give. */
export interface ListingGap {
  reason: ListingGapReason;
  kind: 'file' | 'folder';
  /** Entries that it stands for, as far as that is known; 0 = nobody knows how many. */
  count: number;
  /** What an entry that cannot be read is called, where it says so. */
  name?: string;
  sizeBytes?: number;
}

/**
 * `address`: its page stands on a domain that is none of the host's, or it has none. `entry`: it cannot be read.
 * `inside`: a folder that is said to lie in itself. `repeated`: an entry stands there twice, maybe in the place of
 * another. `unlisted`: the host counts more than it names. `untold`: it says neither which files there are nor how many. `cut`: the listing is as long as the host gives at most, and
 * asking for the rest did not give everything.
 */
export type ListingGapReason = 'address' | 'entry' | 'inside' | 'repeated' | 'unlisted' | 'untold' | 'cut';

/** What the answers of the host's download servers mean. Nothing is asked here. */
export interface DownloadAnswers {
  /** Whether these headers announce a page in the place of the file. */
  isPage(headers: DownloadHeaders): boolean;
  /** What a page in the place of the file says. */
  readPage(page: DownloadPage): DownloadRefusal;
  /**
   * Where a download server sends on to, from the address that was asked. @returns an absolute address
   * @throws BridgeError BRIDGE_LINK_ELSEWHERE where no link of this host may lead
   */
  follow(location: string, from: string): string;
}

export type DownloadHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** An answer in the place of a file. */
export interface DownloadPage {
  status: number;
  headers: DownloadHeaders;
  /** Its beginning. */
  text: string;
  /** When it came, milliseconds UTC. */
  now: number;
}

/** Why a download server does not give the file. */
export interface DownloadRefusal {
  /** `link`: another link may work. `later`: neither the link nor the file is to blame. */
  kind: 'link' | 'later';
  /** What a player is told when it does not pass. */
  code: ErrorCode;
  /** In our words; holds no link. */
  why: string;
  /** When it makes sense to come back, from now. Undefined = nobody knows. */
  waitMs: number | undefined;
}
