import { DatabaseSync } from 'node:sqlite';
import { wordsOfQuery } from './search-text.ts';
import { type FoundTitle, type ListedTitle, readTitles } from './title-list.ts';

/** What is asked for of the titles of a tree. */
export interface TitleQuery {
  /** What somebody typed; empty = everything. */
  query: string;
  kind: FoundTitle['kind'] | undefined;
  /** Of these alone: titles of which something is missing, or of which there are several files. */
  only: 'missing' | 'several' | undefined;
  order: 'title' | 'added';
  offset: number;
  limit: number;
}

/** A page of what was found. */
export interface TitlePage {
  /** How many there are; of what was searched for `maxFound` at most. */
  total: number;
  titles: FoundTitle[];
}

/** Who types wants the first of them, and types on. */
const maxFound = 5000;
/** A rebuild that takes longer is done behind the answer, from what was known before. */
const promptMs = 100;
/** Between two rebuilds lies so much more time than one takes, and this at least. */
const restShare = 10;
const minRestMs = 1000;

/**
 * The titles of a tree as they are looked for. Reads the catalog beside whoever writes it, and keeps an index of its own
 * in memory: SQLite FTS5 over folded words, so that the beginning of any word finds. Every call holds its thread.
 */
export interface TitleIndex {
  find(query: TitleQuery): TitlePage;
  /** Reads the catalog anew where it has changed; called when nobody waits. */
  refresh(): void;
  close(): void;
}

/** @param now milliseconds of any clock that goes on */
export function createTitleIndex(file: string, tree: string, now: () => number): TitleIndex {
  const catalog = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  const version = catalog.prepare('pragma data_version');
  let titles: ListedTitle[] = [];
  let words: DatabaseSync | undefined;
  let byAdded: ListedTitle[] | undefined;
  let seen: unknown;
  let tookMs = 0;
  let builtAt = Number.NEGATIVE_INFINITY;
  let lastFound: { key: string; found: ListedTitle[] } | undefined;

  function isBehind(): boolean {
    if (now() - builtAt < Math.max(minRestMs, restShare * tookMs)) return false;
    return versionNow() !== seen;
  }

  function versionNow(): unknown {
    return version.get()?.data_version;
  }

  function build(): void {
    const start = now();
    const from = versionNow();
    titles = readTitles(catalog, tree);
    words?.close();
    words = new DatabaseSync(':memory:');
    words.exec(`create virtual table words using fts5(title, names, content='', columnsize=0, detail=column,
      prefix='1 2 3', tokenize='unicode61 remove_diacritics 2'); begin`);
    const insert = words.prepare('insert into words(rowid, title, names) values (?, ?, ?)');
    for (const [at, title] of titles.entries()) {
      insert.run(at + 1, title.sortsAs, title.words);
      // The database has them now.
      title.words = '';
    }
    words.exec('commit');
    byAdded = undefined;
    lastFound = undefined;
    seen = from;
    builtAt = now();
    tookMs = builtAt - start;
  }

  /** Those whose title says it come first, and of those the ones that begin with it; each in the order of the list. */
  function matches(query: string): ListedTitle[] {
    const wanted = wordsOfQuery(query);
    if (wanted.length === 0) return titles;
    const terms = wanted.map((word) => `"${word}"*`).join(' AND ');
    const rowsOf = (match: string): number[] => {
      const rows = words?.prepare(`select rowid from words where words match ? limit ${maxFound}`);
      return rows?.all(match).map(({ rowid }) => Number(rowid)) ?? [];
    };
    const inTitle = rowsOf(`title : (${terms})`);
    const start = wanted.join(' ');
    const isFirst = (row: number) => titles[row - 1]?.sortsAs.startsWith(start) === true;
    const ordered = new Set([...inTitle.filter(isFirst), ...inTitle]);
    if (ordered.size < maxFound) for (const row of rowsOf(terms)) ordered.add(row);
    return [...ordered].slice(0, maxFound).flatMap((row) => titles[row - 1] ?? []);
  }

  function found({ query, kind, only, order }: TitleQuery): ListedTitle[] {
    const key = JSON.stringify([query, kind, only, order]);
    if (lastFound?.key === key) return lastFound.found;
    let some = matches(query);
    if (order === 'added') {
      if (some === titles) byAdded ??= titles.toSorted(newestFirst);
      some = some === titles && byAdded ? byAdded : some.toSorted(newestFirst);
    }
    if (kind !== undefined) some = some.filter((title) => title.kind === kind);
    if (only === 'missing') some = some.filter(({ missing }) => missing > 0);
    if (only === 'several') some = some.filter((title) => title.kind === 'movie' && title.files > 1);
    lastFound = { key, found: some };
    return some;
  }

  return {
    find(query) {
      if (words === undefined || (tookMs < promptMs && isBehind())) build();
      const all = found(query);
      const page = all.slice(query.offset, query.offset + query.limit);
      return {
        total: all.length,
        titles: page.map(({ sortsAs: _sortsAs, words: _words, ...title }) => title),
      };
    },

    refresh() {
      if (words === undefined || isBehind()) build();
    },

    close() {
      words?.close();
      catalog.close();
    },
  };
}

function newestFirst(a: FoundTitle, b: FoundTitle): number {
  return b.addedAt - a.addedAt;
}
