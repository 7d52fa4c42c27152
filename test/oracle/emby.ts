import { type Oracle, partsOf, type ReadTitle, readingOf, stackUp, through } from './reading.ts';

/**
 * What Emby makes of a tree, after its documentation of names (facts/media-servers 2.4): `Title (Year)` with ids in
 * brackets, versions behind ` - `, seasons in folders of their own.
 */
export const emby: Oracle = (paths) => {
  const { reading, seen } = readingOf(paths, isSkipped);
  const films: string[] = [];
  for (const path of seen) {
    const { folders, stem, isVideo } = partsOf(path);
    if (!isVideo) continue;
    const kind = folders.length > 2 ? extraFolders.get(folders.at(-1)?.toLowerCase() ?? '') : undefined;
    const suffix = /-(trailer|scene|clip|interview|behindthescenes|deleted|featurette|short|extra|other)$/i;
    if (kind ?? suffix.test(stem)) reading.extras.push({ path, kind: kind ?? 'unknown' });
    else if (folders[0] === 'Movies' && folders.length === 2) films.push(path);
    else if (folders[0] === 'Shows' && folders.length === 3) {
      const number = numberIn(stem);
      const season = /^season (\d+)$/i.exec(folders[2] ?? '')?.[1];
      if (!number) reading.lost.push(path);
      else
        reading.episodes.push({
          ...titleIn(folders[1] as string),
          season: number.season ?? (season === undefined ? undefined : Number(season)),
          episodes: number.episodes,
          date: number.date,
          versions: [path],
        });
    } else reading.lost.push(path);
  }
  for (const [folder, files] of Map.groupBy(films, (path) => partsOf(path).folders[1] as string)) {
    const wholes = stackUp(files, partIn);
    const stemOf = ([first = '']: string[]) => partsOf(first).stem;
    const areVersions = wholes.every(
      (parts) => parts.length === 1 && (stemOf(parts) === folder || stemOf(parts).startsWith(`${folder} - `)),
    );
    const rank = (parts: string[]) =>
      stemOf(parts) === folder ? 1e6 : Number(/(\d{3,4})[ip]/i.exec(stemOf(parts))?.[1] ?? 0);
    const versions = wholes.toSorted((a, b) => rank(b) - rank(a));
    const shown = areVersions || wholes.length === 1 ? [versions] : versions.map((parts) => [parts]);
    for (const one of shown) reading.films.push({ ...titleIn(folder), versions: one });
  }
  return reading;
};

function isSkipped(name: string): boolean {
  return /^\.|^(?:sample|subs|metadata|extrafanart|extrathumbs|@eadir|lost\+found)$|^sample\./i.test(name);
}

const extraFolders = new Map(
  Object.entries({
    trailers: 'trailer',
    extras: 'unknown',
    specials: 'unknown',
    shorts: 'short',
    scenes: 'scene',
    featurettes: 'featurette',
    'behind the scenes': 'behindthescenes',
    'deleted scenes': 'deletedscene',
    interviews: 'interview',
    clips: 'clip',
    trailer: 'trailer',
  }),
);

function titleIn(folder: string): ReadTitle {
  const tags = [...folder.matchAll(/ *\[(tmdb|imdb|tvdb)id[=-]([^\]]+)\]/gi)];
  const plain = tags.reduce((text, [tag]) => text.replace(tag, ''), folder).trim();
  const dated = /^(.+?) \((\d{4})\)$/.exec(plain) ?? /^(.*\S) ((?:19|20)\d\d)$/.exec(plain);
  return {
    title: dated?.[1] ?? plain,
    year: dated ? Number(dated[2]) : undefined,
    ids: Object.fromEntries(tags.map(([, key = '', id = '']) => [key.toLowerCase(), id])),
  };
}

function partIn(stem: string): { whole: string; place: string } | undefined {
  const part = /^(.*?)[ _.-]+(?:cd|dvd|part|pt|dis[ck])[ _.-]*(\d+|[a-d])$/i.exec(stem);
  return part ? { whole: part[1] as string, place: part[2] as string } : undefined;
}

function numberIn(stem: string): { season?: number; episodes: number[]; date?: string } | undefined {
  const marked = /s(\d+)[ ._-]*e(\d+)((?:(?: ?- ?)?[ex]\d{1,3}(?!\d)|-\d{1,3}(?![\dip]))*)/i.exec(stem);
  if (marked) {
    const first = Number(marked[2]);
    const last = /\d+$/.exec(marked[3] ?? '')?.[0];
    return { season: Number(marked[1]), episodes: through(first, last === undefined ? first : Number(last)) };
  }
  const dated = /(\d{4})[._ -](\d\d)[._ -](\d\d)/.exec(stem);
  return dated ? { episodes: [], date: dated.slice(1).join('-') } : undefined;
}
