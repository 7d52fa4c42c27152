/** What may be said of a thing besides its kind. */
export type OverrideField = 'title' | 'year' | 'season' | 'episodes' | 'date' | 'edition' | 'ids';

/** What says nothing of a thing of this kind, and contradicts it. */
export const unfitFields: Readonly<Record<string, readonly OverrideField[]>> = {
  movie: ['season', 'episodes', 'date'],
  extra: ['season', 'episodes', 'date'],
  ignore: ['title', 'year', 'season', 'episodes', 'date', 'edition', 'ids'],
};

/** How a sentence begins of what a kind has not. */
export const kindNames: Readonly<Record<string, string>> = {
  movie: 'a movie',
  extra: 'an extra',
  ignore: 'what is ignored',
};
