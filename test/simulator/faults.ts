import type { Wire } from './listing.ts';

/** What goes wrong with one API call. */
export type ApiAnswer =
  /** 403 flood, now and for every call until `lockMs` have gone by on the simulator's clock. Links go on working. */
  | { is: 'flood'; lockMs: number; whose?: 'IP' | 'User' | 'User APK' }
  /** 403 `IP Locked` without "Flood"; `lockMs` as above, 0 by default. */
  | { is: 'ipLocked'; lockMs?: number }
  /** Not JSON at all: the two words `IP Locked`, HTTP 403. */
  | { is: 'bareText' }
  /** The real answer, with names whose back-slash is not escaped. */
  | { is: 'badJson' }
  /** A listing that says OK and holds nothing. */
  | { is: 'emptyListing' }
  /** Half of the real answer, then the connection is gone. */
  | { is: 'halfBody' }
  /** A web page instead of data. */
  | { is: 'maintenance'; status?: 200 | 503 }
  /** A bare HTTP error with a web page. */
  | { is: 'status'; status: number }
  /** A refusal in the host's form; HTTP 200 by default. */
  | { is: 'ko'; message: string; status?: number }
  /** No answer ever. */
  | { is: 'silent' }
  /** The connection is reset. */
  | { is: 'reset' }
  /** The real answer, later (real time). */
  | { is: 'slow'; ms: number };

/** When an {@link ApiAnswer} is given: to the next `times` calls that match, after letting `skip` of them pass. */
export type ApiFault = ApiAnswer & {
  /** `folder/ls`, `file/info`, ... ; any when absent. */
  verb?: string;
  /** The `folder_id` asked for (0 when absent in the call); any when absent. */
  folderId?: number;
  /** 1 by default; Infinity = until cleared. */
  times?: number;
  skip?: number;
};

/** How a link that is no longer good answers; nobody knows which one the real host uses. */
export type DeadForm = '404' | '410' | '403-html' | '200-html' | '302-html';

/** What goes wrong at the download host. Absent = nothing. `times` counts down; absent = until cleared. */
export interface DownloadFaults {
  /** Cuts every k-th transfer after `atByte` bytes of it, or at a random place. */
  cut?: { every: number; atByte?: number; times?: number };
  /** Places counted from the start of the file, whichever it is: the transfer that comes by ends there, once a place. */
  cutAt?: number[];
  /** Sends `afterBytes`, then nothing more, with the connection open. */
  stall?: { afterBytes: number; times?: number };
  /** Wait before the answer begins, real milliseconds. */
  firstByteMs?: number;
  /** Speed of each transfer. */
  bytesPerSecond?: number;
  /**
   * For requests with a range. `other`: another range, and says so; `lying`: the right Content-Range over other bytes;
   * `whole`: 200 with the whole file.
   */
  wrongRange?: { kind: 'other' | 'lying' | 'whole'; times?: number };
  /** The file seems this many bytes larger (or smaller); what lies beyond its end is zeros. */
  wrongTotal?: { byBytes: number; times?: number };
  /** The link answers as if it were dead, and lives again afterwards. */
  dead?: { form: DeadForm; times?: number };
  /** A host that is too busy: every request is answered so for `forMs` (simulator's clock) from the first one on. */
  busy?: { status: number; forMs: number; until?: number };
  /** A link dies once it has served so many bytes; with `cut` the transfer ends at that very byte. */
  expireAfterBytes?: { bytes: number; cut?: boolean };
  /** Sends `Accept-Ranges: bytes`. */
  acceptRanges?: boolean;
  /** Status of the page about too many connections; 403 when absent. */
  tooManyStatus?: number;
}

