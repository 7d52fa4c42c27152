import { join } from 'node:path';
import { createTitleSearch, type TitleSearch } from './catalog/search/title-search.ts';
import type { KeepFact } from './core/kept-fact.ts';
import { createSessions, type Sessions, sessionsCodec } from './edge/sessions.ts';
import { createLiveState, type LiveState, type LiveStateParts } from './live-state.ts';

/** What the page for people stands on. */
export interface PageParts {
  /** Who is logged in to it. */
  sessions: Sessions;
  /** What the library holds, as somebody who types looks for it. */
  titleSearch: TitleSearch;
  /** What goes on, for who looks on. */
  live: LiveState;
  /** Hosts that a film may come from, `*.example.org`, besides ourselves. */
  filmHosts: readonly string[];
}

export interface PagePartsOptions extends LiveStateParts {
  filmHosts: readonly string[];
  dataDir: string;
  password: string;
  keep: KeepFact;
  /** Name of the tree that is shown. */
  tree: string;
}

/** Nothing of it runs before somebody asks. */
export async function createPageParts(options: PagePartsOptions): Promise<PageParts> {
  const { settings, dataDir, clock, keep, tree, password } = options;
  return {
    sessions: createSessions({
      clock,
      credentials: `${settings.auth.user}:${password}`,
      memory: await keep('sessions', sessionsCodec),
    }),
    titleSearch: createTitleSearch({ file: join(dataDir, 'catalog.db'), tree, clock }),
    live: createLiveState(options),
    filmHosts: options.filmHosts,
  };
}
