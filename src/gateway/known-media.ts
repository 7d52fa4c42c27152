import type { CatalogFile } from '../catalog/account/files.ts';
import type { MediaStore } from '../catalog/playback/media.ts';
import type { Placements } from '../catalog/tree/placements.ts';
import type { FileId } from '../core/ids.ts';
import type { KnownMedia } from './media-streams.ts';

export interface KnownMediaParts {
  media: Pick<MediaStore, 'factsOf'>;
  /** Of the trees that are written: what lies beside a STRM file stands in the first that has it. */
  trees: readonly Pick<Placements, 'placesOf' | 'treeChildren'>[];
}

/** A folder of more files is not looked through. */
const maxBeside = 2000;

/** What the catalog knows of these files. */
export async function knownMedia(
  files: readonly CatalogFile[],
  { media, trees }: KnownMediaParts,
): Promise<Map<FileId, KnownMedia>> {
  const ids = files.map(({ id }) => id);
  const facts = await media.factsOf(ids);
  const known = new Map<FileId, KnownMedia>();
  for (const { id, name, sizeBytes } of files)
    known.set(id, { name, sizeBytes, facts: facts.get(id), subtitles: await subtitlesBeside(id, trees) });
  return known;
}

async function subtitlesBeside(
  id: FileId,
  trees: KnownMediaParts['trees'],
): Promise<KnownMedia['subtitles']> {
  for (const tree of trees) {
    const stem = (await tree.placesOf([id])).get(id)?.stem;
    if (stem === undefined) continue;
    const { files } = await tree.treeChildren(stem.slice(0, Math.max(0, stem.lastIndexOf('/'))));
    if (files.length > maxBeside) return [];
    return files
      .filter(({ kind, path }) => kind === 'subtitle' && path.startsWith(`${stem}.`))
      .map(({ path }) => ({ tags: path.slice(stem.length + 1) }))
      .sort((a, b) => (a.tags < b.tags ? -1 : 1));
  }
  return [];
}
