import { readFolder } from '../../naming/folders/folders.ts';
import type { Recognition } from '../../naming/text/recognition.ts';
import { sameTitleKey } from '../../naming/text/titles.ts';
import type { LibraryEntry, Placed } from '../entries.ts';
import { type FolderIndex, folderOf, type LooseSubtitle, type Neighbours } from './neighbours.ts';
import { nameSubtitles } from './subtitle-names.ts';
import { readSubtitleTags } from './subtitle-tags.ts';

/**
 * Side-cars of the placed videos, named as media servers read them: `<stem>.<language>[.forced][.sdh].<extension>`
 * (facts/media-servers 1.2). A subtitle belongs to the video whose name it begins with, else to the one of the same episode, else to
 * the only video of its folder.
 */
export function* placeSubtitles(
  videos: readonly Placed[],
  neighbours: Neighbours,
  maxBytes: number,
): Generator<undefined, LibraryEntry[]> {
  const entries: LibraryEntry[] = [];
  const byFolder = Map.groupBy(videos, ({ file }) => folderOf(file.path));
  const loose = new Map<string, LooseEpisodes>();
  for (const video of videos) {
    yield;
    const home = folderOf(video.file.path);
    const folder = neighbours.get(home);
    if (!folder) continue;
    const sideCars = [...(folder.sideCars.get(video.file.fileId) ?? [])];
    const { kind, episodes } = video.recognition;
    if (kind === 'episode' && episodes && folder.loose.length > 0) {
      const near = byFolder.get(home) ?? [];
      const all = loose.get(home) ?? (yield* readLoose(folder, near));
      loose.set(home, all);
      for (const subtitle of all.get(episodeKey(video.recognition)) ?? [])
        if (isOfShow(subtitle, video, folder.videos.length === near.length))
          sideCars.push({ file: subtitle.file, rest: lastWords(subtitle.base) });
    } else if (kind !== 'episode' && folder.videos.length === 1)
      for (const subtitle of folder.loose) {
        yield;
        const rest = restOfLonely(subtitle, video);
        if (rest !== undefined) sideCars.push({ file: subtitle.file, rest });
      }
    entries.push(...(yield* nameSubtitles(video.stem, sideCars, maxBytes)));
  }
  return entries;
}

/** Subtitles under another release's name, by the one episode of their folder that they name. */
type LooseEpisodes = ReadonlyMap<string, readonly LooseSubtitle[]>;

function episodeKey({ season, episodes }: Recognition): string {
  return `${season}\0${episodes?.join()}`;
}

/** One that says no season is of any; one that several videos may have is nobody's. */
function* readLoose(folder: FolderIndex, near: readonly Placed[]): Generator<undefined, LooseEpisodes> {
  const byNumber = new Map<string, string[]>();
  for (const { recognition } of near) {
    yield;
    if (!recognition.episodes) continue;
    const episode = episodeKey(recognition);
    for (const key of [episode, recognition.episodes.join()]) {
      const known = byNumber.get(key);
      if (known) known.push(episode);
      else byNumber.set(key, [episode]);
    }
  }
  const loose = new Map<string, LooseSubtitle[]>();
  for (const subtitle of folder.loose) {
    yield;
    const said = subtitle.read();
    if (!said.episodes) continue;
    const [episode, ...others] =
      byNumber.get(said.season === undefined ? said.episodes.join() : episodeKey(said)) ?? [];
    if (episode === undefined || others.length > 0) continue;
    const known = loose.get(episode);
    if (known) known.push(subtitle);
    else loose.set(episode, [subtitle]);
  }
  return loose;
}

/** With other shows in the folder, the show must be named too. */
function isOfShow({ read }: LooseSubtitle, { recognition }: Placed, isAlone: boolean): boolean {
  return isAlone || sameTitleKey(read().title ?? '') === sameTitleKey(recognition.title ?? '');
}

/**
 * Beside the only video of a folder: what names the same film, or names nothing (`French.srt`) in a folder that is the film's
 * own. The folder is asked because a caller may not know every video of a flat one.
 */
function restOfLonely({ base, readAlone }: LooseSubtitle, { recognition, file }: Placed): string | undefined {
  const wanted = sameTitleKey(recognition.title ?? '');
  const said = sameTitleKey(readAlone().title ?? '');
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
