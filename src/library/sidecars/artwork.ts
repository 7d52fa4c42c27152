import { extensionOf } from '../../core/name-parts.ts';
import { readFolder } from '../../naming/folders/folders.ts';
import { recognise } from '../../naming/recognise.ts';
import { isPicture, stemOf } from '../../naming/text/file-kinds.ts';
import { sameTitleKey } from '../../naming/text/titles.ts';
import type { LibraryEntry, LibraryFile, Placed } from '../entries.ts';
import { foldedPath } from '../safe-name.ts';
import { type FolderIndex, folderOf, type Neighbours } from './neighbours.ts';
import { areRelated } from './subtitles.ts';

/** Larger pictures are left out: every one is a download and lies on the disk. */
const maxArtworkBytes = 5_000_000;

/** What a picture is called in the account, best first, by the name that Jellyfin, Emby and Kodi all read. */
const roles: Record<string, readonly string[]> = {
  poster: ['poster', 'folder', 'cover'],
  fanart: ['fanart', 'backdrop', 'background'],
  landscape: ['landscape', 'thumb'],
  banner: ['banner'],
  logo: ['logo', 'clearlogo'],
};
const roleOf = new Map(
  Object.entries(roles).flatMap(([role, names]) => names.map((name) => [name, role] as const)),
);
const seasonPoster = /^season[ ._-]?(\d{1,2}|specials?)-(?:poster|folder|cover)$/;

/** Whether a picture of this name may belong to a title: what else lies about (covers of music, scans) is not looked at. */
export function isArtwork(name: string): boolean {
  if (!isPicture(name)) return false;
  const base = foldedPath(stemOf(name));
  return roleOf.has(base) || seasonPoster.test(base) || roleOf.has(base.slice(base.lastIndexOf('-') + 1));
}

/** Whether the folder of this name holds a season, so that the pictures of its show lie one above. */
export function isSeasonFolder(name: string): boolean {
  return /^\d{1,2}$/.test(name) || readFolder(name).kind === 'season';
}

/**
 * Pictures of one title, under the names that media servers read, in the title's own directory. A picture belongs to the
 * title by its video's name (`<video>-poster.jpg`), or because it lies in a folder that is the title's own: the folder of one
 * film, the show's, the season's. One in a folder of many films belongs to nobody.
 */
export function* placeArtwork(
  dir: string,
  placed: readonly Placed[],
  neighbours: Neighbours,
): Generator<undefined, LibraryEntry[]> {
  const wall = createWall();
  for (const video of placed) {
    yield;
    const folder = neighbours.get(folderOf(video.file.path));
    if (folder) hangByName(wall, dir, video, folder);
  }
  const folders = new Set<string>();
  for (const video of placed) {
    yield;
    const { file, recognition } = video;
    const home = folderOf(file.path);
    if (recognition.kind === 'episode') {
      const { show, season } = foldersOfEpisode(video);
      if (season !== undefined && !folders.has(season) && folders.add(season))
        hangSeason(wall, dir, video, neighbours.get(season));
      if (show !== undefined && !folders.has(show) && folders.add(show))
        hangShow(wall, dir, neighbours.get(show));
    } else if (
      !folders.has(home) &&
      folders.add(home) &&
      (yield* isOwnFolder(home, video, placed, neighbours))
    ) {
      hangByRole(wall, dir, neighbours.get(home));
    }
  }
  return wall.entries();
}

/** One place for each name; whoever comes first has it, but what hangs there already stays. */
function createWall() {
  const places = new Map<string, LibraryFile[]>();
  return {
    hang(place: string, picture: LibraryFile): void {
      if (picture.sizeBytes > maxArtworkBytes) return;
      const hanging = places.get(place);
      if (hanging) hanging.push(picture);
      else places.set(place, [picture]);
    },
    entries: (): LibraryEntry[] =>
      [...places].flatMap(([place, pictures]) => {
        const pathOf = ({ name }: LibraryFile) => `${place}.${extensionOf(name).replace('jpeg', 'jpg')}`;
        const hanging = pictures.find((one) => one.sideCar?.written.includes(pathOf(one)));
        const picture = hanging ?? pictures[0];
        if (!picture) return [];
        const { fileId, sizeBytes } = picture;
        return [{ kind: 'artwork' as const, path: pathOf(picture), fileId, sizeBytes }];
      }),
  };
}
type Wall = ReturnType<typeof createWall>;

/** `<video>-poster.jpg`, `<video>.jpg`. An episode has but one picture: a still. */
function hangByName(wall: Wall, dir: string, { file, stem, recognition }: Placed, folder: FolderIndex): void {
  const video = foldedPath(stemOf(file.name));
  if (recognition.kind === 'episode') {
    hang(wall, `${stem}-thumb`, folder, [`${video}-thumb`, video]);
    return;
  }
  for (const [role, names] of Object.entries(roles)) {
    const own = names.map((name) => `${video}-${name}`);
    hang(wall, `${dir}/${role}`, folder, role === 'poster' ? [...own, video] : own);
  }
}

function hangByRole(wall: Wall, dir: string, folder: FolderIndex | undefined): void {
  for (const [role, names] of Object.entries(roles)) hang(wall, `${dir}/${role}`, folder, names);
}

function hangShow(wall: Wall, dir: string, folder: FolderIndex | undefined): void {
  hangByRole(wall, dir, folder);
  for (const base of folder?.pictures.keys() ?? []) {
    const number = seasonPoster.exec(base)?.[1];
    if (number !== undefined)
      hang(wall, `${dir}/${seasonName(Number.parseInt(number, 10) || 0)}`, folder, [base]);
  }
}

function hangSeason(wall: Wall, dir: string, { recognition }: Placed, folder: FolderIndex | undefined): void {
  if (recognition.season !== undefined)
    hang(wall, `${dir}/${seasonName(recognition.season)}`, folder, roles.poster as readonly string[]);
}

/** The first of these names that the folder has. */
function hang(wall: Wall, place: string, folder: FolderIndex | undefined, names: readonly string[]): void {
  for (const name of names) for (const picture of folder?.pictures.get(name) ?? []) wall.hang(place, picture);
}

function seasonName(season: number): string {
  return `${season === 0 ? 'season-specials' : `season${String(season).padStart(2, '0')}`}-poster`;
}

/** Where pictures of the show and of the season lie: a folder counts as the show's only when it bears its name. */
function foldersOfEpisode({ file, recognition }: Placed): { show?: string; season?: string } {
  const home = folderOf(file.path);
  const inSeason = isSeasonFolder(lastSegment(home));
  const show = inSeason ? folderOf(home) : home;
  const { kind, title = '' } = readFolder(lastSegment(show));
  const isShow = kind === 'title' && areRelated(sameTitleKey(title), sameTitleKey(recognition.title ?? ''));
  return { ...(isShow && { show }), ...(inSeason && { season: home }) };
}

/** A folder named for the film that holds no other title's video. */
function* isOwnFolder(
  home: string,
  { recognition }: Placed,
  placed: readonly Placed[],
  neighbours: Neighbours,
): Generator<undefined, boolean> {
  const { kind, title = '', year } = readFolder(lastSegment(home));
  if (kind !== 'title') return false;
  const named = areRelated(sameTitleKey(title), sameTitleKey(recognition.title ?? ''));
  if (!named && (year === undefined || year !== recognition.year)) return false;
  const own = new Set(placed.map(({ file }) => file.fileId));
  for (const { fileId, path } of neighbours.get(home)?.videos ?? []) {
    yield;
    if (!own.has(fileId) && recognise(path).kind !== 'extra') return false;
  }
  return true;
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
