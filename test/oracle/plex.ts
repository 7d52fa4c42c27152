import { type Oracle, partsOf, type ReadTitle, readingOf, stackUp, through } from './reading.ts';

/**
 * What Plex makes of a tree, after its articles on names (facts/media-servers 2.5): ids and editions in curly braces,
 * an edition is a film of its own, ` - s01e01-e02`, parts behind the name.
 */
export const plex: Oracle = (paths) => {
  const { reading, seen } = readingOf(paths, isSkipped);
  const films: string[] = [];
  for (const path of seen) {
    const { folders, stem, isVideo } = partsOf(path);
    if (!isVideo) continue;
    const kind = folders.length > 2 ? extraFolders.get(folders[2]?.toLowerCase() ?? '') : undefined;
    const suffix = /-(trailer|scene|interview|behindthescenes|deleted|featurette|short|other)$/i.exec(
      stem,
    )?.[1];
    if (kind ?? suffix) reading.extras.push({ path, kind: kind ?? (suffix as string) });
    else if (folders[0] === 'Movies' && folders.length === 2) films.push(path);
    else {
      const number = folders[0] === 'Shows' && folders.length === 3 ? numberIn(stem) : undefined;
      const season = /^(?:season (\d+)|specials)$/i.exec(folders[2] ?? '');
      if (number && season)
        reading.episodes.push({
          ...titleIn(folders[1] as string),
          season: number.season ?? Number(season[1] ?? 0),
          episodes: number.episodes,
          date: number.date,
          versions: [path],
        });
      else reading.lost.push(path);
    }
  }
  // What reads alike is one film, and its files are its versions; another edition is another film.
  const titles = Map.groupBy(films, (path) => {
    const { folders, stem } = partsOf(path);
    const edition = /\{edition-([^}]+)\}/i.exec(stem)?.[1] ?? '';
    return `${folders[1]}\0${edition}\0${stem.startsWith(folders[1] as string) ? '' : stem}`;
  });
  for (const files of titles.values()) {
    const folder = partsOf(files[0] as string).folders[1] as string;
    reading.films.push({ ...titleIn(folder), versions: stackUp(files, partIn) });
  }
  return reading;
};

/** A hidden file is nothing, but for the one that it asks for by its name (facts/media-servers 2.5). */
function isSkipped(name: string): boolean {
  return /^\.(?!plexmatch$)|^(?:@eadir|lost\+found|#recycle|\$recycle\.bin|plex versions|sample|samples)$/i.test(
    name,
  );
}

const extraFolders = new Map(
  Object.entries({
    'behind the scenes': 'behindthescenes',
    'deleted scenes': 'deletedscene',
    featurettes: 'featurette',
    interviews: 'interview',
    scenes: 'scene',
    shorts: 'short',
    trailers: 'trailer',
    other: 'unknown',
  }),
);

function titleIn(folder: string): ReadTitle {
  const tags = [...folder.matchAll(/ *\{(tmdb|imdb|tvdb)-([^}]+)\}/gi)];
  const plain = folder.replace(/ *\{[^}]*\}| *\[[^\]]*\]/g, '').trim();
  const dated = /^(.+) \((\d{4})\)$/.exec(plain);
  return {
    title: dated?.[1] ?? plain,
    year: dated ? Number(dated[2]) : undefined,
    ids: Object.fromEntries(tags.map(([, key = '', id = '']) => [key.toLowerCase(), id])),
  };
}

function partIn(stem: string): { whole: string; place: string } | undefined {
  const part = /^(.*?)[ _.-]+(?:cd|dvd|part|pt|dis[ck])([1-8])$/i.exec(stem);
  return part ? { whole: part[1] as string, place: part[2] as string } : undefined;
}

function numberIn(stem: string): { season?: number; episodes: number[]; date?: string } | undefined {
  const marked = /s(\d{1,4})e(\d{1,4})((?:-?e\d{1,4})*)/i.exec(stem);
  if (marked) {
    const first = Number(marked[2]);
    const last = /\d+$/.exec(marked[3] ?? '')?.[0];
    return { season: Number(marked[1]), episodes: through(first, last === undefined ? first : Number(last)) };
  }
  const dated = /(\d{4})[-. ](\d\d)[-. ](\d\d)/.exec(stem);
  return dated ? { episodes: [], date: dated.slice(1).join('-') } : undefined;
}
