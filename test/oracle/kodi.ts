import { emptyReading, type Oracle, partsOf, type Reading, type ReadTitle, readSideCars } from './reading.ts';

/**
 * What Kodi makes of a tree whose films lie in folders that match their titles (facts/media-servers 2.3, and its wiki on
 * advancedsettings). Where releases differ, the one that reads more into a name counts. Kodi 20 makes a film of every
 * version, and of every part, because STRM files are playlists to it, which it never stacks (measured: test:kodi). Here
 * they are one film where they read alike.
 */
export const kodi: Oracle = (paths) => {
  const reading = emptyReading();
  const seen: string[] = [];
  for (const path of paths) {
    if (isTrailer(path) && partsOf(path).isVideo) reading.extras.push({ path, kind: 'trailer' });
    else (isExcluded(path) ? reading.ignored : seen).push(path);
  }
  reading.sideCars = readSideCars(seen);
  const videos = seen.filter((path) => partsOf(path).isVideo);
  const films = videos.filter((path) => path.startsWith('Movies/'));
  for (const [folder, files] of Map.groupBy(films, (path) => partsOf(path).folders.slice(1).join('/'))) {
    // A folder inside a film's is one more film to it.
    if (folder === '' || folder.includes('/')) reading.lost.push(...files);
    else reading.films.push({ ...titleIn(folder), versions: files.toSorted().map((file) => [file]) });
  }
  for (const path of videos) if (!path.startsWith('Movies/')) readEpisode(reading, path);
  return reading;
};

/** Beside the film, under its whole name. */
function isTrailer(path: string): boolean {
  const { folders, stem } = partsOf(path);
  return folders[0] === 'Movies' && folders.length === 2 && stem.endsWith(`-trailer`);
}

function isExcluded(path: string): boolean {
  const whole = `/${path}`;
  if (/[!-._ \\/]sample[-._ \\/]|[\\/]\._|\.ds_store|\.appledouble|@eadir/i.test(whole)) return true;
  return path.startsWith('Movies/') && /-trailer|[\\/](?:proof|subs)[\\/]/i.test(whole);
}

/** The title ends before these words. */
const releaseWords =
  '10bit|(?:480|576|720|1080)[pi]|2160p|3d|aac|ac3|aka|atmos|avi|bd5|bdrip|bdremux|bluray|brrip|cam|cd[1-9]|custom|dc|ddp|divx5?|' +
  'dolbydigital|dolbyvision|dsr|dsrip|dts(?:-hdma|-hra|-x)?|dutch|dv|dvd[59]?|dvdivx|dvdrip|dvdscr|dvdscreener|extended|fragment|fs|' +
  'german|h26[45]|hdr(?:10)?|hevc|hddvd|hdrip|hdtv|hdtvrip|hrhd|hrhdtv|internal|limited|multisubs|nfofix|ntsc|ogg|ogm|pal|pdtv|' +
  'proper|r[35]|remastered|remux|repack|rerip|retail|screener|se|svcd|swedish|tc|telecine|telesync|truehd|ts|uhd|unrated|ws|' +
  'x26[45]|xvid|xvidvd|xxx|web-dl|webrip|\\[.*\\]';
const junk = new RegExp(`[ _,.()[\\]-](?:${releaseWords})(?:[ _,.()[\\]-]|$)`, 'i');

function titleIn(folder: string): ReadTitle {
  // The last four digits that could be a year count, whatever follows them.
  const dated = /^(.*[^ _,.()[\]-])[ _.()[\]-]+((?:19|20)\d\d)/.exec(folder);
  let title = dated?.[1] ?? folder;
  for (const rule of [junk, /\[.*\]/]) {
    const at = title.search(rule);
    if (at > 0) title = title.slice(0, at);
  }
  title = title.replaceAll('_', ' ');
  if (!title.trim().includes(' ')) title = title.replace(/(?<!^\.*)\./g, ' ');
  const ids = [...folder.matchAll(/[{[](\w+?)(?:id)?[-=](\w+)[}|\]]/gi)];
  return {
    title: title.trim(),
    year: dated ? Number(dated[2]) : undefined,
    ids: Object.fromEntries(ids.map(([, key = '', id = '']) => [key.toLowerCase(), id])),
  };
}

function readEpisode(reading: Reading, path: string): void {
  const { folders, name } = partsOf(path);
  const number = folders[0] === 'Shows' && folders.length === 3 ? numberIn(name) : undefined;
  if (!number) reading.lost.push(path);
  else {
    const { season, episodes, date } = number;
    reading.episodes.push({ ...titleIn(folders[1] as string), season, episodes, date, versions: [path] });
  }
}

/** Rules in their order. The number behind a bare `e` needs nothing before it. */
function numberIn(name: string): { season?: number; episodes: number[]; date?: string } | undefined {
  const marked = /s(\d+)[ ._x-]*e(\d+)(?:[a-i](?!\d))?([^/]*)$/i.exec(name);
  if (marked) {
    const episodes = [Number(marked[2])];
    for (let rest = marked[3] as string, more = next(rest); more; rest = more[2] as string, more = next(rest))
      episodes.push(Number(more[1]));
    return { season: Number(marked[1]), episodes };
  }
  const loose = /e(?:p[ ._-]?)?(\d+)[^/]*$/i.exec(name);
  if (loose) return { season: 1, episodes: [Number(loose[1])] };
  const dated = /(\d{4})[.-]([01]\d)[.-]([0-3]\d)/.exec(name);
  return dated ? { episodes: [], date: dated.slice(1).join('-') } : undefined;
}

function next(rest: string): RegExpExecArray | null {
  return /^[-_ex]+(\d+)(.*)/i.exec(rest);
}
