import type { Reading } from '../file/reading.ts';
import type { Evidence } from '../siblings/siblings.ts';
import { whyNoVideo } from '../text/file-kinds.ts';
import { readLanguages } from '../text/languages.ts';
import type { Recognition } from '../text/recognition.ts';
import { readVersion } from '../text/versions.ts';
import { fillMovie } from './movie.ts';
import { fillShow } from './show.ts';
import { readDissent, readShow } from './show-evidence.ts';

/**
 * Merges what a name, its folders and its siblings say into one answer (facts/naming 6 to 9). An extra is no
 * film and no episode, whatever else its name says.
 */
export function merge(reading: Reading, evidence: Evidence): Recognition {
  const { path, ancestors, extra } = reading;
  if (extra) {
    const how = `extra: ${ancestors.extra ? 'folder' : 'name'} (${extra})`;
    return { path, kind: 'extra', extra, confidence: 0.9, reasons: [how] };
  }
  const result: Recognition = { path, kind: 'unknown', confidence: 0, reasons: [] };
  if (reading.isSubtitle) result.reasons.push('subtitle');
  fillTags(result, reading);
  const show = readShow(reading, evidence);
  if (show) {
    fillShow(result, reading, show);
    const dissent = readDissent(reading, result);
    if (dissent) result.reasons.push(dissent);
  } else fillMovie(result, reading, evidence);
  const why = whyNoVideo(path.slice(path.lastIndexOf('/') + 1));
  if (why !== undefined) result.reasons.push(`in no tree: ${why}`);
  return result;
}

function fillTags(result: Recognition, reading: Reading): void {
  const { name, release, ancestors } = reading;
  const resolution = release.resolution ?? folderResolution(reading);
  if (resolution) result.resolution = resolution;
  if (release.hdr) result.hdr = release.hdr;
  if (release.source) result.source = release.source;
  if (release.edition) result.edition = release.edition;
  if (release.group) result.group = release.group;
  const tagsFrom = languageStart(reading);
  const languages = readLanguages(name.folded.slice(tagsFrom));
  if (languages.length > 0) result.languages = languages;
  const version = readVersion(name.folded, tagsFrom);
  if (version !== undefined) result.version = version;
  const tags = (['resolution', 'hdr', 'source', 'edition', 'group', 'version', 'languages'] as const).filter(
    (tag) => result[tag] !== undefined,
  );
  if (tags.length > 0) result.reasons.push(`${tags.join(', ')}: tags in the name`);
  const ids = { ...ancestors.ids, ...name.ids };
  const providers = Object.keys(ids);
  if (providers.length === 0) return;
  result.ids = ids;
  const where = Object.keys(name.ids).length > 0 ? 'name' : 'folder';
  result.reasons.push(`ids: ${where} (${providers.join(', ')})`);
}

/** A name without any tag in the folder of one release: what the folder says of the picture. */
function folderResolution({ ancestors: { title }, tagAt }: Reading): string | undefined {
  return tagAt < 0 && (title?.marker || title?.year || title?.date) ? title.resolution : undefined;
}

/** Languages stand behind the year, the marker or the first tag; before that a word belongs to the title. */
function languageStart({ name: { folded }, tagAt, year, marker }: Reading): number {
  const ends = [marker?.end ?? -1, year ? year.at + 4 : -1, tagAt].filter((at) => at >= 0);
  return ends.length > 0 ? Math.min(...ends) : folded.length;
}
