/** A line of `gateways`: a media server, and where its apps find it through us. */
export interface GatewaySetting {
  kind: 'jellyfin' | 'emby';
  /** Address of the media server, without a slash at its end; may have a path. */
  url: string;
  /** Port to listen on. */
  port: number;
  /** Address to listen on. */
  host: string;
  /** For what is asked in our own name; never on behalf of a caller. */
  apiKey?: string;
  /** Whether the server lists us among its known proxies, so that it sees its clients' own addresses. */
  knownProxy: boolean;
}
