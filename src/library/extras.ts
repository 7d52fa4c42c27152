import { foldAccents } from './clean.ts';

/** Folders that hold nothing but extras, wherever they are (Jellyfin's list and the French words for them). */
const folders: Record<string, string> = {
  sample: 'sample',
  samples: 'sample',
  trailer: 'trailer',
  trailers: 'trailer',
  'bande annonce': 'trailer',
  'bandes annonces': 'trailer',
  featurette: 'featurette',
  featurettes: 'featurette',
  'deleted scenes': 'deletedscene',
  'scenes coupees': 'deletedscene',
  'behind the scenes': 'behindthescenes',
  'making of': 'behindthescenes',
  bonus: 'unknown',
  supplements: 'unknown',
  backdrops: 'unknown',
};
/** Folders that are extras only inside a title's folder: a library may well have `Films/Shorts`, and Extras is a series. */
const innerFolders: Record<string, string> = {
  interview: 'interview',
  interviews: 'interview',
  scenes: 'scene',
  shorts: 'short',
  clips: 'clip',
  extra: 'unknown',
  extras: 'unknown',
  other: 'unknown',
};

/** Kind of extra that this folder holds, undefined when it is none. `insideTitle`: its parent is no category. */
export function extraFolder(name: string, insideTitle: boolean): string | undefined {
  const key = foldAccents(name)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
  return Object.hasOwn(folders, key)
    ? folders[key]
    : insideTitle && Object.hasOwn(innerFolders, key)
      ? innerFolders[key]
      : undefined;
}

const names: readonly (readonly [RegExp, string])[] = [
  [/^sample(?![a-z])|[-._ ]sample[)\]]?$/i, 'sample'],
  [/^trailer(?:[ ._-]?\d)?$|[-._ ]trailer\d?$/i, 'trailer'],
  [/(?:^|[ ._-])bandes?[ ._-]annonces?(?![a-z])/i, 'trailer'],
  [/-deleted(?:scene)?$/, 'deletedscene'],
  [/-behindthescenes$/, 'behindthescenes'],
  [/-featurette$/, 'featurette'],
  [/-interview$/, 'interview'],
  [/^making[ ._-]of$|[ ._]-[ ._]making[ ._-]of$/i, 'behindthescenes'],
  // After a codec this is a release group (x264-SCENE), and a group is seldom in lower case.
  [/(?<!26[45]|xvid|divx|aac|ac3|dts|hevc|rip|dl)-scene$/, 'scene'],
  [/(?<!26[45]|xvid|divx|aac|ac3|dts|hevc|rip|dl)-clip$/, 'clip'],
  [/(?<!26[45]|xvid|divx|aac|ac3|dts|hevc|rip|dl)-short$/, 'short'],
  [/(?<!26[45]|xvid|divx|aac|ac3|dts|hevc|rip|dl)-(?:extra|other)$/, 'unknown'],
  // Anime: openings and endings without credits, menus.
  [/(?<![a-z0-9])nc(?:op|ed)\d{0,2}(?:v\d)?(?![a-z0-9])/i, 'clip'],
  [
    /^\[[^\]]+\].*[ _-](?:creditless[ _]|clean[ _])?(?:op|ed|pv|menu|cm)[ _]?\d{0,2}(?:v\d)?(?=[ _]*[[(]|$)/i,
    'clip',
  ],
];

/** Kind of extra by the folded name without extension, undefined when it is none. */
export function extraName(folded: string): string | undefined {
  return names.find(([pattern]) => pattern.test(folded))?.[1];
}
