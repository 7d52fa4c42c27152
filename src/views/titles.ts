import { joinAccountPath } from '../core/account-path.ts';
import type { FileId } from '../core/ids.ts';
import { stemsBeside } from '../core/name-parts.ts';

/** A title as it was found. */
interface ShownTitle {
  key: string;
  kind: 'movie' | 'episode' | 'unsorted';
  title: string;
  year: number | undefined;
  files: number;
  missing: number;
  sizeBytes: number;
  addedAt: number;
  /** What tells which picture it has. */
  dir: string;
  poster: string | undefined;
}

/** The answer of `/api/v1/library/titles`. */
export function titlesView(
  { total, titles }: { total: number; titles: readonly ShownTitle[] },
  versionOf: (title: ShownTitle) => string | undefined,
) {
  return {
    total,
    titles: titles.map((shown) => {
      const { year, dir: _dir, poster: _poster, ...title } = shown;
      const poster = versionOf(shown);
      return { ...title, ...(year !== undefined && { year }), ...(poster !== undefined && { poster }) };
    }),
  };
}

/** A file of a title. Times in milliseconds, UTC. */
interface ShownTitleFile {
  id: FileId;
  name: string;
  sizeBytes: number;
  sentAt: number | undefined;
  missingSince: number | undefined;
  /** Where it stands in the tree, without `.strm`. */
  stem: string | undefined;
  /** Of the account. */
  folder: string | undefined;
  recognition: { kind: string; reasons: readonly string[] };
  facts: object | undefined;
  url: string;
  /** Of the tree, with their folders. */
  subtitles: readonly string[];
}

/** The files in the answer of `/api/v1/library/title`. */
export function titleFilesView(files: readonly ShownTitleFile[]) {
  return files.map(({ id, name, sizeBytes, url, sentAt, missingSince, stem, ...file }) => {
    const { folder, recognition, facts, subtitles } = file;
    const { reasons, ...fields } = recognition;
    return {
      ...{ id, name, sizeBytes, url },
      subtitles: subtitles.map((path) => path.slice(path.lastIndexOf('/') + 1)),
      path: folder === undefined ? '' : joinAccountPath(folder, name),
      shownAs: stem === undefined ? name : stem.slice(stem.lastIndexOf('/') + 1),
      ...(stem !== undefined && { treePath: `${stem}.strm` }),
      ...(sentAt !== undefined && { sentAt }),
      ...(missingSince !== undefined && { missingSince }),
      recognition: { ...fields, because: reasons },
      media: facts ?? null,
    };
  });
}

/** Paths of the subtitles of a title by the stems that they lie beside: `Heat (1995).fr.srt` beside `Heat (1995)`. */
export function subtitlesOfStems(
  written: readonly { kind: string; path: string }[],
): ReadonlyMap<string, readonly string[]> {
  const stems = new Set(
    written.flatMap(({ kind, path }) => (kind === 'strm' ? [path.replace(/\.strm$/, '')] : [])),
  );
  const beside = new Map<string, string[]>();
  for (const { kind, path } of written) {
    if (kind !== 'subtitle') continue;
    // The longest of them: `Heat (1995).Part 2.srt` may lie beside another film.
    const stem = [...stemsBeside(path)].findLast((one) => stems.has(one));
    if (stem === undefined) continue;
    const known = beside.get(stem);
    if (known) known.push(path);
    else beside.set(stem, [path]);
  }
  return beside;
}
