import {
  emptyReading,
  type Oracle,
  partsOf,
  type Reading,
  type ReadTitle,
  readSideCars,
  stackUp,
  through,
} from './reading.ts';

/**
 * What Jellyfin makes of a tree, after its documentation and the rules in facts/media-servers 1.2 and 2.1. 12 groups the
 * versions of an episode and reads more forms of ids; 10 is 10.11.
 */
export function jellyfin(version: 10 | 12): Oracle {
  return (paths) => {
    const reading = emptyReading();
    const seen = paths.filter((path) => {
      const skipped = isSkipped(path);
      if (skipped) reading.ignored.push(path);
      return !skipped;
    });
    reading.sideCars = readSideCars(seen);
    const videos = seen.filter((path) => partsOf(path).isVideo);
    const mains = videos.filter((path) => {
      const kind = extraKind(path);
      if (kind) reading.extras.push({ path, kind });
      return !kind;
    });
    const folders = Map.groupBy(mains, (path) => partsOf(path).folders.join('/'));
    for (const [folder, inside] of folders) {
      if (folder.startsWith('Movies/')) readFilms(reading, folder, inside, version);
      else if (folder.startsWith('Shows/')) readEpisodes(reading, folder, inside, version);
      else reading.lost.push(...inside);
    }
    return reading;
  };
}

const skippedFolders = new Set(
  'metadata,subs,sample,minta,extrafanart,extrathumbs,lost+found,@eadir,#recycle,$recycle.bin'.split(','),
);

function isSkipped(path: string): boolean {
  const { folders, name } = partsOf(path);
  if ([...folders, name].some((one) => one.startsWith('.'))) return true;
  if (folders.some((one) => skippedFolders.has(one.toLowerCase()) || /\.trickplay$/i.test(one))) return true;
  return /^(?:sample|minta)\.|\.(?:sample|minta)\.|\.(?:sync|bts)$|^(?:small|albumart)\.jpg$/i.test(name);
}

const extraFolders: Record<string, string> = {
  trailers: 'trailer',
  'behind the scenes': 'behindthescenes',
  'deleted scenes': 'deletedscene',
  interviews: 'interview',
  scenes: 'scene',
  samples: 'sample',
  shorts: 'short',
  featurettes: 'featurette',
  extras: 'unknown',
  extra: 'unknown',
  other: 'unknown',
  clips: 'clip',
  backdrops: 'unknown',
};

function extraKind(path: string): string | undefined {
  const { folders, stem } = partsOf(path);
  const folder = extraFolders[folders.at(-1)?.toLowerCase() ?? ''];
  // The folder of a film may be called so; one inside it is for extras.
  if (folder && folders.length > 2) return folder;
  const name = stem.toLowerCase();
  if (name === 'trailer' || name === 'sample') return name;
  const loose = /(?:[-._]|- )(trailer|sample)$/.exec(name)?.[1];
  return (
    loose ??
    /-(scene|clip|interview|behindthescenes|deleted|deletedscene|featurette|short|extra|other)$/.exec(
      name,
    )?.[1]
  );
}

/** Name and year out of a folder's name: the last thing that looks like a year behind a mark, or else behind a space. */
function titleIn(name: string, version: 10 | 12): ReadTitle {
  const behindMark = /^(.+[^_,.()[\]-])[_.()[\]-]((?:19|20)\d\d)(?!\d|\W\d\d\W\d\d)/.exec(name);
  const behindAny = /^(.+[^_,.()[\]-])[ _.()[\]-]+((?:19|20)\d\d)(?!\d|\W\d\d\W\d\d)/.exec(name);
  const dated = behindMark ?? behindAny;
  return {
    title: cleaned(dated?.[1] ?? name),
    year: dated ? Number(dated[2]) : undefined,
    ids: idsIn(name, version),
  };
}

/** Words that it takes for those of a release: the title ends before them. */
const releaseWords =
  '3d|sbs|tab|hsbs|htab|mvc|hdr|hdc|uhd|ultrahd|4k|ac3|dts|custom|dc|divx5?|dsr|dsrip|dutch|dvd|dvdrip|dvdscr|dvdscreener|screener|' +
  'dvdivx|cam|fragment|fs|hdtv|hdrip|hdtvrip|internal|limited|multi|subs|ntsc|ogg|ogm|pal|pdtv|proper|repack|rerip|retail|cd[1-9]|' +
  'r5|bd5?|se|svcd|swedish|german|nfofix|unrated|ws|telesync|ts|telecine|tc|brrip|bdrip|(?:480|576|720|1080)[pi]|2160p|hrhd|hrhdtv|' +
  'hddvd|blu-?ray|[xh]26[45]|xvid|xvidvd|xxx|aac|\\[.*\\]';
const junk = new RegExp(`^\\s*(.+?)[ _,.()[\\]-](?:${releaseWords})(?:[ _,.()[\\]-]|$)`, 'i');

function cleaned(name: string): string {
  const rules = [junk, /^(.+?)\[.*\]/, /^\s*\[[^\]]+\]\s*(.+)/, /^\s*(.+?)\s+-\s+\d+\s*$/];
  return rules.reduce((text, rule) => rule.exec(text)?.[1] ?? text, name).trim();
}

