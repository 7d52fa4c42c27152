import { foldAccents } from '../text/clean.ts';
import { sameTitleKey } from '../text/titles.ts';
import type { FolderReading } from './folders.ts';
import { discWord } from './sections.ts';

/** Folders that hold nothing but extras, wherever they are (Jellyfin's list and the French words for them). */
const folders: Record<string, string> = {
  sample: 'sample',
  minta: 'sample',
  samples: 'sample',
  trailer: 'trailer',
  trailers: 'trailer',
  teaser: 'trailer',
  teasers: 'trailer',
  'bande annonce': 'trailer',
  'bandes annonces': 'trailer',
  ba: 'trailer',
  featurette: 'featurette',
  featurettes: 'featurette',
  'deleted scenes': 'deletedscene',
  'scenes coupees': 'deletedscene',
  'behind the scenes': 'behindthescenes',
  'making of': 'behindthescenes',
  bonus: 'unknown',
  supplements: 'unknown',
  'les bonus': 'unknown',
  'les supplements': 'unknown',
  betisier: 'unknown',
  betisiers: 'unknown',
  bloopers: 'unknown',
  backdrops: 'themevideo',
  'theme music': 'unknown',
  bonusmaterial: 'unknown',
  zusatzmaterial: 'unknown',
  'contenuti extra': 'unknown',
  'contenuti speciali': 'unknown',
  'contenido extra': 'unknown',
  'contenido adicional': 'unknown',
  'material extra': 'unknown',
  'dietro le quinte': 'behindthescenes',
  'tras las camaras': 'behindthescenes',
  'como se hizo': 'behindthescenes',
  'hinter den kulissen': 'behindthescenes',
  'achter de schermen': 'behindthescenes',
  'scene eliminate': 'deletedscene',
  'scene tagliate': 'deletedscene',
  'escenas eliminadas': 'deletedscene',
  'cenas excluidas': 'deletedscene',
  'cenas cortadas': 'deletedscene',
  'entfallene szenen': 'deletedscene',
  'geschnittene szenen': 'deletedscene',
  'geloschte szenen': 'deletedscene',
  'verwijderde scenes': 'deletedscene',
};
/** Folders that are extras only inside a title's folder: a library may well have `Films/Shorts`, and Extras is a series. */
const innerFolders: Record<string, string> = {
  proof: 'sample',
  interview: 'interview',
  interviews: 'interview',
  interviste: 'interview',
  entrevistas: 'interview',
  scenes: 'scene',
  shorts: 'short',
  clips: 'clip',
  extra: 'unknown',
  outtakes: 'unknown',
  'tomas falsas': 'unknown',
  extras: 'unknown',
  other: 'unknown',
};

/** `Bonus Disc`, `Disque bonus`, `Disc 3 - Bonus`, `DVD 2 extras`. */
const bonusDisc = new RegExp(
  `^(?:(?:bonus|supplements?|extras?) (?:${discWord}|cd|dvd|bd|blu ?ray)(?: ?\\d)?|(?:${discWord}|cd|dvd|bd|blu ?ray) ?(?:\\d )?(?:des? )?(?:bonus|supplements?|extras?))$`,
);

/** Kind of extra that this folder holds, undefined when it is none. `insideTitle`: its parent is no category. */
export function extraFolder(name: string, insideTitle: boolean): string | undefined {
  const key = foldAccents(name)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
  if (insideTitle && bonusDisc.test(key)) return 'unknown';
  return Object.hasOwn(folders, key)
    ? folders[key]
    : insideTitle && Object.hasOwn(innerFolders, key)
      ? innerFolders[key]
      : undefined;
}