/** What goes wrong with uploads. `times` counts down; absent = until cleared. */
export interface UploadFaults {
  /** The node answers so, before it reads or after it has read all; nothing is stored. */
  status?: { status: number; afterBody?: boolean; times?: number };
  /** The node ends the connection once so many bytes have come; nothing is stored. */
  cut?: { atByte: number; times?: number };
  /** The node takes so many bytes in a millisecond of real time. */
  slowBytesPerMs?: number;
  /** Each upload comes so fast at most, in real time and without a drift: a line. */
  bytesPerSecond?: number;
  /**
   * Whirlpools by the SHA-256 of all that will be sent: such bytes are told by these, and are not kept. The other hash
   * takes ten seconds a gigabyte, which would be measured instead of whoever sends.
   */
  known?: ReadonlyMap<string, string>;
  /** "Ne peut ouvrir le fichier destination": nothing is stored. */
  noDisk?: { times?: number };
  /** What the node says to a whole form, as a page; nothing is stored. */
  refusal?: { words: string; times?: number };
  /** The node knows the key no more: the file is stored, and in no account. */
  keyless?: { times?: number };
  /** The file is stored, and the answer that says so never arrives. */
  cutAnswer?: { times?: number };
  /** The file is stored, and the report says "Veuillez patienter". */
  wait?: { times?: number };
  reportStatus?: { status: number; times?: number };
  /** Names for which the report is a web page for ever. */
  reportAsPage?: (name: string) => boolean;
  /** A report without links. */
  noLinks?: { times?: number };
  /** A report whose Whirlpool is that of other bytes. */
  wrongChecksum?: { times?: number };
  /** The host keeps the file under another name. */
  storedName?: { name: (asked: string) => string; times?: number };
  /** What `user/info` says: uploads are forbidden, the account is over its quota, or so many bytes are free. */
  forbidden?: boolean;
  overQuota?: boolean;
  availableBytes?: number;
}

/** Everything that can be made to go wrong, at any time. */
export interface Faults {
  /** Rules that wait for a call, first come first served. A `slow` rule goes together with the next one. */
  api: ApiFault[];
  /** Adds a rule. */
  answer(fault: ApiFault): void;
  /** Sizes, ids and switches come as strings. */
  numbersAsStrings: boolean;
  /** Most entries in a listing. */
  listingCap: number;
  /** get_token refuses files for so long after they were added. */
  notReadyMs: number;
  /** Listings learn of added, moved and removed files so much later. */
  listingLagMs: number;
  /** Whether entries of the listing of the whole account carry `folder_id`. */
  accountListingHasFolderId: boolean;
  /**
   * A host that lies: gets each call and the fields of the true answer (undefined where that is a refusal), and gives
   * what is told instead; undefined = the truth.
   */
  lie: ((call: { verb: string; body: Wire }, truth: Wire | undefined) => Wire | undefined) | undefined;
  download: DownloadFaults;
  upload: UploadFaults;
  /** `file/rm` and `file/mv` do so many of what is asked, and say so. */
  partial: { most: number; times?: number } | undefined;
  /** Back to a host in good health. */
  clear(): void;
}

export function createFaults(listingCap = 5000): Faults {
  const healthy = () => ({
    api: [],
    numbersAsStrings: false,
    listingCap,
    notReadyMs: 0,
    listingLagMs: 0,
    accountListingHasFolderId: true,
    lie: undefined,
    download: {},
    upload: {},
    partial: undefined,
  });
  const faults: Faults = {
    ...healthy(),
    answer: (fault) => {
      faults.api.push({ ...fault });
    },
    clear: () => {
      Object.assign(faults, healthy());
    },
  };
  return faults;
}

/** Takes the answers due to this call out of the rules: at most one, and any `slow` before it. */
export function takeApiFaults(faults: Faults, verb: string, folderId: number | undefined): ApiFault[] {
  const due: ApiFault[] = [];
  for (const fault of [...faults.api]) {
    if (fault.verb !== undefined && fault.verb !== verb) continue;
    if (fault.folderId !== undefined && fault.folderId !== folderId) continue;
    if (fault.skip) {
      fault.skip--;
      continue;
    }
    fault.times = (fault.times ?? 1) - 1;
    if (fault.times <= 0) faults.api = faults.api.filter((other) => other !== fault);
    due.push(fault);
    if (fault.is !== 'slow') break;
  }
  return due;
}

/** Uses up one of a download fault's `times`; whether it still applies. */
export function takeOne<T extends { times?: number }>(fault: T | undefined): T | undefined {
  if (!fault) return undefined;
  if (fault.times === undefined) return fault;
  return fault.times-- > 0 ? fault : undefined;
}

/** The status that a busy host answers with now, if it is busy. */
export function busyStatus({ busy }: DownloadFaults, now: number): number | undefined {
  if (!busy) return undefined;
  busy.until ??= now + busy.forMs;
  return now < busy.until ? busy.status : undefined;
}
