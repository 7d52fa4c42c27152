import type { DatabaseSync } from 'node:sqlite';
import { foldedPath } from '../../library/safe-name.ts';
import { type Shelf, shelfAt, titleDirOf } from '../../library/shelf.ts';
import { titleIn } from '../../library/stem-title.ts';
import { foldedText } from './search-text.ts';

/** A film, a show, or a folder of what was taken for neither. */
export interface FoundTitle {
  /** By which the rest of it is asked for. */
  key: string;
  kind: Shelf;
  /** `Heat`, without its year. */
  title: string;
  year: number | undefined;
  /** Videos of it: versions of a film, episodes of a show with their versions. */
  files: number;
  /** Of those, what the last listings of the account lack. */
  missing: number;
  sizeBytes: number;
  /** When the newest of them came to the host, milliseconds UTC. */
  addedAt: number;
  /** Its directory in the tree, folded. */
  dir: string;
  /** Digest of the poster that lies there, if one does. */
  poster: string | undefined;
}

/** A title with the words that it is found by. */
export interface ListedTitle extends FoundTitle {
  /** Title and year, folded: the order of the list. */
  sortsAs: string;
  /** What its files are called, each word once. */
  words: string;
}

/** More words of one title are not looked for: a show of a thousand episodes says the same again and again. */
const maxWordsLength = 4000;

/** What a title is made of while its rows come. */
interface Gathered extends FoundTitle {
  stem: string;
  words: Set<string>;
  length: number;
}

/** Every title of a tree, in the order in which a person reads a list. @param db open for reading */
export function readTitles(db: DatabaseSync, tree: string): ListedTitle[] {
  const rows = db.prepare(`select p.title_key, p.stem, f.name, f.size_bytes, f.missing_since is not null,
         coalesce(f.sent_at, f.first_seen_at)
       from placements p cross join files f on f.id = p.file_id
       where p.tree = ? and f.gone_at is null`);
  rows.setReturnArrays(true);
  const titles = new Map<string, Gathered>();
  for (const row of rows.iterate(tree) as unknown as Iterable<TitleFileRow>) {
    const [key, stem, name, sizeBytes, isMissing, addedAt] = row;
    const known = titles.get(key);
    const title = known ?? begun(key, stem ?? key);
    if (!known) titles.set(key, title);
    title.files++;
    title.missing += isMissing;
    title.sizeBytes += sizeBytes;
    title.addedAt = Math.max(title.addedAt, addedAt);
    addWords(title, name);
    if (stem !== null && title.kind === 'episode') addWords(title, stem.slice(stem.lastIndexOf('/') + 1));
  }
  const posters = db.prepare(`select title_key, sha256 from tree
    where tree = ? and kind = 'artwork' and path glob '*/poster.*'`);
  for (const { title_key, sha256 } of posters.iterate(tree)) {
    const title = titles.get(String(title_key));
    if (title) title.poster = String(sha256);
  }
  return [...titles.values()].map(listed).sort(bySortKey);
}

type TitleFileRow = [
  key: string,
  stem: string | null,
  name: string,
  sizeBytes: number,
  isMissing: number,
  addedAt: number,
];

function begun(key: string, stem: string): Gathered {
  const kind = shelfAt(stem);
  const segments = stem.split('/');
  const dir = (kind === 'unsorted' ? segments.at(-2) : segments[1]) ?? stem;
  const [, name = dir, year] = /^(.*\S) \((\d{4})\)$/.exec(titleIn(dir)) ?? [];
  return {
    key,
    kind,
    title: name,
    year: year === undefined ? undefined : Number(year),
    files: 0,
    missing: 0,
    sizeBytes: 0,
    addedAt: 0,
    dir: foldedPath(titleDirOf(stem)),
    poster: undefined,
    stem,
    words: new Set(),
    length: 0,
  };
}

function addWords(title: Gathered, text: string): void {
  if (title.length >= maxWordsLength) return;
  for (const word of foldedText(text).split(' ')) {
    if (word === '' || title.words.has(word)) continue;
    title.words.add(word);
    title.length += word.length + 1;
  }
}

function listed({ stem: _stem, words, length: _length, ...title }: Gathered): ListedTitle {
  return {
    ...title,
    sortsAs: foldedText(`${title.title} ${title.year ?? ''}`),
    words: [...words].join(' '),
  };
}

function bySortKey(a: ListedTitle, b: ListedTitle): number {
  return compare(a.sortsAs, b.sortsAs) || compare(a.key, b.key);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
