import type { Clock } from '../../core/clock.ts';

export type ServerName = 'jellyfin' | 'emby' | 'plex' | 'kodi' | 'rclone' | 'webhook';

/** One request to a media server. */
export interface HttpRequest {
  method: 'GET' | 'POST';
  /** Begins with `/`; may hold a query. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  body?: object;
  /** For the whole answer, where the usual time is too short for it. */
  timeLimitMs?: number;
}

/** One request to one server; its answer as text. @throws ServerFault for anything but 2xx, or the signal's reason */
export type SendRequest = (question: HttpRequest) => Promise<string>;

/** A line of the setting `notify`. */
export interface ServerSetting {
  kind: ServerName;
  /** Without a `/` at its end; may hold a path below which the server lies. */
  url: string;
  /** API key or token; `user:password` for Kodi and rclone. A secret. */
  token?: string;
  /** Our folders as this server sees them. What no line of it covers is not told. */
  pathMap?: Readonly<Record<string, string>>;
  /** rclone with more than one mount: which, as `rclone rc vfs/list` prints it. */
  fs?: string;
  /** Kodi: also take removed films out of its library. */
  clean?: boolean;
}

/** A folder in which something changed, as the server sees it. */
export interface FolderNews {
  path: string;
  change: Change;
}

export type Change = 'created' | 'updated' | 'removed';

/** A library of a server. */
export interface Library {
  /** Its folders, as the server sees them. */
  locations: readonly string[];
  /** What it is called in requests, where the server says so. */
  id?: string;
}

/** What a server shows. */
export interface Shown {
  paths: ReadonlySet<string>;
  /** False when it has more than is asked for: a path that is not among these may be there. */
  isWhole: boolean;
}

/** A video that a server shows without knowing how long it lasts. */
export interface UnprobedItem {
  /** What it is called in requests. */
  id: string;
  /** What its STRM files hold: those of its versions of which the server knows no run time. */
  addresses: readonly string[];
}

/** Items that a server has not looked into, from one page of all that it shows. */
export interface UnprobedPage {
  items: readonly UnprobedItem[];
  isLast: boolean;
}

/** A picture that a server has of a film or of a show. */
export interface ServerPicture {
  /** Of the film or of the show, as the server sees it. */
  path: string;
  /** Its own folder, or a file in that. */
  isFolder: boolean;
  /** What the item is called in requests. */
  item: string;
  /** Another one for each picture of it. */
  tag: string;
}

/** How a server is talked to: one request after another, until the signal says that it is over. */
export interface Connection {
  /** One request to the server, below its url. */
  send: SendRequest;
  clock: Clock;
  signal: AbortSignal;
}

/** One kind of server: what Passerelle has to know of it. One file in this folder, and one line in `servers.ts`. */
export interface ServerAdapter {
  /** True when it can only be told of folders that are there: of what went, the nearest folder above that stayed. */
  existingOnly: boolean;
  /** More folders than this in one go become fewer, larger ones; if not given, see `changes`. */
  maxFolders?: number;
  /** Tells it, and says for a person what came of it. @throws ServerFault */
  tell(folders: readonly FolderNews[], connection: Connection): Promise<string>;
  /** Its libraries; undefined = it cannot be asked for them. @throws ServerFault */
  libraries?(connection: Connection): Promise<readonly Library[]>;
  /**
   * The paths of its videos in these folders, as it sees both; if not given, it is told and never asked.
   * @param since only those that it wrote down after this, milliseconds UTC; undefined = all @throws ServerFault
   */
  shown?(folders: ReadonlySet<string>, since: number | undefined, connection: Connection): Promise<Shown>;
  /** Has these libraries looked through, by their ids. @throws ServerFault */
  scan?(ids: readonly string[], connection: Connection): Promise<void>;
  /** True when it passes over a library whose folder is empty, and is deaf to what comes into it later. */
  skipsEmptyFolders?: boolean;
  /** Which of these folders it does not know, where it can only be asked one by one. @throws ServerFault */
  unknownPaths?(paths: readonly string[], connection: Connection): Promise<readonly string[]>;
  /**
   * Which videos of a page it has not looked into yet, the newest first; if not given, it cannot be asked.
   * @param page from 0 on
   * @param since only those that it wrote down after this, milliseconds UTC; undefined = all @throws ServerFault
   */
  unprobed?(page: number, since: number | undefined, connection: Connection): Promise<UnprobedPage>;
  /** Has it look into all versions of a video now. @returns whether it knows now how long they last @throws ServerFault */
  probe?(item: UnprobedItem, connection: Connection): Promise<boolean>;
  /** Posters of its films and shows, page by page; if not given, it has none for us. @throws ServerFault */
  pictures?(connection: Connection): AsyncIterable<readonly ServerPicture[]>;
  /** How one of them is asked for, small enough for a wall; the next way where it has no answer to the one before. */
  requestsOfPicture?(picture: Pick<ServerPicture, 'item' | 'tag'>): readonly HttpRequest[];
  /** Where the person gets the token. */
  tokenRemedy: string;
}

/** Of what a fault is: the server as a whole, what was asked alone, or that it was asked for too much at once. */
export type FaultOf = 'server' | 'question' | 'length';

/** Why a server could not be told. Both texts are for a person and hold no secret. */
export class ServerFault extends Error {
  override readonly name = 'ServerFault';
  readonly remedy: string | undefined;
  readonly of: FaultOf;
  /** Of its answer, where there was one. */
  readonly status: number | undefined;

  constructor(words: string, remedy?: string, of: FaultOf = 'server', status?: number) {
    super(words);
    this.remedy = remedy;
    this.of = of;
    this.status = status;
  }
}
