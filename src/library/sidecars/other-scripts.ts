/** An encoding of texts that are in no Latin script, and what they are full of. */
export interface ScriptEncoding {
  encoding: string;
  script: RegExp;
  /** The commonest characters of the languages it serves. */
  common: ReadonlySet<string>;
  /** Share of all its characters that these are in an ordinary text. */
  usual: number;
  /** Several bytes a character, of a script that needs no spaces around Latin words. */
  wide: boolean;
}

const han = /\p{sc=Han}/u;
const simplified =
  '的是不我一了在有你他这么就那来们要会说个到人去好都没什也可为对得过她能想吗知道还很上里吧呢和下时出看大天小样以起，。？！：…“”';
const traditional =
  '的是不我一了在有你他這麼就那來們要會說個到人去好都沒什也可為對得過她能想嗎知道還很上裡吧呢和下時出看大天小樣以起，。？！：…「」';
const japanese =
  'のにはてをがたでとしなれもいるかっまだすんらくうけよえこそあどきさわねりおせみちじつ。、？！ーンスルトアイラリック「」…';
const korean =
  '이다는을가에의고하지어그나아기니를은도해로게거한자요서네라리사만안있내당야들일대왜너우인면데여시없오까할무수알정';
const thai = 'านรอกเงมยลวดทส่้ตะิ์ีัปคบห';

/** Those that chardet and iconv-lite both know. The common characters tell them apart where the bytes fit several. */
export const scriptEncodings: readonly ScriptEncoding[] = [
  row('windows-1251', /\p{sc=Cyrillic}/u, 'оеаинтсрвлі', 0.65),
  row('koi8-r', /\p{sc=Cyrillic}/u, 'оеаинтсрвл', 0.65),
  row('windows-1253', /\p{sc=Greek}/u, 'αοιετσνηυρςάόίέή', 0.7),
  row('windows-1256', /\p{sc=Arabic}/u, 'الينموترهبدسكیعک', 0.75),
  row('windows-1255', /\p{sc=Hebrew}/u, 'יוהלאתמרבשנ', 0.7),
  row('windows-874', /\p{sc=Thai}/u, thai, 0.7),
  row('shift_jis', /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u, japanese, 0.6, true),
  row('euc-jp', /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u, japanese, 0.6, true),
  row('gb18030', han, simplified, 0.35, true),
  row('big5', han, traditional, 0.35, true),
  row('euc-kr', /\p{sc=Hangul}/u, korean, 0.45, true),
];

function row(encoding: string, script: RegExp, common: string, usual: number, wide = false): ScriptEncoding {
  return { encoding, script, common: new Set(common), usual, wide };
}
