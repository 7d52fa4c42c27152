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

/** Most words are none of them: by the letter that each begins with. */
const byLetter = new Map<string, (typeof tags)[number][]>();
for (const tag of tags) {
  const letters = new Set(tag[0].source.split('|').map((word) => word.charAt(0).toLowerCase()));
  for (const letter of letters) byLetter.set(letter, [...(byLetter.get(letter) ?? []), tag]);
}

/** Languages of a release from the part of its folded name that follows the title (facts/naming 9). */
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
  for (const [pattern, name] of byLetter.get((text[at] as string).toLowerCase()) ?? []) {
    pattern.lastIndex = at;
    if (!pattern.test(text)) continue;
    const end = pattern.lastIndex;
    if (!/[a-z0-9]/i.test(text[end] ?? ' ')) return { name, end };
  }
  return undefined;
}
