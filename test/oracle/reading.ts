/** What a media server makes of a tree, in one form for all of them. Paths are those of the tree. */
export interface Reading {
  films: ReadFilm[];
  episodes: ReadEpisode[];
  extras: { path: string; kind: string }[];
  /** Side-cars, and the videos that each is shown with. */
  sideCars: Map<string, string[]>;
  /** What the server does not look at. */
  ignored: string[];
  /** Videos that it looks at and cannot place. */
  lost: string[];
}

export interface ReadTitle {
  title: string;
  year: number | undefined;
  /** By provider: `tmdb`, `imdb`, `tvdb`. */
  ids: Record<string, string>;
}

export interface ReadFilm extends ReadTitle {
  /** What is offered first stands first; each is its parts in order. */
  versions: string[][];
}

export interface ReadEpisode extends ReadTitle {
  season: number | undefined;
  episodes: number[];
  date: string | undefined;
  versions: string[];
}

export type Oracle = (paths: readonly string[]) => Reading;

export function emptyReading(): Reading {
  return { films: [], episodes: [], extras: [], sideCars: new Map(), ignored: [], lost: [] };
}

/** A reading of the paths in which no folder and no name is skipped, and these paths. */
export function readingOf(paths: readonly string[], isSkipped: (name: string) => boolean) {
  const reading = emptyReading();
  const seen: string[] = [];
  for (const path of paths) (path.split('/').some(isSkipped) ? reading.ignored : seen).push(path);
  reading.sideCars = readSideCars(seen);
  return { reading, seen };
}

/** Folders above, and the name without and with its extension. */
export function partsOf(path: string) {
  const folders = path.split('/');
  const name = folders.pop() as string;
  return { folders, name, stem: name.slice(0, name.lastIndexOf('.')), isVideo: /\.strm$/i.test(name) };
}

/** Text tracks beside a video begin with its name, and then comes a dot: what Jellyfin, Kodi, Emby and Plex all say. */
export function readSideCars(paths: readonly string[]): Map<string, string[]> {
  const videos = paths.filter((path) => /\.strm$/i.test(path));
  const texts = paths.filter((path) => /\.(?:srt|ass|ssa|sub|vtt|smi|sup)$/i.test(path));
  return new Map(
    texts.map((text) => [text, videos.filter((video) => text.startsWith(`${video.slice(0, -5)}.`))]),
  );
}

/** Files in several parts. `partOf` says which whole a name is a part of, and its place there. */
export function stackUp(
  paths: readonly string[],
  partOf: (stem: string) => { whole: string; place: string } | undefined,
): string[][] {
  const wholes = Map.groupBy(paths, (path) => {
    const part = partOf(partsOf(path).stem);
    return part ? `part of ${part.whole.toLowerCase()}` : path;
  });
  const placeOf = (path: string) => partOf(partsOf(path).stem)?.place ?? '';
  return [...wholes.values()].map((parts) =>
    parts.sort((a, b) => placeOf(a).localeCompare(placeOf(b), 'en', { numeric: true })),
  );
}

/** All numbers from the first to the last. */
export function through(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first) + 1 }, (_, i) => first + i);
}
