/** What people write for a language in the names of side-cars, by the code that media servers read. */
const words: Record<string, string> = {
  fr: 'fr fre fra french francais vf vff vostfr stfr truefrench fr-fr vof vf2 vfi subfrench',
  'fr-CA': 'vfq fr-ca',
  en: 'en eng english anglais anglaise',
  de: 'de ger deu german deutsch allemand',
  it: 'it ita italian italien italiano',
  es: 'es spa esp spanish es-419 espanol castellano espagnol latino',
  pt: 'pt por portuguese portugues portugais',
  'pt-BR': 'pt-br ptbr pob brazilian brasileiro',
  nl: 'nl dut nld dutch nederlands',
  ja: 'ja jpn jap japanese',
  ko: 'ko kor korean',
  zh: 'zh chi zho cmn chinese mandarin 中文 中字',
  'zh-Hans': 'zh-hans chs zhs zh-cn zh-sg simplifiedchinese jpsc 简体 简体中文 简中 简日 简日双语',
  'zh-Hant':
    'zh-hant cht zht zh-tw zh-hk zh-mo traditionalchinese jptc big5 繁体 繁體 繁体中文 繁體中文 繁中 繁日 繁日雙語',
  ru: 'ru rus russian',
  ar: 'ar ara arabic arabe',
  pl: 'pl pol polish polski',
  sv: 'sv swe swedish svenska',
  da: 'da dan danish dansk',
  no: 'no nor nb nob norsk norwegian',
  fi: 'fi fin finnish suomi',
  tr: 'tr tur turkish turkce',
  ro: 'ro rum ron romanian',
  el: 'el gre ell greek',
  he: 'he heb hebrew',
  cs: 'cs cze ces czech',
  hu: 'hu hun magyar hungarian',
  uk: 'uk ukr ukrainian',
  vi: 'vi vie vietnamese',
  th: 'th tha thai',
  sk: 'sk slo slk slovak',
  hr: 'hr hrv croatian',
  sr: 'sr srp serbian',
  bg: 'bg bul bulgarian',
  fa: 'fa per fas persian farsi',
  id: 'ind indonesian',
  hi: 'hin hindi',
  ta: 'tam tamil',
  te: 'tel telugu',
};
const codes = new Map(
  Object.entries(words).flatMap(([code, list]) => list.split(' ').map((word) => [word, code] as const)),
);

/** The code for a word, an ISO 639 code or a name of a language; undefined for any other word. */
export function languageCode(word: string): string | undefined {
  return codes.get(word.toLowerCase().replaceAll('ç', 'c').replaceAll('é', 'e').replaceAll('ñ', 'n'));
}

/** Words for the script of a Chinese text: beside the language alone, where they are hardly anything else. */
const scripts: Record<string, string> = {
  'zh-Hans': 'sc gb hans simplified 简体',
  'zh-Hant': 'tc big5 hant traditional 繁体 繁體',
};
const scriptCodes = new Map(
  Object.entries(scripts).flatMap(([code, list]) => list.split(' ').map((word) => [word, code] as const)),
);

/** Words for a script that say it alone as well, where hardly anything else is said. */
const scriptAlone = /^[st]c$/;
const maxWordsBesideScript = 2;

export interface SubtitleTags {
  language?: string;
  forced: boolean;
  sdh: boolean;
}

/** Language and kind of a subtitle from what its name has after the video's: `.VFF.forced` -> fr, forced. */
export function readSubtitleTags(rest: string): SubtitleTags {
  const found = rest
    .normalize('NFC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}-]+/u)
    // `pt-BR` is one word, `fr-GRP` two.
    .flatMap((word) => (languageCode(word) === undefined ? word.split('-') : word))
    .filter((word) => word !== '');
  const result: SubtitleTags = { forced: false, sdh: false };
  for (const [at, word] of found.entries()) {
    if (/^(?:forced?s?|forc[eé]e?s?|subforced)$/.test(word)) result.forced = true;
    else if (/^(?:sdh|cc|hi|malentendants?|sme)$/.test(word)) result.sdh = true;
    else if (result.language === undefined) {
      // `zh_CN`
      const language = languageCode(`${word}-${found[at + 1]}`) ?? languageCode(word);
      if (language !== undefined) result.language = language;
    }
  }
  const isScript = found.length <= maxWordsBesideScript && found.some((word) => scriptAlone.test(word));
  if (result.language === undefined && isScript) result.language = 'zh';
  if (result.language === 'pt' && found.some((word) => /^bra[sz]il$/.test(word))) result.language = 'pt-BR';
  if (result.language === 'zh')
    result.language = found.map((word) => scriptCodes.get(word)).find((code) => code !== undefined) ?? 'zh';
  return result;
}
