import { readFolder } from '../../naming/folders/folders.ts';
import type { Recognition } from '../../naming/text/recognition.ts';
import { sameTitleKey } from '../../naming/text/titles.ts';
import type { LibraryEntry, Placed } from '../entries.ts';
import {
  type FolderIndex,
  folderOf,
  type LooseByNumbers,
  type LooseSubtitle,
  type Neighbours,
} from './neighbours.ts';
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
  const soleBy = new Map<string, ReadonlySet<string>>();
  for (const video of videos) {
    yield;
    const home = folderOf(video.file.path);
    const folder = neighbours.get(home);
    if (!folder) continue;
    const sideCars = [...(folder.sideCars.get(video.file.fileId) ?? [])];
    const { kind, episodes } = video.recognition;
    if (kind === 'episode' && episodes && folder.loose.length > 0) {
      const near = byFolder.get(home) ?? [];
      const sole = soleBy.get(home) ?? (yield* soleNumbers(near));
      soleBy.set(home, sole);
      const loose = yield* readLoose(folder);
      for (const subtitle of looseOf(video, loose, sole, folder.videos.length === near.length))
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

/** What an episode is known by, and what a subtitle says: one that says no season is of any. */
function numbersOf({ season }: Pick<Recognition, 'season'>, episodes: readonly number[]): string {
  return `${season ?? ''}\0${episodes.join()}`;
}

/** What subtitles may say of this episode. */
function numbersFor(recognition: Recognition): Set<string> {
  const { episodes } = recognition;
  return new Set(episodes && [numbersOf(recognition, episodes), numbersOf({}, episodes)]);
}

/** The show as well: a folder may hold a thousand of them. */
function numbersInShow(numbers: string, { title = '' }: Recognition): string {
  return `${numbers}\0${sameTitleKey(title)}`;
}

/** Read once for all titles of a folder. */
function* readLoose(folder: FolderIndex): Generator<undefined, LooseByNumbers> {
  if (folder.looseByNumbers) return folder.looseByNumbers;
  const found = new Map<string, LooseSubtitle[]>();
  for (const subtitle of folder.loose) {
    yield;
    const said = subtitle.read();
    if (!said.episodes) continue;
    const numbers = numbersOf(said, said.episodes);
    for (const key of [numbers, numbersInShow(numbers, said)]) {
      const known = found.get(key);
      if (known) known.push(subtitle);
      else found.set(key, [subtitle]);
    }
  }
  folder.looseByNumbers = found;
  return found;
}

/** Numbers that one video alone has: a subtitle that several may have is nobody's. */
function* soleNumbers(near: readonly Placed[]): Generator<undefined, Set<string>> {
  const seen = new Set<string>();
  const sole = new Set<string>();
  for (const { recognition } of near) {
    yield;
    for (const numbers of numbersFor(recognition)) {
      if (seen.has(numbers)) sole.delete(numbers);
      else sole.add(numbers);
      seen.add(numbers);
    }
  }
  return sole;
}

/** Subtitles under another release's name. With other shows in the folder, the show must be named too. */
function looseOf(
  { recognition }: Placed,
  loose: LooseByNumbers,
  sole: ReadonlySet<string>,
  isAlone: boolean,
): LooseSubtitle[] {
  return [...numbersFor(recognition)]
    .filter((numbers) => sole.has(numbers))
    .flatMap((numbers) => loose.get(isAlone ? numbers : numbersInShow(numbers, recognition)) ?? [])
    .sort((a, b) => a.at - b.at);
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
