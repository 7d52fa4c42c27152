import { join } from 'node:path';
import { createTitleSearch, type TitleSearch } from './catalog/search/title-search.ts';
import type { KeepFact } from './core/kept-fact.ts';
import { createRecentLines, type RecentLines } from './core/log/recent-lines.ts';
import { createRedactor, type Redactor } from './core/log/redact.ts';
import { createSessions, type Sessions, sessionsCodec } from './edge/sessions.ts';
import { knownSecrets } from './known-secrets.ts';
import { createLiveState, type LiveState, type LiveStateParts } from './live-state.ts';
import { createRecentLog, type RecentLog } from './recent-log.ts';
import type { Secrets } from './secrets.ts';
import { createSupportFacts, type SupportFacts } from './support-facts.ts';

/** What the page for people stands on. */
export interface PageParts {
  /** Who is logged in to it. */
  sessions: Sessions;
  /** What the library holds, as somebody who types looks for it. */
  titleSearch: TitleSearch;
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

export interface PagePartsOptions extends LiveStateParts {
  filmHosts: readonly string[];
  dataDir: string;
  secrets: Secrets;
  /** By which the host knows us. */
  hostKey: string | undefined;
  /** Where the lines of the log are kept. */
  recentLines?: RecentLines | undefined;
  /** Whose disks are looked at, by what people call them. */
  folders: Readonly<Record<string, string>>;
  keep: KeepFact;
  /** Name of the tree that is shown. */
  tree: string;
}

/** Nothing of it runs before somebody asks. */
export async function createPageParts(options: PagePartsOptions): Promise<PageParts> {
  const { settings, dataDir, clock, keep, tree, secrets, recentLines = createRecentLines() } = options;
  const redacted = createRedactor(knownSecrets(settings, secrets, options.hostKey));
  return {
    sessions: createSessions({
      clock,
      credentials: `${settings.auth.user}:${secrets.password}`,
      memory: await keep('sessions', sessionsCodec),
    }),
    titleSearch: createTitleSearch({ file: join(dataDir, 'catalog.db'), tree, clock }),
    live: createLiveState(options),
    recentLog: createRecentLog(recentLines, redacted),
    supportFacts: createSupportFacts(options),
    redacted,
    filmHosts: options.filmHosts,
  };
}
