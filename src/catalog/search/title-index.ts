import { DatabaseSync } from 'node:sqlite';
import { createKeptReading, type KeptReading } from './kept-reading.ts';
import { wordsOfQuery } from './search-text.ts';
import { type FoundTitle, type ListedTitle, readTitles } from './title-list.ts';
import { type TitleTrait, type TitleTraits, titleTraits } from './title-traits.ts';

/** What is asked for of the titles of a tree. */
export interface TitleQuery {
  /** What somebody typed; empty = everything. */
  query: string;
  kind: FoundTitle['kind'] | undefined;
  /** Of these alone: titles of which something is missing, films of which there are several files, or by a trait. */
  only: 'missing' | 'several' | TitleTrait | undefined;
  order: 'title' | 'added';
  offset: number;
  limit: number;
}

type Only = NonNullable<TitleQuery['only']>;

/** A page of what was found. */
export interface TitlePage {
  /** How many there are; of what was searched for `maxFound` at most. */
  total: number;
  titles: FoundTitle[];
}

/** Who types wants the first of them, and types on. */
const maxFound = 5000;

/** Reads the traits of every title; see `readTraits`. */
export type TraitReader = (db: DatabaseSync, tree: string) => TitleTraits;

/** Whether a question needs to know of traits, which are dear to read. */
export function asksForTrait({ only }: TitleQuery): boolean {
  return only !== undefined && only !== 'missing' && only !== 'several';
}

/**
 * The titles of a tree as they are looked for. Reads the catalog beside whoever writes it, and keeps an index of its own
 * in memory: SQLite FTS5 over folded words, so that the beginning of any word finds. Every call holds its thread.
 */
export interface TitleIndex {
  /** @param readTraits for a question that asks for one */
  find(query: TitleQuery, readTraits?: TraitReader): TitlePage;
  /** Reads the catalog anew where it has changed; called when nobody waits. */
  refresh(): void;
  close(): void;
}

/** @param now milliseconds of any clock that goes on */
export function createTitleIndex(file: string, tree: string, now: () => number): TitleIndex {
  const catalog = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  const versionStatement = catalog.prepare('pragma data_version');
  const version = () => versionStatement.get()?.data_version;
  let words: DatabaseSync | undefined;
  let byAdded: ListedTitle[] | undefined;
  let lastFound: { key: string; found: ListedTitle[] } | undefined;
  /** By the order that they were taken from; a new list, or new traits, begins anew. */
  const whole = new WeakMap<ListedTitle[], { known: TitleTraits; by: Map<Only, ListedTitle[]> }>();
  const listed = createKeptReading(build, version, now);
  let traits: KeptReading<TitleTraits> | undefined;

  function build(): ListedTitle[] {
    const titles = readTitles(catalog, tree);
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
    return titles;
  }

  /** Those whose title says it come first, and of those the ones that begin with it; each in the order of the list. */
  function matches(query: string, titles: ListedTitle[]): ListedTitle[] {
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

  /** Of all titles in an order: to look a key up for each of them is most of the work, and the same until one changes. */
  function allWith(only: Only, inOrder: ListedTitle[], known: TitleTraits): ListedTitle[] {
    const before = whole.get(inOrder);
    const kept = before?.known === known ? before : { known, by: new Map<Only, ListedTitle[]>() };
    whole.set(inOrder, kept);
    const some = kept.by.get(only) ?? inOrder.filter((title) => fits(only, title, known));
    kept.by.set(only, some);
    return some;
  }

  function found({ query, kind, only, order }: TitleQuery, titles: ListedTitle[], known?: TitleTraits) {
    const key = JSON.stringify([query, kind, only, order]);
    // Traits may be others meanwhile, and are soon looked up.
    if (lastFound?.key === key && !known) return lastFound.found;
    let some = matches(query, titles);
    const isWhole = some === titles;
    if (order === 'added') {
      if (isWhole) byAdded ??= titles.toSorted(newestFirst);
      some = isWhole && byAdded ? byAdded : some.toSorted(newestFirst);
    }
    if (only !== undefined && isWhole && known) some = allWith(only, some, known);
    else if (only !== undefined) some = some.filter((title) => fits(only, title, known));
    if (kind !== undefined) some = some.filter((title) => title.kind === kind);
    lastFound = { key, found: some };
    return some;
  }

  return {
    find(query, readTraits) {
      const titles = listed.value();
      if (readTraits && asksForTrait(query))
        traits ??= createKeptReading(
          () => {
            const known = readTraits(catalog, tree);
            for (const only of titleTraits) allWith(only, listed.value(), known);
            return known;
          },
          version,
          now,
        );
      const all = found(query, titles, asksForTrait(query) ? traits?.value() : undefined);
      const page = all.slice(query.offset, query.offset + query.limit);
      return {
        total: all.length,
        titles: page.map(({ sortsAs: _sortsAs, words: _words, ...title }) => title),
      };
    },

    refresh() {
      listed.refresh();
      traits?.refresh();
    },

    close() {
      words?.close();
      catalog.close();
    },
  };
}

function fits(only: Only, title: ListedTitle, known: TitleTraits | undefined): boolean {
  if (only === 'missing') return title.missing > 0;
  if (only === 'several') return title.kind === 'movie' && title.files > 1;
  return known?.[only].has(title.key) === true;
}

function newestFirst(a: FoundTitle, b: FoundTitle): number {
  return b.addedAt - a.addedAt;
}
