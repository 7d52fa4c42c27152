/** Tags of sound and text, in the form of the label, tried in order at each place. Upper case alone where a word is also a word. */
const tags: readonly (readonly [RegExp, string])[] = [
  [/multi(?:lang|langues?)?/iy, 'MULTi'],
  [/true[ ._-]?french|true[ ._-]?fr/iy, 'TRUEFRENCH'],
  [/vosta/iy, 'VOSTA'],
  [/vost[ ._-]?fr|vo[ ._-]st[ ._-]?fr|vost|vo\+stfr/iy, 'VOSTFR'],
  [/sub[ ._-]?french/iy, 'SUBFRENCH'],
  [/sub[ ._-]?forced/iy, 'SUBFORCED'],
  [/st[ ._-]?fr/iy, 'STFR'],
  [/fast[ ._-]?sub/iy, 'FASTSUB'],
  [/vff/iy, 'VFF'],
  [/vfq/iy, 'VFQ'],
  [/vfi/iy, 'VFI'],
  [/vf2/iy, 'VF2'],
  [/vof/iy, 'VOF'],
  [/vf/iy, 'VF'],
  [/VO/y, 'VO'],
  [/fran[cç]ais|french|fre|fra|fr/iy, 'FRENCH'],
  [/english|eng|en/iy, 'en'],
  [/german|deutsch|ger/iy, 'de'],
  [/italian|ita/iy, 'it'],
  [/spanish|castellano|esp|spa/iy, 'es'],
  [/japanese|jpn|jap/iy, 'ja'],
  [/korean|kor/iy, 'ko'],
  [/chinese|mandarin|chi/iy, 'zh'],
  [/russian|rus/iy, 'ru'],
  [/portuguese|por/iy, 'pt'],
  [/dutch|nl/iy, 'nl'],
  [/hindi/iy, 'hi'],
  [/tamil/iy, 'ta'],
  [/telugu/iy, 'te'],
  [/arabic|ara/iy, 'ar'],
  [/polish|pol/iy, 'pl'],
];

/** Languages of a release from the part of its folded name that follows the title (facts naming 9). */
export function readLanguages(text: string): string[] {
  const found: string[] = [];
  const word = /[a-z0-9+]+(?:[ ._-]+(?=st[ ._-]?fr|french|sub|fr(?![a-z])))?/giy;
  for (let at = 0; at < text.length; ) {
    if (!/[a-z]/i.test(text[at] as string)) {
      at++;
      continue;
    }
    const tag = tagAt(text, at);
    if (tag) {
      if (!found.includes(tag.name)) found.push(tag.name);
      at = tag.end;
      continue;
    }
    word.lastIndex = at;
    at += word.exec(text)?.[0].length ?? 1;
  }
  return found;
}

function tagAt(text: string, at: number): { name: string; end: number } | undefined {
  for (const [pattern, name] of tags) {
    pattern.lastIndex = at;
    if (!pattern.test(text)) continue;
    const end = pattern.lastIndex;
    if (!/[a-z0-9]/i.test(text[end] ?? ' ')) return { name, end };
  }
  return undefined;
}

/** Codes of side-car names: what people write, and the two letters that media servers read. */
const codes: Record<string, string> = {
  fr: 'fr',
  fre: 'fr',
  fra: 'fr',
  french: 'fr',
  francais: 'fr',
  vf: 'fr',
  vff: 'fr',
  vfq: 'fr-CA',
  vostfr: 'fr',
  stfr: 'fr',
  truefrench: 'fr',
  'fr-fr': 'fr',
  'fr-ca': 'fr-CA',
  en: 'en',
  eng: 'en',
  english: 'en',
  anglais: 'en',
  vo: '',
  de: 'de',
  ger: 'de',
  deu: 'de',
  german: 'de',
  it: 'it',
  ita: 'it',
  italian: 'it',
  es: 'es',
  spa: 'es',
  esp: 'es',
  spanish: 'es',
  'es-419': 'es',
  pt: 'pt',
  por: 'pt',
  'pt-br': 'pt-BR',
  portuguese: 'pt',
  nl: 'nl',
  dut: 'nl',
  nld: 'nl',
  dutch: 'nl',
  ja: 'ja',
  jpn: 'ja',
  jap: 'ja',
  japanese: 'ja',
  ko: 'ko',
  kor: 'ko',
  korean: 'ko',
  zh: 'zh',
  chi: 'zh',
  zho: 'zh',
  chinese: 'zh',
  ru: 'ru',
  rus: 'ru',
  russian: 'ru',
  ar: 'ar',
  ara: 'ar',
  arabic: 'ar',
  pl: 'pl',
  pol: 'pl',
  polish: 'pl',
  sv: 'sv',
  swe: 'sv',
  swedish: 'sv',
  da: 'da',
  dan: 'da',
  danish: 'da',
  no: 'no',
  nor: 'no',
  fi: 'fi',
  fin: 'fi',
  finnish: 'fi',
  tr: 'tr',
  tur: 'tr',
  turkish: 'tr',
  ro: 'ro',
  rum: 'ro',
  ron: 'ro',
  el: 'el',
  gre: 'el',
  ell: 'el',
  he: 'he',
  heb: 'he',
  cs: 'cs',
  cze: 'cs',
  ces: 'cs',
  hu: 'hu',
  hun: 'hu',
  uk: 'uk',
  ukr: 'uk',
  vi: 'vi',
  vie: 'vi',
  th: 'th',
  tha: 'th',
};

/** Language and kind of a subtitle from what its name has after the video's: `.VFF.forced` -> fr, forced. */
export function readSubtitleTags(rest: string): { language?: string; forced: boolean; sdh: boolean } {
  const words = rest
    .toLowerCase()
    .split(/[^a-z0-9çé-]+|(?<![a-z]{2})-|-(?![a-z0-9]{2,3}(?![a-z0-9]))/u)
    .filter(Boolean);
  const result: { language?: string; forced: boolean; sdh: boolean } = { forced: false, sdh: false };
  for (const raw of words) {
    const word = raw.replaceAll('ç', 'c').replaceAll('é', 'e');
    if (/^(?:forced?s?|forcees?|subforced)$/.test(word)) result.forced = true;
    else if (/^(?:sdh|cc|hi|malentendants?|sme)$/.test(word)) result.sdh = true;
    else if (codes[word] && result.language === undefined) result.language = codes[word];
  }
  return result;
}
