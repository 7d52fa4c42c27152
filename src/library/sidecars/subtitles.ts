import { readFolder } from '../../naming/folders/folders.ts';
import { recognise } from '../../naming/recognise.ts';
import type { Recognition } from '../../naming/text/recognition.ts';
import { sameTitleKey } from '../../naming/text/titles.ts';
import type { LibraryEntry, Placed } from '../entries.ts';
import {
  type FolderIndex,
  folderOf,
  type LooseSubtitle,
  type Neighbours,
  type SideCar,
} from './neighbours.ts';
import { nameSubtitles } from './subtitle-names.ts';
import { readSubtitleTags } from './subtitle-tags.ts';

/**
 * Side-cars of the placed videos, named as media servers read them: `<stem>.<language>[.forced][.sdh].<extension>`
 * (facts/media-servers 1.2). A subtitle belongs to the video whose name it begins with, else to the one of the same episode, else to
 * the only video of its folder.
 */
export function placeSubtitles(
  videos: readonly Placed[],
  neighbours: Neighbours,
  maxBytes: number,
): LibraryEntry[] {
  const entries: LibraryEntry[] = [];
  const byFolder = Map.groupBy(videos, ({ file }) => folderOf(file.path));
  for (const video of videos) {
    const home = folderOf(video.file.path);
    const folder = neighbours.get(home);
    if (!folder) continue;
    const sideCars = sideCarsOf(video, folder, byFolder.get(home) ?? []);
    entries.push(...nameSubtitles(video.stem, sideCars, maxBytes));
  }
  return entries;
}

function sideCarsOf(video: Placed, folder: FolderIndex, near: readonly Placed[]): SideCar[] {
  const own = folder.sideCars.get(video.file.fileId) ?? [];
  if (folder.loose.length === 0) return own;
  const alone = folder.videos.length === 1 && video.recognition.kind !== 'episode';
  const loose = folder.loose.flatMap((subtitle) => {
    const rest = alone ? restOfLonely(subtitle, video) : restOfEpisode(subtitle, video, near, folder);
    return rest === undefined ? [] : [{ file: subtitle.file, rest }];
  });
  return [...own, ...loose];
}

/** The same episode under another release's name; with other shows in the folder, the show must be named too. */
function restOfEpisode(
  { base, read }: LooseSubtitle,
  { recognition }: Placed,
  near: readonly Placed[],
  folder: FolderIndex,
): string | undefined {
  if (recognition.kind !== 'episode' || !recognition.episodes) return undefined;
  const said = read();
  const isSame = (one: Recognition) =>
    one.episodes?.join() === said.episodes?.join() && (said.season ?? one.season) === one.season;
  if (!said.episodes || !isSame(recognition)) return undefined;
  if (near.filter((one) => isSame(one.recognition)).length > 1) return undefined;
  const named = sameTitleKey(said.title ?? '') === sameTitleKey(recognition.title ?? '');
  return named || folder.videos.length === near.length ? lastWords(base) : undefined;
}

/**
 * Beside the only video of a folder: what names the same film, or names nothing (`French.srt`) in a folder that is the film's
 * own. The folder is asked because a caller may not know every video of a flat one.
 */
function restOfLonely({ base }: LooseSubtitle, { recognition, file }: Placed): string | undefined {
  const wanted = sameTitleKey(recognition.title ?? '');
  const said = sameTitleKey(recognise(`/${base}.srt`).title ?? '');
  const plain = readSubtitleTags(base).language !== undefined && wordsOf(base).length <= 3;
  if (!plain && said !== '' && areRelated(said, wanted)) return lastWords(base);
  const folder = sameTitleKey(readFolder(folderOf(file.path).split('/').at(-1) ?? '').title ?? '');
  if (!areRelated(folder, wanted)) return undefined;
  return plain || said === '' || /^(?:subs?|subtitles?|movie|film)$/i.test(base) ? base : undefined;
}

/** Whether one of two folded titles begins with the other. */
export function areRelated(a: string, b: string): boolean {
  return a !== '' && b !== '' && (a.startsWith(b) || b.startsWith(a));
}

function lastWords(base: string): string {
  return wordsOf(base).slice(-2).join('.');
}

function wordsOf(base: string): string[] {
  return base.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}
