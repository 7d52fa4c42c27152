import type { CleanName } from './clean.ts';
import type { Above } from './folders.ts';
import type { Marker } from './markers.ts';
import type { ReleaseTags } from './release-tags.ts';

/** Everything that was read from one path, before it is merged. */
export interface Reading {
  name: CleanName;
  above: Above;
  release: ReleaseTags;
  /** Index of the first release tag in the name, -1 = none. */
  tagAt: number;
  marker: Marker | undefined;
}

/** How an episode was found, undefined when the file is no part of a show. */
export interface ShowReading {
  marker?: Marker;
  date?: { start: number; end: number; date: string };
  how: 'marker' | 'folder marker' | 'date' | 'bare number' | 'season' | 'library';
}
