/**
 * Words of which reasons of a recognition are put together (`season: folder marker`): what was found, and what says so.
 * They stay the same, so that who shows them in another language has a word for each.
 */
export const factWords = [
  'title',
  'year',
  'season',
  'episodes',
  'absolute',
  'date',
  'episodeTitle',
  'ids',
  'part',
  'extra',
  'kind',
  'resolution',
  'hdr',
  'source',
  'edition',
  'group',
  'version',
  'languages',
] as const;

export const evidenceWords = [
  'name',
  'name, in front',
  'name, in brackets',
  'name, behind the number',
  'folder',
  'folder marker',
  'folder, called like a category',
  'folder, the name says nothing',
  'folder, the only film in it',
  'siblings',
  'siblings, in front',
  'library',
  'marker',
  'bare number',
  'season',
  'date',
  'none',
  'no season anywhere',
  'fraction, left for a person',
  'a day without a year, left for a person',
] as const;