function idsIn(name: string, version: 10 | 12): Record<string, string> {
  const form =
    version === 10
      ? /\[(tmdb|imdb|tvdb)id[-=]([^\]]+)\]/gi
      : /[[({](tmdb|imdb|tvdb)(?:id)?[-=]([^\])}]+)[\])}]/gi;
  const ids = Object.fromEntries(
    [...name.matchAll(form)].map(([, key = '', id = '']) => [key.toLowerCase(), id]),
  );
  const bare = /tt\d{7,}/i.exec(name)?.[0];
  return bare ? { imdb: bare, ...ids } : ids;
}

/** `cd1`, `part 2`, `disc a` at the end of a name, behind a separator. */
function partIn(stem: string): { whole: string; place: string } | undefined {
  const numbered =
    /^(.*?)(?:(?<=[\])}])|[ _.-]+)[([]?(?:cd|dvd|part|pt|dis[ck])[ _.-]*(\d+|[a-d])[)\]]?$/i.exec(stem);
  return numbered ? { whole: numbered[1] as string, place: numbered[2] as string } : undefined;
}

function readFilms(reading: Reading, folder: string, inside: string[], version: 10 | 12): void {
  const name = folder.slice(folder.lastIndexOf('/') + 1);
  const read = titleIn(name, version);
  const wholes = stackUp(inside, partIn);
  const yearOf = (path: string) => titleIn(partsOf(path).stem, version).year;
  const isGrouped =
    name.length > 1 &&
    wholes.every((parts) => parts.length === 1 && isVersionOf(name, partsOf(parts[0] as string).stem)) &&
    new Set(wholes.map(([first]) => yearOf(first as string))).size === 1;
  const whatIsShown =
    isGrouped || wholes.length === 1 ? [ranked(name, wholes)] : wholes.map((parts) => [parts]);
  for (const versions of whatIsShown) reading.films.push({ ...read, versions });
}

/** Whether a file's name is its folder's, or that and a label. */
function isVersionOf(folder: string, stem: string): boolean {
  if (!stem.toLowerCase().startsWith(folder.toLowerCase())) return false;
  const rest = stem.slice(folder.length).trim();
  return rest === '' || /^[-_.[]/.test(rest);
}

/** The one with the folder's name leads; then those that name a resolution, the largest first; then the others. */
function ranked(folder: string, wholes: readonly string[][]): string[][] {
  const stemOf = ([first = '']: string[]) => partsOf(first).stem;
  const linesOf = (parts: string[]) => Number.parseInt(/\d{3,}(?=[ip])/i.exec(stemOf(parts))?.[0] ?? '0', 10);
  const leads = (parts: string[]) => Number(stemOf(parts).toLowerCase() === folder.toLowerCase());
  return [...wholes].sort(
    (a, b) => leads(b) - leads(a) || linesOf(b) - linesOf(a) || stemOf(a).localeCompare(stemOf(b), 'en'),
  );
}

function readEpisodes(reading: Reading, folder: string, inside: string[], version: 10 | 12): void {
  const [, show = '', season] = folder.split('/');
  const named = /^(?:season|saison|staffel|temporada) *(\d+)$/i.exec(season ?? '')?.[1];
  const groups = Map.groupBy(inside, (path) => {
    const number = numberIn(partsOf(path).name);
    return number && (version === 12 ? JSON.stringify(number) : path);
  });
  for (const [key, paths] of groups) {
    if (key === undefined) {
      reading.lost.push(...paths);
      continue;
    }
    const number = numberIn(partsOf(paths[0] as string).name) as NonNullable<ReturnType<typeof numberIn>>;
    const versions = ranked(
      '',
      paths.map((path) => [path]),
    ).flat();
    reading.episodes.push({
      ...titleIn(show, version),
      season: number.season ?? (named === undefined ? undefined : Number(named)),
      episodes: number.episodes,
      date: number.date,
      versions,
    });
  }
}

/** Rules in their order; the first that fits decides. An episode of several ends with its last one. */
function numberIn(name: string): { season?: number; episodes: number[]; date?: string } | undefined {
  const marked = /s(\d+)[\][ ._-]*e(\d+)/i.exec(name);
  if (marked) {
    const [first, season] = [Number(marked[2]), Number(marked[1])];
    return { season, episodes: through(first, lastOf(name) ?? first) };
  }
  const loose = /[._ -]ep_?(\d+)/i.exec(name) ?? /e(\d+)\./i.exec(name);
  if (loose) return { episodes: [Number(loose[1])] };
  const dated = /(\d{4})[._ -](\d\d)[._ -](\d\d)/.exec(name);
  return dated ? { episodes: [], date: dated.slice(1).join('-') } : undefined;
}

/** Further numbers right behind the first: `-E02`, `E02`, `-02`, `x02`. Those of a resolution are none. */
function lastOf(name: string): number | undefined {
  // `1x02x03` is looked for as well, anywhere in the name.
  const crossed =
    /s?\d{1,4}x\d{1,3}(?:(?:-| - )\d{1,4}(?:[ex]|xe)|(?:-| - )?[ex]|-x?e?)(\d{1,3})(?![\dip])/i.exec(
      name,
    )?.[1];
  if (crossed) return Number(crossed);
  const at = /s\d{1,4}[x.]?e\d{1,3}/i.exec(name);
  if (!at) return undefined;
  const rest = name.slice(at.index + at[0].length);
  const run = /^(?:(?:-| - )?[xe]\d{1,3})+/i.exec(rest) ?? /^(?:-x?e?\d{1,3})+/i.exec(rest);
  if (!run || /^[\dip]/i.test(rest.slice(run[0].length))) return undefined;
  return Number(/\d+$/.exec(run[0])?.[0]);
}
