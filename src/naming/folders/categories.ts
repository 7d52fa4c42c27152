import { hasBracketedYear } from '../text/years.ts';

/** What a folder holds by its name alone; `any` = something, but no title (`VF`, `1080p`, `2023`, `A voir`). */
export type Category = 'movies' | 'tv' | 'anime' | 'any';

const words: Record<Category, string> = {
  movies: 'film films movie movies cinema telefilm telefilms filme filmes peliculas spielfilme speelfilms',
  tv: 'serie series miniserie miniseries webserie webseries sitcom sitcoms tv tvshow tvshows show shows feuilleton feuilletons emission emissions serien fernsehserien telenovelas',
  anime: 'anime animes manga mangas japanimation',
  any:
    'integrale integrales mes mon ma my les la le des de du d et and mini noel annee annees americain americains americaine americaines anglais anglaise anglaises britanniques coreen coreens coreenne coreennes japonais japonaise japonaises etrangers etrangeres video videos media medias mediatheque bibliotheque library partage share shared perso divers ' +
    'vf vo vostfr vff vfq vfi vf2 multi french truefrench francais francaise hd sd fhd uhd 4k 3d 1080p 720p 2160p 480p bluray dvdrip webdl web webrip remux hdlight x264 x265 h264 h265 hevc ' +
    'action comedie comedies aventure horreur drame thriller policier animation animations dessins dessin anime animes documentaire documentaires docs doc enfant enfants kids jeunesse famille family ' +
    'doku dokus dokumentationen documentales documentari documentarios kinder infantil bambini zeichentrick deutsch deutsche spanisch italiano italiani castellano espanol dublado legendado descargas ' +
    'science fiction sf fantastique guerre western romance musical shonen shounen shojo shoujo seinen josei isekai mecha concert concerts spectacle spectacles sport theatre humour classique classiques classics vieux new nouveau nouveaux nouveautes recent ' +
    'download downloads telechargement telechargements upload uploads torrents completed termine en cours a voir vu trier tri inbox public prive private subs subtitles sous titres soustitres srt vobsub bdmv certificate backup ts audio dossier dossiers folder files fichiers vrac misc autre autres temp tmp classer unsorted sorted rip rips stream jellyfin plex emby kodi',
};
const vocabulary = new Map<string, Category>();
for (const category of ['any', 'anime', 'tv', 'movies'] as const) {
  for (const word of words[category].split(' ')) vocabulary.set(word, category);
}

/** `Films d'horreur`, `Séries Marvel`: in the plural the word opens no title, whatever follows it. */
const plural: readonly (readonly [RegExp, Category])[] = [
  [/^(?:(?:mes|my|nos|les)[ ._-]+)?(?:films|movies|telefilms)(?=[ ._'-]+[a-z(])/i, 'movies'],
  [/^(?:(?:mes|my|nos|les)[ ._-]+)?(?:series|mini[ ._-]?series|sitcoms)(?=[ ._'-]+[a-z(])/i, 'tv'],
  [/^(?:(?:mes|my|nos|les)[ ._-]+)?(?:animes|mangas)(?=[ ._'-]+[a-z(])/i, 'anime'],
];

function readPlural(folded: string): Category | undefined {
  if (hasBracketedYear(folded) || /(?<![a-z])s?\d{1,2}(?!\d)/i.test(folded)) return undefined;
  return plural.find(([pattern]) => pattern.test(folded))?.[1];
}

/** The category that all words of a folded folder name stand for, undefined when one of them is another word. */
export function readCategory(folded: string): Category | undefined {
  const found = folded
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  if (found.length === 0) return undefined;
  const named = readPlural(folded);
  if (named || found.length > 6) return named;
  if (found.length === 1 && /^(?:19|20)\d\d$/.test(found[0] as string)) return 'any';
  let category: Category = 'any';
  for (const word of found) {
    const known = vocabulary.get(word) ?? (/^(?:(?:19|20)\d\d|\d0s)$/.test(word) ? 'any' : undefined);
    if (!known) return undefined;
    if (known !== 'any' && category === 'any') category = known;
  }
  if (/dessins?[ ._]animes?/i.test(folded)) return 'tv';
  // `En guerre (2005)` is a film, `Nouveautés (2023)` is not.
  if (category === 'any' && hasBracketedYear(folded) && !/nouveau|nouvelle|recent|new/i.test(folded))
    return undefined;
  return category;
}

/** Whether a folder holds documentaries: films and series, but no sagas, so that a list of them is one of episodes. */
export function holdsDocumentaries(folded: string): boolean {
  return /^(?:mes[ ._-]|my[ ._-])?(?:documentaires?|documentary|documentaries|docs?|docus?|dokus?|dokumentation(?:en)?|documentales?|documentari[os]?s?)(?![a-z])/i.test(
    folded,
  );
}

/** Whether a category means series of some kind. */
export function isSeries(category: Category | undefined): boolean {
  return category === 'tv' || category === 'anime';
}
