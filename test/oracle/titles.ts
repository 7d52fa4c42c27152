/** Titles that look like something else to a server, or that no file system holds as they are. */
const odd = [
  ...`Subs;Metadata;Sample;The Sample;Sample of Life;Trailer;Trailers;Extras;Extra;Other;Shorts;Scenes;Clips
  Interview;Featurette;Behind the Scenes;Backdrops;Specials;Proof;Season 1;S01;Movie;tvshow;lost+found
  @eaDir;#recycle;$RECYCLE.BIN;Extrafanart;Minta;2012;1917;24;The 100;300;9;M;1408;S1m0ne;Se7en;8½;U-571
  Ocean's 8;Part Two;Part A;CD2;Disc 1;pt. 3;Kill Bill: Part 2;DVD;Spartacus;Departures;CON;con;NUL;nul.txt
  COM1;aux;LPT9.x;prn;My Film-trailer;A Scene - Sample;Film.sample;x.trickplay;Crash.sync;a.sample.b;b.m3u8
  The-other;Face/Off;Mission: Impossible;What?;M*A*S*H;Tom & <Jerry>;"Q";a|b;a\\b;???;100%;%2F;S.W.A.T.
  .hack//SIGN;...And Justice;E.T.;Wall-E;Good Night, and Good Luck.;$HOME \`id\`;~tilde~;[REC];{Curly}
  (500) Days of Summer;M [tmdbid-5];Film {edition-x};Blade Runner 2049;Class of 1984;Amélie;Ame\u0301lie
  L’Été;Æon Flux;Straße;İstanbul;ÅÄÖ;Ｆｕｌｌ：width？;zalgo\u0301\u0302;فيلم عربي;שלום;Москва;Ἀλέξανδρος;東京物語;신세계
  नमस्ते;👨‍👩‍👧‍👦🎬;❤️;\u202ertl\u202c;a\u200bb;\ud800lone`.split(/[;\n] */),
  'é'.repeat(125),
  'x'.repeat(250),
  `${'x'.repeat(249)}y`,
  '漢'.repeat(83),
  '🎬'.repeat(62),
  `${'Long '.repeat(49)}end`,
];

/** Words that mean nothing to anybody. */
const plain = [
  'Ambre',
  'Zoé',
  'Nuit',
  'Ночь',
  '夜',
  'ليل',
  'Béton',
  'Orgue',
  'Fleuve',
  'Vitrail',
  'Jardin',
  'Lune',
];

type Pick = <T>(list: readonly T[]) => T;

/** A title. Now and then plain, mostly odd, or odd with something before or behind it. */
export function makeTitle(pick: Pick, n: number): string {
  const word = `${pick(plain)} ${pick(plain)}`;
  const one = pick(odd);
  return pick([
    () => `${word} ${n}th`,
    () => one,
    () => `${one} ${word}`,
    () => (isAtStartAlone(one) ? one : `${word} ${one}`),
    () => `${one}: ${word}`,
  ])();
}

/** Both read as the words of a release behind a title's other words: `Ambre Subs`, `Nuit CD2`. */
function isAtStartAlone(title: string): boolean {
  return /^(?:subs|cd2|dvd)$/i.test(title);
}

/**
 * What a name must hold of a title: its letters, digits and signs, in their order and case. Allowed to differ are
 * composed and decomposed accents; invisible and control characters; and how the words are kept apart: spaces, dots,
 * dashes, underscores, tildes, apostrophes, brackets, at signs, and the signs that file systems forbid, with what stands for them.
 */
export function wordsOf(title: string): string {
  return title
    .toWellFormed()
    .replaceAll('\ufffd', '')
    .normalize('NFC')
    .replace(/[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ufe00-\ufe0f]/g, '')
    .split(/[\s.:/\\|"'<>?*_~@()[\]{}\p{Cc}-]+/u)
    .filter(Boolean)
    .join(' ');
}

/** Whether a title came back. One of more than 150 bytes is its beginning and a mark that tells it from others. */
export function isSameTitle(read: string, given: string): boolean {
  const cut = /^(.*) ~[0-9a-f]{6}$/s.exec(read.replace(/_$/, ''))?.[1];
  if (cut === undefined) return wordsOf(read) === wordsOf(given);
  return (
    Buffer.byteLength(given) > 150 && wordsOf(given).startsWith(wordsOf(cut)) && Buffer.byteLength(cut) > 100
  );
}
