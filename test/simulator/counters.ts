/** One API call as it arrived. `status` is the HTTP status sent, 0 when none was. */
export interface ApiRequest {
  verb: string;
  body: Record<string, unknown>;
  at: number;
  status: number;
  ip: string;
}

/** One request at the download host. `bytes` grows while the answer is being sent. */
export interface DownloadRequest {
  method: string;
  path: string;
  range: string | undefined;
  /** What a browser tells of the page that led it here. */
  referer: string | undefined;
  at: number;
  status: number;
  bytes: number;
  fileId: string | undefined;
  ip: string;
}

/** One request at the node for uploads. `bytes` is what of a body came. */
export interface UploadRequest {
  method: string;
  path: string;
  at: number;
  status: number;
  bytes: number;
  authorized: boolean;
}

/** What the host has seen. */
export interface Counters {
  /** API calls per verb (`folder/ls`), refused ones too. */
  calls: Record<string, number>;
  /** Listings answered per folder id, -1 for the whole account. */
  listings: Map<number, number>;
  tokens: number;
  /** Calls that broke a limit, answered or not. */
  breaches: number;
  /** Calls answered 401, 403 or 404. */
  refusals: number;
  /** GET requests that began to get a file. */
  downloads: number;
  heads: number;
  /** Bytes of files handed to the network. */
  bytesSent: number;
  /** Requests in progress at the download host; `most` since the last reset. */
  connectionsNow: number;
  connectionsMost: number;
  /** API calls in progress. */
  callsNow: number;
  callsMost: number;
  requests: ApiRequest[];
  downloadRequests: DownloadRequest[];
  /** Files that were sent and stored; reports that were asked for. */
  uploads: number;
  reports: number;
  /** Shared folders that were asked for on the web site. */
  sharesRead: number;
  uploadRequests: UploadRequest[];
}

export function createCounters(): Counters {
  return { ...zero(), connectionsNow: 0, callsNow: 0 };
}

/** Back to zero, except for what is in progress. */
export function resetCounters(counters: Counters): void {
  Object.assign(counters, zero());
  counters.connectionsMost = counters.connectionsNow;
  counters.callsMost = counters.callsNow;
}

function zero(): Omit<Counters, 'connectionsNow' | 'callsNow'> {
  return {
    calls: {},
    listings: new Map(),
    tokens: 0,
    breaches: 0,
    refusals: 0,
    downloads: 0,
    heads: 0,
    bytesSent: 0,
    connectionsMost: 0,
    callsMost: 0,
    requests: [],
    downloadRequests: [],
    uploads: 0,
    reports: 0,
    sharesRead: 0,
    uploadRequests: [],
  };
}
