import { parseTorrentTitle } from '@viren070/parse-torrent-title';
import type { Recognition } from '../../src/naming/recognise.ts';
import type { Reader } from '../fixtures/score.ts';

/** The library below ours by itself, in the form of our answers. It knows no folders: it is asked for the last name of a path. */
export const libraryAlone: Reader = {
  recognise: readAlone,
  recogniseFolder: (paths) => paths.map(readAlone),
  recogniseInside: readAlone,
};

function readAlone(path: string): Recognition {
  const parsed = parseTorrentTitle(path.slice(path.lastIndexOf('/') + 1));
  const [season] = parsed.seasons ?? [];
  const episodes = parsed.episodes ?? [];
  const isShow = season !== undefined || episodes.length > 0 || parsed.date !== undefined;
  const year = Number.parseInt(parsed.year ?? '', 10);
  return {
    path,
    kind: isShow ? 'episode' : 'movie',
    confidence: 0,
    reasons: [],
    ...(parsed.title && { title: parsed.title }),
    ...(!Number.isNaN(year) && { year }),
    ...(season !== undefined && { season }),
    ...(episodes.length > 0 && { episodes }),
    ...(parsed.date !== undefined && { date: parsed.date }),
    ...(parsed.resolution !== undefined && { resolution: parsed.resolution }),
  };
}
