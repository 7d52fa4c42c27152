import type { DatabaseSync } from 'node:sqlite';
import { stemsBeside } from '../../core/name-parts.ts';
import { isExtraStem } from '../../library/place.ts';
import { needsReview } from '../../naming/recognise.ts';
import { recognitionCodec } from '../../naming/text/recognition-codec.ts';

/** What a person may look for in a library to repair it; a title has it when one of its files does. */
export const titleTraits = [
  /** Its name says too little to be believed unseen. */
  'unsure',
  /** Nobody has read its header. */
  'no-media',
  /** Its header names no subtitle, and none lies beside it. */
  'no-subtitles',
  /** Another file of the title has the same bytes, by size and checksum. */
  'duplicates',
] as const;

export type TitleTrait = (typeof titleTraits)[number];

/** Keys of the titles that have each. */
export type TitleTraits = Readonly<Record<TitleTrait, ReadonlySet<string>>>;

type TraitRow = [
  key: string,
  stem: string | null,
  bytes: string,
  recognition: string | null,
  /** How many subtitles the header names; null = it was not read. */
  subtitles: number | null,
];

/** Reads it of every file of a tree. @param db open for reading */
export function readTraits(db: DatabaseSync, tree: string): TitleTraits {
  const traits = {
    unsure: new Set<string>(),
    'no-media': new Set<string>(),
    'no-subtitles': new Set<string>(),
    duplicates: new Set<string>(),
  };
  const accompanied = stemsWithSubtitles(db, tree);
  const sizes = new Map<string, Set<string>>();
  const rows =
    db.prepare(`select p.title_key, p.stem, f.size_bytes || ' ' || coalesce(f.checksum, ''), r.recognition,
      iif(m.facts is null or not json_valid(m.facts), null, coalesce(json_array_length(m.facts, '$.subtitles'), 0))
    from placements p cross join files f on f.id = p.file_id
      left join recognitions r on r.file_id = f.id
      left join media m on m.file_id = f.id and m.size_bytes = f.size_bytes
    where p.tree = ? and f.gone_at is null`);
  rows.setReturnArrays(true);
  for (const row of rows.iterate(tree) as unknown as Iterable<TraitRow>) {
    const [key, stem, bytes, recognition, subtitles] = row;
    const known = sizes.get(key);
    if (known?.has(bytes)) traits.duplicates.add(key);
    if (known) known.add(bytes);
    else sizes.set(key, new Set([bytes]));
    if (!traits.unsure.has(key) && isDoubtful(recognition)) traits.unsure.add(key);
    if (stem !== null && isExtraStem(stem)) continue;
    if (subtitles === null) traits['no-media'].add(key);
    else if (subtitles === 0 && (stem === null || !accompanied.has(stem))) traits['no-subtitles'].add(key);
  }
  return traits;
}

/** One that cannot be read is read anew with the next sync, and is no doubt of ours. */
function isDoubtful(text: string | null): boolean {
  if (text === null) return false;
  try {
    return needsReview(recognitionCodec.decode(text)) !== undefined;
  } catch {
    return false;
  }
}

/**
 * What a subtitle may lie beside: `Heat (1995).fr.srt` beside `Heat (1995)`. Each of its beginnings that ends at a dot
 * counts; a name has a few.
 */
function stemsWithSubtitles(db: DatabaseSync, tree: string): ReadonlySet<string> {
  const stems = new Set<string>();
  const rows = db.prepare("select path from tree where tree = ? and kind = 'subtitle'");
  for (const { path } of rows.iterate(tree)) for (const stem of stemsBeside(String(path))) stems.add(stem);
  return stems;
}
