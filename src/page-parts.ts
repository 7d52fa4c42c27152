import { join } from 'node:path';
import type { Dispatcher } from 'undici';
import type { LiveSettings } from '../config/live-settings.ts';
import type { Settings } from '../config/settings.ts';
import { createTitleSearch, type TitleSearch } from './catalog/search/title-search.ts';
import { createDerived } from './core/derived.ts';
import type { KeepFact } from './core/kept-fact.ts';
import { createRecentLines, type RecentLines } from './core/log/recent-lines.ts';
import { createRedactor, type Redactor } from './core/log/redact.ts';
import type { Log } from './core/log.ts';
import { createSessions, type Sessions, sessionsCodec } from './edge/sessions.ts';
import { knownSecrets } from './known-secrets.ts';
import type { Tree } from './library/trees.ts';
import { createLiveState, type LiveState, type LiveStateParts } from './live-state.ts';
import { createConnect, createFetchBytes } from './notify/http.ts';
import { isServer } from './notify/people/recipient.ts';
import type { ServerSetting } from './notify/servers/adapter.ts';
import { createPosters, type Posters } from './posters/posters.ts';
import { createRecentLog, type RecentLog } from './recent-log.ts';
import type { Secrets } from './secrets.ts';
import { createSupportFacts, type SupportFacts } from './support-facts.ts';

/** What the page for people stands on. */
export interface PageParts {
  /** Who is logged in to it. */
  sessions: Sessions;
  /** What the library holds, as somebody who types looks for it. */
  titleSearch: TitleSearch;
  /** Pictures of it. */
  posters: Posters;
  /** What goes on, for who looks on. */
  live: LiveState;
  /** What the log said last. */
  recentLog: RecentLog;
  /** What somebody who helps asks first. */
  supportFacts: SupportFacts;
  /** Takes everything out of a text that this process alone may know. */
  redacted: Redactor;
  /** Hosts that a film may come from, `*.example.org`, besides ourselves. */
  filmHosts: readonly string[];
}

export interface PagePartsOptions extends Omit<LiveStateParts, 'posters'> {
  filmHosts: readonly string[];
  dataDir: string;
  secrets: Secrets;
  /** By which the host knows us. */
  hostKey: string | undefined;
  /** Where the lines of the log are kept. */
  recentLines?: RecentLines | undefined;
  /** Who hears that live settings are others. */
  onSettings: LiveSettings['onChange'] | undefined;
  /** Whose disks are looked at, by what people call them. */
  folders: Readonly<Record<string, string>>;
  keep: KeepFact;
  /** The one that is shown. */
  tree: Tree;
  dispatcher: Dispatcher;
  userAgent: string;
  log: Log;
}

/** Nothing of it runs before somebody asks. */
export async function createPageParts(options: PagePartsOptions): Promise<PageParts> {
  const { settings, dataDir, catalog, clock, log, keep, tree, secrets, dispatcher, userAgent } = options;
  const { recentLines = createRecentLines() } = options;
  // What counted once stays secret: lines of that time are still there.
  const known = new Set<string>();
  let redact: Redactor;
  const learn = () => {
    for (const secret of knownSecrets(settings, secrets, options.hostKey)) known.add(secret);
    redact = createRedactor([...known]);
  };
  learn();
  options.onSettings?.(learn);
  const redacted: Redactor = (text) => redact(text);
  const ways = { dispatcher, userAgent, clock };
  const posters = createPosters({
    servers: createDerived(
      () => settings.notify,
      () => pictureServers(settings),
    ),
    tree,
    catalog,
    connect: createConnect(ways),
    fetchBytes: createFetchBytes(ways),
    clock,
    log,
  });
  return {
    sessions: createSessions({
      clock,
      credentials: `${settings.auth.user}:${secrets.password}`,
      memory: await keep('sessions', sessionsCodec),
    }),
    titleSearch: createTitleSearch({ file: join(dataDir, 'catalog.db'), tree: tree.name, clock }),
    posters,
    live: createLiveState({ ...options, posters }),
    recentLog: createRecentLog(recentLines, redacted),
    supportFacts: createSupportFacts(options),
    redacted,
    filmHosts: options.filmHosts,
  };
}

/** Those that are told of what changes, and those behind a gateway that have a key for what we ask in our own name. */
function pictureServers({ notify, gateways }: Settings): ServerSetting[] {
  const told = notify.filter(isServer);
  const known = new Set(told.map(({ url }) => url));
  const behind = gateways.flatMap(({ kind, url, apiKey }) =>
    apiKey === undefined || known.has(url) ? [] : [{ kind, url, token: apiKey }],
  );
  return [...told, ...behind];
}
