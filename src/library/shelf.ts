import { isVideo } from '../naming/text/file-kinds.ts';
import type { Recognition } from '../naming/text/recognition.ts';
import type { LibraryFile } from './entries.ts';
import { type Profile, profiles } from './profiles.ts';
import { cutToBytes, foldedPath, safeSegment, safeText } from './safe-name.ts';

/** The parts of a tree. */
export type Shelf = 'movie' | 'episode' | 'unsorted';

const top: Readonly<Record<Shelf, string>> = { movie: 'Movies', episode: 'Shows', unsorted: 'Unsorted' };

/** Leaves room for ` S01E01-E02 - label`, a subtitle's tags and an extension in 255 bytes. */
const maxTitleBytes = 150;

/** Linux takes 4,096 bytes with the folder of the tree, the file's name and a temporary one; others take less. */
const maxUnsortedBytes = 2000;

/** Where a file belongs by what it was taken for; undefined = not in a tree by itself: an extra, no video, a disc image. */
export function shelfOf(file: LibraryFile, { kind, title, episodes, date }: Recognition): Shelf | undefined {
  if (!isVideo(file.name) || kind === 'extra' || kind === 'ignored') return undefined;
  if (kind === 'movie' && title) return 'movie';
  if (kind === 'episode' && title && (episodes || date)) return 'episode';
  return 'unsorted';
}

/** Which part of the tree a path of it lies in. */
export function shelfAt(path: string): Shelf {
  const first = foldedPath(path.slice(0, Math.max(0, path.indexOf('/'))));
  return (Object.keys(top) as Shelf[]).find((shelf) => foldedPath(top[shelf]) === first) ?? 'unsorted';
}

/** The directory of the title that a path of the tree lies in: two levels for films and shows, its own for the rest. */
export function titleDirOf(path: string): string {
  const segments = path.split('/');
  return segments.slice(0, shelfAt(path) === 'unsorted' ? -1 : 2).join('/');
}

/**
 * The directory that this file's title owns, lower-cased and NFC (`movies/le gendarme se marie (1968)`). Files with one
 * key are laid out together. undefined = see {@link shelfOf}.
 */
export function titleKey(
  file: LibraryFile,
  recognition: Recognition,
  profile: Profile = profiles.jellyfin,
): string | undefined {
  const shelf = shelfOf(file, recognition);
  return shelf && foldedPath(titleDir(shelf, file, recognition, profile));
}

export function titleDir(
  shelf: Shelf,
  file: LibraryFile,
  recognition: Recognition,
  profile: Profile,
): string {
  if (shelf === 'unsorted') {
    const folders = file.path.split('/').slice(0, -1).filter(Boolean);
    return unsortedDir(folders.map(unsortedFolder));
  }
  const { name, id } = titleName(shelf, recognition, profile);
  // Only with its tail is it clear whether the whole is a word that a server skips.
  const whole = id === '' ? name : `${name} ${id}`;
  return `${top[shelf]}/${safeSegment(profile.guard?.(whole) ?? whole)}`;
}

/** `Title (Year)` and the tag of the id that a server looks for first. */
export function titleName(
  shelf: Shelf,
  { title, year, ids }: Recognition,
  profile: Profile,
): { name: string; id: string } {
  const order = shelf === 'movie' ? (['tmdb', 'imdb', 'tvdb'] as const) : (['tvdb', 'tmdb', 'imdb'] as const);
  const provider = order.find((one) => ids?.[one]);
  return {
    // Brackets are for ids: every server cuts a title at them, or reads an id in them.
    name: `${safeText((title ?? '').replace(/[[\]{}]/g, ' '), maxTitleBytes) || '~'}${year ? ` (${year})` : ''}`,
    id: provider ? profile.idTag(provider, ids?.[provider] as string) : '',
  };
}

/** The folders of the account; what no disk takes as a path has its inner ones as one, with a mark of its own. */
function unsortedDir(folders: readonly string[]): string {
  const whole = [top.unsorted, ...folders].join('/');
  if (Buffer.byteLength(whole) <= maxUnsortedBytes) return whole;
  let dir: string = top.unsorted;
  let kept = 0;
  for (const folder of folders) {
    const longer = `${dir}/${folder}`;
    if (Buffer.byteLength(longer) > maxUnsortedBytes - maxTitleBytes) break;
    dir = longer;
    kept++;
  }
  return `${dir}/${safeSegment(cutToBytes(folders.slice(kept).join(' '), maxTitleBytes))}`;
}

/** A folder that ends like a file of ours would stand in that file's way. */
function unsortedFolder(name: string): string {
  return safeSegment(name.replace(/\.(?=[a-z]{2,4}$)/i, ' '));
}
