import { joinAccountPath } from '../core/account-path.ts';
import type { FileId } from '../core/ids.ts';

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
}

/** The answer of `/api/v1/library/titles`. */
export function titlesView({ total, titles }: { total: number; titles: readonly ShownTitle[] }) {
  return {
    total,
    titles: titles.map(({ year, ...title }) => ({ ...title, ...(year !== undefined && { year }) })),
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
}

/** The files in the answer of `/api/v1/library/title`. */
export function titleFilesView(files: readonly ShownTitleFile[]) {
  return files.map(({ id, name, sizeBytes, sentAt, missingSince, stem, folder, recognition, facts, url }) => {
    const { reasons, ...fields } = recognition;
    return {
      ...{ id, name, sizeBytes, url },
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