/** After a codec `-SCENE` is a release group. */
const noGroup = '(?<!26[45]|xvid|divx|aac|ac3|dts|hevc|rip|dl|web|bluray|hdtv)';
const names: readonly (readonly [RegExp, string])[] = [
  [
    /^sample(?![a-z])(?!.*[([]?(?:19|20)\d\d)|[-._ ]sample[)\]]?$|^sample-|(?:(?:19|20)\d\d|e\d\d|\d{3,4}p|26[45])[)\]]?[-._ ]sample(?![a-z])/i,
    'sample',
  ],
  [
    /^(?:trailer|teaser)(?:[ ._-]?(?:\d{1,2}|(?<=[ ._-])(?:vf|vo|vost(?:fr)?|hd|\d{3,4}p)))*$|[ ._]-[ ._](?:trailer|teaser)[ ._]+(?:saison|season|staffel|temporada|stagione|s)[ ._]?\d{1,2}$|[-._ ](?:trailer|teaser)[ ._-]?\d{0,2}(?:[ ._-]+[[(]?(?:vf|vo|vff|vost(?:fr)?|\d{3,4}p)[)\]]?)*$/i,
    'trailer',
  ],
  [/(?:^|[ ._([-])bandes?[ ._-]annonces?(?![a-z])/i, 'trailer'],
  [new RegExp(`${noGroup}[-_.](?:deleted(?:[ ._-]?scenes?)?)$`, 'i'), 'deletedscene'],
  [
    /(?:^|[ ._]-[ ._])(?:scenes?[ ._](?:coupees?|supprimees?|inedites?)|deleted[ ._]scenes?)(?![a-z])/i,
    'deletedscene',
  ],
  [
    /(?:^|[ ._]-[ ._])(?:scene[ ._](?:eliminate|tagliate)|escenas[ ._]eliminadas|cenas[ ._](?:excluidas|cortadas)|(?:entfallene|geschnittene|geloschte)[ ._]szenen|verwijderde[ ._]scenes)(?=$|[ ._]*[-([\d])/i,
    'deletedscene',
  ],
  [
    /(?:^|[ ._]-[ ._])(?:dietro[ ._]le[ ._]quinte|tras[ ._]las[ ._]camaras|como[ ._]se[ ._]hizo|hinter[ ._]den[ ._]kulissen|achter[ ._]de[ ._]schermen)$/i,
    'behindthescenes',
  ],
  [new RegExp(`${noGroup}[-_.]behind[ ._-]?the[ ._-]?scenes$`, 'i'), 'behindthescenes'],
  [
    /^making[ ._-]of(?![a-z])(?!.*[ ._](?:s\d{1,2}e\d|\d{1,2}x\d))|[ ._]-[ ._]making[ ._-]of(?![a-z])|[._]making[._]of(?=$|[._](?:french|vf|vostfr|multi|dvdrip|\d{3,4}p))/i,
    'behindthescenes',
  ],
  [new RegExp(`${noGroup}-featurette$`, 'i'), 'featurette'],
  [new RegExp(`${noGroup}-interview$`, 'i'), 'interview'],
  [
    /[ ._]-[ ._]bonus(?![a-z])|^bonus(?:[ ._-]?\d{1,2})?[ ._]+-[ ._]|[ ._]bonus(?:[ ._]?\d{1,2})?$|(?<=(?:19|20)\d\d[)\]]?[ ._])bonus(?=$|[ ._]*[-[(]|[ ._]+(?:dis[ck]|dvd|cd|features?|\d)(?![a-z]))/i,
    'unknown',
  ],
  // A release of them; `2017 bonus BR` has the film as well.
  [/(?<=(?:19|20)\d\d[)\]]?[ ._])BONUS(?![A-Za-z])/, 'unknown'],
  [
    /^(?:betisiers?|bloopers|gag[ ._]reel)$|[ ._]-[ ._](?:betisiers?|bloopers|gag[ ._]reel)(?=$|[ ._]*[[(\d])/i,
    'unknown',
  ],
  // The menus of a DVD.
  [/^(?:video_ts|vts_\d\d_0)$/i, 'menu'],
  // A group is seldom in lower case.
  [new RegExp(`${noGroup}-scene\\d?$`), 'scene'],
  [new RegExp(`${noGroup}-clip$`), 'clip'],
  [new RegExp(`${noGroup}-short$`), 'short'],
  [new RegExp(`${noGroup}-(?:extra|other)$`), 'unknown'],
];
/** Names without any of these hold none of the words above. */
const anyWord =
  /sample|trailer|teaser|annonce|deleted|scene|cenas|szenen|quinte|camaras|hizo|kulissen|achter|making|featurette|interview|bonus|betisier|blooper|gag|video_ts|vts_|-(?:clip|short|extra|other)/i;
/** Anime: openings and endings without credits, menus. */
const animeNames: readonly (readonly [RegExp, string])[] = [
  [/(?<![a-z0-9])nc(?:op|ed)[ ._-]?\d{0,2}[a-z]?(?:v\d)?(?![a-z0-9])/i, 'clip'],
  [
    /^\[[^\]]+\].*[ _-](?:creditless[ _]|clean[ _])?(?:op|ed|pv|menu|cm|preview)[ _]?(?:\d{1,2}[a-z]?)?(?:v\d)?(?=[ _]*[[(]|$)/i,
    'clip',
  ],
  [
    /^\[[^\]]+\].*(?:-[ _](?:opening|ending)(?=[ _]*[[(]|$)|[ _-](?:opening|ending)[ _]?\d{1,2}[a-z]?(?:v\d)?(?=[ _]*[[(]|$))/i,
    'clip',
  ],
  [/[ ._]-[ ._](?:OP|ED)[ ._]?\d{1,2}[a-z]?(?=$|[ ._]*[[(])/, 'clip'],
  [/(?<![a-z])(?:creditless|textless)[ ._](?:op|ed|opening|ending)(?![a-z])/i, 'clip'],
];

const anyAnime = /^\[|nc(?:op|ed)|[ ._]-[ ._](?:op|ed)|less[ ._]/i;

/** Names that are extras only in the folder of a title: alone they are titles. */
const innerNames: readonly (readonly [RegExp, string])[] = [
  [/^(?:le|the|das|il|el|o)[ ._]making[ ._-]of(?![a-z])/i, 'behindthescenes'],
];
const languageEnd =
  '(?:[ ._-]+(?:\\d{1,2}|vf|vo|vost(?:fr)?|fr|en|de|es|it|hd|\\d{3,4}p|german|deutsch|english|french|francais|italiano|espanol|officielle?|oficial|ufficiale))*$';
/** Words that open such a name in the folder of a film, unless the film is called so. */
const besideFilm: readonly (readonly [RegExp, string])[] = [
  [
    new RegExp(
      `^(?:(?:official|final|main|international|theatrical|original|us|uk)[ ._-]+){0,2}(?:kino)?(?:trailer|teaser)${languageEnd}|[ ._]-[ ._](?:trailer|teaser)${languageEnd}`,
      'i',
    ),
    'trailer',
  ],
  [
    /^(?:interviews?|entretiens?|entrevistas?|interviste)(?=$|[ ._]*\d|[ ._]+(?:al|de|d'|du|des|avec|with|mit|con|met|of|-)(?![a-z]))/i,
    'interview',
  ],
  [/[ ._]making[ ._-]of$/i, 'behindthescenes'],
  [/^(?:bonus|extras?|supplements?)(?:[ ._-]*\d{1,2})?$/i, 'unknown'],
  [/[ ._]-[ ._]interviews?$/i, 'interview'],
  [/(?:^|[ ._]-[ ._])featurettes?(?=$|[ ._]*[-\d])/i, 'featurette'],
  [
    /^(?:deleted|extended|alternate|extra)[ ._]scenes?(?![a-z])|^(?:alternat(?:e|ive)[ ._]ending|fin[ ._]alternative|alternatives[ ._]ende|finale[ ._]alternativo)(?![a-z])/i,
    'deletedscene',
  ],
  [
    /^(?:outtakes?|tomas[ ._]falsas|erros[ ._]de[ ._]gravacao|verpatzte[ ._]szenen|papere|reportages?|storyboards?|screen[ ._]tests?|(?:photo[ ._])?gallery|galerie)(?=$|[ ._]*[-\d])/i,
    'unknown',
  ],
  [
    /^(?:(?:le|sur[ ._]le)[ ._])?tournage(?=$|[ ._]*[-\d])|^(?:(?:les|dans[ ._]les)[ ._])?coulisses(?![a-z])|^backstage$|^asi[ ._]se[ ._]hizo|(?:^|[ ._]-[ ._])behind[ ._]the[ ._]scenes?(?![a-z])|[ ._]-[ ._](?:le|the|das|il|el|o)[ ._]making[ ._-]of(?![a-z])/i,
    'behindthescenes',
  ],
];

/** A word for an extra as a whole title with a year: `Sample (2010)`, `Making.of.2006.FRENCH`. */
const titledShape =
  /^(samples?|trailers?|bonus|making[ ._-]?of|interviews?|featurettes?|bandes?[ ._-]annonces?)[ ._-]+[([]?((?:19|20)\d\d)(?!\d)/i;
const titledKinds: readonly (readonly [RegExp, string])[] = [
  [/^sample/i, 'sample'],
  [/^trailer|^bande/i, 'trailer'],
  [/^making/i, 'behindthescenes'],
  [/^interview/i, 'interview'],
  [/^featurette/i, 'featurette'],
];

/**
 * Kind of extra by the folded name without extension, undefined when it is none. A word with a year is the title of a
 * film, unless it lies in the folder of another film of that year.
 *
 * @param inside the title's folder above
 */
export function extraName(folded: string, inside?: FolderReading): string | undefined {
  const titled = titledShape.exec(folded);
  if (titled) {
    const word = titled[1] as string;
    const isOther = inside?.title !== undefined && sameTitleKey(inside.title) !== sameTitleKey(word);
    if (!isOther || inside.year !== Number(titled[2])) return undefined;
    return titledKinds.find(([pattern]) => pattern.test(word))?.[1] ?? 'unknown';
  }
  const kind =
    (anyWord.test(folded) ? findKind(names, folded) : undefined) ??
    (anyAnime.test(folded) ? findKind(animeNames, folded) : undefined);
  if (inside?.title === undefined || kind !== undefined) return kind;
  // `Interview (2007)/Interview`
  const isBeside = inside.year !== undefined && !findKind(besideFilm, foldAccents(inside.title));
  return findKind(innerNames, folded) ?? (isBeside ? findKind(besideFilm, folded) : undefined);
}

function findKind(kinds: readonly (readonly [RegExp, string])[], folded: string): string | undefined {
  return kinds.find(([pattern]) => pattern.test(folded))?.[1];
}

/** Kinds of extras that nobody wants to see beside a film. */
export const unseenExtras: readonly string[] = ['sample', 'menu'];
