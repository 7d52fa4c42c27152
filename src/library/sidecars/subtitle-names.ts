import { extensionOf } from '../../core/name-parts.ts';
import { stemOf } from '../../naming/text/file-kinds.ts';
import type { LibraryEntry, LibraryFile } from '../entries.ts';
import { foldedPath } from '../safe-name.ts';
import type { SideCar } from './neighbours.ts';
import { readSubtitleTags } from './subtitle-tags.ts';

/** One subtitle of a video: a file, or the two of a VobSub. */
interface Track {
  file: LibraryFile;
  partner?: LibraryFile;
  rest: string;
}

/**
 * The side-cars of one video: `<stem>.<language>[.forced][.sdh][.<number>].<extension>`, all apart by dots, which are the only
 * thing that Jellyfin takes for a border there (facts/media-servers 1.2). The language is the name's, else the text's. What
 * stands in the tree keeps its number; what is not at hand yet, and may still learn its language, comes last.
 */
export function* nameSubtitles(
  stem: string,
  sideCars: readonly SideCar[],
  maxBytes: number,
): Generator<undefined, LibraryEntry[]> {
  const tracks = pairUp(sideCars).filter(
    ({ file, partner }) => Math.max(file.sizeBytes, partner?.sizeBytes ?? 0) <= maxBytes,
  );
  const taken = new Set<string>();
  const entries: LibraryEntry[] = [];
  const put = ({ file, partner }: Track, path: string): boolean => {
    if (taken.has(foldedPath(path))) return false;
    taken.add(foldedPath(path));
    const { fileId, sizeBytes } = file;
    entries.push({
      kind: 'subtitle',
      path,
      fileId,
      sizeBytes,
      ...(partner && { partnerId: partner.fileId }),
    });
    if (partner) {
      const idx = {
        path: path.replace(/\.[^.]*$/, '.idx'),
        fileId: partner.fileId,
        sizeBytes: partner.sizeBytes,
      };
      entries.push({ kind: 'subtitle', ...idx, partnerId: fileId });
    }
    return true;
  };
  const rest: (ReturnType<typeof nameOf> & { track: Track })[] = [];
  for (const track of tracks) {
    const named = nameOf(stem, track);
    if (named.kept === undefined || !put(track, named.kept)) rest.push({ track, ...named });
    yield;
  }
  const numbers = new Map<string, number>();
  for (const { track, name } of [...rest.filter((one) => one.final), ...rest.filter((one) => !one.final)]) {
    const extension = extensionOf(track.file.name);
    const plain = `${name}.${extension}`;
    // Those before it are taken, and stay so.
    let number = numbers.get(foldedPath(plain)) ?? 1;
    while (!put(track, number === 1 ? plain : `${name}.${number}.${extension}`)) number++;
    numbers.set(foldedPath(plain), number);
    yield;
  }
  return entries;
}

/** @returns its name without extension, whether that is final, and where it stands already under that name */
function nameOf(
  stem: string,
  { file, partner, rest }: Track,
): { name: string; final: boolean; kept?: string } {
  const tags = readSubtitleTags(rest);
  const known = partner?.sideCar ?? file.sideCar;
  const language = tags.language ?? known?.language;
  const name = [stem, language && languageTag(language), tags.forced && 'forced', tags.sdh && 'sdh']
    .filter(Boolean)
    .join('.');
  const final = tags.language !== undefined || known === undefined || known.isFetched;
  const end = `.${extensionOf(file.name)}`;
  const older = language?.startsWith('zh-') ? [`.${language}`, '.zh'] : [];
  const names = [name, ...older.map((tag) => name.replace(`.${language}.zh`, tag))];
  const kept = file.sideCar?.written.find((path) =>
    // Its copy was lost, and with it what the text said: the path still tells. So does one of an older version, that names the script or the language alone.
    final
      ? names.some((one) => isNumbered(path, one, end))
      : path.startsWith(`${stem}.`) && path.endsWith(end),
  );
  return { name, final, ...(kept === undefined ? {} : { kept }) };
}

/**
 * Jellyfin's table of languages has `zh` and no script, and Plex reads what stands last: the language is there, and the
 * script before it, which tells the tracks apart.
 */
function languageTag(language: string): string {
  return language.startsWith('zh-') ? `${language}.zh` : language;
}

function isNumbered(path: string, name: string, end: string): boolean {
  return (
    path.startsWith(name) && path.endsWith(end) && /^(?:\.\d+)?$/.test(path.slice(name.length, -end.length))
  );
}

/**
 * `.sub` and `.idx` of one name are one track, with one language in both names: older Jellyfin looks at the `.sub` alone, which
 * tells none (jellyfin pull 17746). An `.idx` alone shows nothing, nor does a `.sub` of pictures alone.
 */
function pairUp(sideCars: readonly SideCar[]): Track[] {
  const keyOf = ({ path, name }: LibraryFile) =>
    foldedPath(path.slice(0, path.length - name.length) + stemOf(name));
  const indexes = new Map(
    sideCars
      .filter(({ file }) => extensionOf(file.name) === 'idx')
      .map(({ file }) => [keyOf(file), file] as const),
  );
  return sideCars.flatMap(({ file, rest }): Track[] => {
    const extension = extensionOf(file.name);
    if (extension === 'idx') return [];
    const partner = extension === 'sub' ? indexes.get(keyOf(file)) : undefined;
    if (extension === 'sub' && !partner && file.sideCar?.form === 'picture-track') return [];
    return [{ file, rest, ...(partner && { partner }) }];
  });
}
