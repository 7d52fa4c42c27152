/** Texts that are made to hold a reader: of any length, so that it can be measured how its time grows with it. */
export interface HostileShape {
  name: string;
  /** About so many characters, never more. */
  make(length: number): string;
}

const signs = [
  '\n', '\r', '\t', ' ', '\u00a0', '\ufeff', '\0', '\x1a', '\x1b', '\u2028', '<', '>', '{', '}', '[', ']', '(', ')', '&', ';',
  ':', '/', '\\', '.', ',', '-', '_', '"', "'", '`', '0', '9', 'a', 'Z', 'é', 'ж', 'あ', '한', '\u{1f600}', '\u0301', '=', '%', '@', '#',
  '|', '*', '+', '?', '~', '!', '$',
]; // biome-ignore format: a list

/** Beginnings of what somebody looks for, one after the other, none of them with its end. */
const words = [
  '\r\n', '\n\r', '\n ', ' \n', '\t\n', '\r\r\n', '<a', '< ', '<>', '<a ', '</', '<b>', '</b>', '<a><b>', '{}', '{0', '{0}', '{0}{', '[]', '[0',
  '[0][', '()', '(a', '&;', '&a', '&amp', '&#', '&nbsp', '::', '0:', '0:00', '00:00:0', '1:1:', '-->', '--', '<!--', '<![CDATA[', ']]>', '<?',
  '<!', '<?xml ', '<script ', '<style>', '</script', '<SYNC ', '<sync\n', '<sync start', 'Dialogue:', 'Dialogue:,', '[Events]\n', 'id: ',
  'id:\n', 'timestamp: ', 'timestamp:\n', 'http://', 'https://a', 'https://a/p1234', 'http:', 'www', '/stream/', '/stream/a/', '/stream//',
  '?key', '?a', '&token', '&a=', 'Bearer ', 'Basic  ', 'Basic Bearer ', 'xmlns:a="', ' xmlns:a', ' xmlns:', ' a=""', 'a=', 'a.', '.a', 'a..', 'a ',
  ' a', 'a@', '@a', 'a@a', 'a,', ',,', 'a,b', '1.1.', '1.1.1.1', '1-', '-1', '1, ', 'bytes=', 'W/"', '"a",', '","', '\\"', '\\u', '\\n', '\\\\', '\\a',
  '"a":', '{"a":', '[{', '[[', '{{', '((', '<<', '"a', "a'a", "'a", 'aA', 'a1', '1a', '%2', '%2f', '%zz', 'é ', 'ж ', 'あ ', '\u{1f600} ', 'e\u0301',
  'a\u0301\u0301', '=?', '/*', '*/', '//', '../', './', ' : ', ':a', 'a: ', 'd41d8cd98f00b204e9800998ecf8427e', 'a_', '_-', '.-', ' - ', ' [', '] ', '(1',
  '|a', '\\N', '{\\', '{\\a}', '\n\n', '\n1', '1\n', '\na', '\n<', '\n{', '\n[', 'WEBVTT', 'NOTE\n', 'S01E', 'S01E01', '\u2028\n', '\x1b[', '\x1b[0',
]; // biome-ignore format: a list

const spoken = 'Je ne sais pas où il est. ';

function filled(word: string, length: number): string {
  return word.repeat(Math.max(0, Math.floor(length / word.length)));
}

/** A run, with an end that no expression for runs expects. */
const runOf = (word: string): HostileShape => ({
  name: `a run of ${JSON.stringify(word)}`,
  make: (length) => `${filled(word, length - 2)}x\n`,
});

/** A few, for a reader whose every reading takes long. */
export const fewRuns: readonly HostileShape[] = ['\n', '\r', ' ', '<', '{', 'a'].map(runOf);
export const runs: readonly HostileShape[] = [...signs, ...words].map(runOf);

/** The same signs behind a beginning that the reader takes, and between words. */
export function shapesAfter(beginning: string): HostileShape[] {
  return signs.flatMap((sign) => [
    {
      name: `${JSON.stringify(beginning.slice(0, 30))}, then ${JSON.stringify(sign)}`,
      make: (length: number) => beginning + filled(sign, length - beginning.length),
    },
    {
      name: `${JSON.stringify(beginning.slice(0, 30))}, then words and ${JSON.stringify(sign)}`,
      make: (length: number) => beginning + filled(spoken + sign, length - beginning.length),
    },
  ]);
}
