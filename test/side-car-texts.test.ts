import iconv from 'iconv-lite';
import t from 'tap';
import { readSideCar } from '../src/library/sidecars/sidecar-content.ts';
import { spokenLanguage, spokenLines } from '../src/library/sidecars/spoken-language.ts';
import { readText } from '../src/library/sidecars/subtitle-text.ts';
import { encodings, spoken, srt } from './tables/spoken-lines.ts';

/** Side-cars by their bytes: encodings, languages, what they are and what is refused. */

/** What this encoding cannot hold is not what the test is about. */
function inEncoding(text: string, encoding: string): string {
  const plain = encoding.startsWith('iso') ? text.replaceAll('’', "'").replaceAll('…', '...') : text;
  return encoding === 'iso-8859-1' ? plain.replaceAll('œ', 'oe') : plain;
}

t.test('texts of subtitles come out right from every encoding, a whole file or a single cue', async (t) => {
  for (const [encoding, languages] of Object.entries(encodings)) {
    for (const language of languages) {
      const sentences = (spoken[language] ?? []).map((one) => inEncoding(one, encoding));
      for (const text of [srt(...sentences), ...sentences.map((one) => srt(one))]) {
        const read = readText(iconv.encode(text, encoding));
        t.equal(
          read?.text,
          text.replaceAll('\r\n', '\n'),
          `${language} in ${encoding}, said ${read?.encoding}`,
        );
      }
    }
  }
});

t.test('Unicode in all its forms, with a mark and without', async (t) => {
  for (const language of Object.keys(spoken)) {
    const text = srt(...(spoken[language] ?? []));
    for (const encoding of ['utf-8', 'utf-16le', 'utf-16be']) {
      for (const addBOM of [true, false]) {
        const read = readText(iconv.encode(text, encoding, { addBOM }));
        t.equal(read?.text, text.replaceAll('\r\n', '\n'), `${language} in ${encoding}, mark: ${addBOM}`);
      }
    }
  }
});

t.test('short French texts in Windows-1252 are never taken for anything else', async (t) => {
  const lines = [
    'Été', 'À', 'À côté !', 'Ça va ?', 'On va à la mer.', 'à', 'Très bien.', 'Là-bas…', 'Où ça ?', 'Évidemment !',
    '« Non ! »', 'Noël', 'Ô rage, ô désespoir !', 'Garçon, l’addition !', 'Cœur', 'Hé !', 'Créée', 'ÉCOLE FERMÉE',
    'À bientôt, Zoé.', 'C’est fini…', '100 €', 'Mère ! Père !', 'ÇÀ ET LÀ', '– Désolé.\r\n– Moi aussi.', 'Ouï-dire', 'Bébé dort.',
  ]; // biome-ignore format: a list of words
  for (const line of lines) {
    const text = srt(line);
    t.equal(readText(iconv.encode(text, 'windows-1252'))?.text, text.replaceAll('\r\n', '\n'), line);
  }
});

t.test('a hint from the name tips the scales where the text is short', async (t) => {
  for (const [language, encoding, word] of [
    ['pl', 'windows-1250', 'Wejście.'],
    ['cs', 'windows-1250', 'Příště!'],
    ['ru', 'windows-1251', 'Привет. Пока.'],
    ['tr', 'windows-1254', 'Şimdi.'],
  ] as const) {
    const text = srt(word).replaceAll('\r\n', '\n');
    t.equal(readText(iconv.encode(text, encoding), language)?.text, text, word);
  }
});

t.test('ends of lines and padding: one kind of end, nothing behind the last word', async (t) => {
  t.equal(readText(Buffer.from('a\r\nb\r\r\nc\rd\n'))?.text, 'a\nb\nc\nd\n');
  t.equal(readText(Buffer.from('Fin\x1a\0\0\0'))?.text, 'Fin');
  t.equal(readText(Buffer.from('\ufeff\ufeffEncore'))?.text, 'Encore', 'two marks');
  const broken = Buffer.concat([Buffer.from(srt(...(spoken.fr ?? []))), Buffer.from([0xe9, 0x0a])]);
  t.equal(readText(broken)?.encoding, 'utf-8', 'one broken place does not change the rest');
});

t.test('the language of a text, and silence where it is not sure', async (t) => {
  const long = (sentences: readonly string[]) => srt(...Array.from({ length: 12 }, () => sentences).flat());
  for (const language of [
    'fr',
    'en',
    'de',
    'es',
    'it',
    'pt',
    'sv',
    'pl',
    'hu',
    'ro',
    'tr',
    'ru',
    'el',
    'ar',
    'ja',
    'ko',
  ])
    t.equal(spokenLanguage(long(spoken[language] ?? [])), language);
  t.equal(spokenLanguage(long(spoken['zh-Hans'] ?? [])), 'zh');
  t.equal(spokenLanguage(srt(...(spoken.fr ?? []))), 'fr', 'four lines are enough');
  const none: [string, string][] = [
    ['nothing', ''],
    ['a word', srt('Oui.')],
    [
      'names and numbers',
      srt('John Smith', 'Maria Garcia', '1984', 'Los Angeles', 'Paris', 'Berlin', 'Tokyo 2020'),
    ],
    ['two languages', long([...(spoken.fr ?? []), ...(spoken.en ?? [])])],
    ['two scripts', long([...(spoken['zh-Hans'] ?? []), 'I do not know what happened to him.'])],
    [
      'a language that franc does not know',
      long(['Jeg ved ikke hvad du mener. Det er ikke så farligt.', 'Kan du komme her? Vi må gå nu.']),
    ],
  ];
  for (const [what, text] of none) t.equal(spokenLanguage(text), undefined, what);
});

t.test('times and markup are not said', async (t) => {
  const ass = [
    '[Script Info]',
    'Title: The English one',
    '[Events]',
    'Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text',
    'Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\i1}Oui, bien sûr{\\i0},\\Nmonsieur',
  ].join('\n');
  t.strictSame(spokenLines(ass), ['Oui, bien sûr , monsieur']);
  t.strictSame(spokenLines('WEBVTT\n\n00:01.000 --> 00:02.000 align:start\n<v Anna>Bonjour</v>\n'), [
    'Bonjour',
  ]);
  t.strictSame(spokenLines('{1}{25}{y:i}Bonjour|Salut'), ['Bonjour Salut']);
  t.strictSame(spokenLines('<SYNC Start=1><P Class=FR>Bonjour&nbsp;'), ['Bonjour']);
  t.strictSame(spokenLines('1\n00:00:01,000 --> 00:00:02,000\nwww.example.org\n'), []);
});

t.test('what a side-car is by its bytes, and what is refused', async (t) => {
  const text = srt('Été');
  const idx = (...ids: string[]) =>
    [
      '# VobSub index file, v7',
      ...ids.map((id, n) => `id: ${id}, index: ${n}`),
      'timestamp: 00:00:01:000, filepos: 0',
    ].join('\n');
  const film = Buffer.concat([Buffer.from([0, 0, 0, 0x18]), Buffer.from('ftypisom'), Buffer.alloc(500)]);
  const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]);
  const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0x10]);
  const rows: [name: string, bytes: Buffer | string, expected: string | undefined][] = [
    ['a.srt', text, 'text'],
    ['a.srt', iconv.encode(text, 'windows-1252'), 'text'],
    ['a.ass', '[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,Oui', 'text'],
    ['a.vtt', 'WEBVTT\n\n00:01.000 --> 00:02.000\nOui', 'text'],
    ['a.vtt', 'WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nOui', 'text'],
    ['a.smi', '<SAMI><BODY><SYNC Start=1000><P>Oui</BODY></SAMI>', 'text'],
    ['a.sub', '{100}{200}Oui', 'text'],
    ['a.sub', Buffer.from([0, 0, 1, 0xba, 0x44, 0]), 'picture-track'],
    ['a.sup', Buffer.from('PG\0\0'), 'picture-track'],
    ['a.sup', text, undefined],
    ['a.mks', Buffer.from([0x1a, 0x45, 0xdf, 0xa3]), 'picture-track'],
    ['a.idx', idx('fr'), 'text'],
    ['a.idx', 'nothing', undefined],
    ['a.srt', '<!DOCTYPE html><html><body>404 at 10:11:12</body></html>', undefined],
    ['a.srt', '\n<html><head></head></html>', undefined],
    ['a.srt', '{"status":"KO","message":"at 10:11:12"}', undefined],
    ['a.srt', 'Not found', undefined],
    ['a.srt', '', undefined],
    ['a.srt', Buffer.from('PK\x03\x04\0\0\x08\0'.padEnd(400, '\x01\x02')), undefined],
    ['a.srt', film, undefined],
    ['a.srt', png, undefined],
    ['poster.jpg', jpeg, 'artwork'],
    ['poster.jpg', png, 'artwork'],
    ['poster.webp', Buffer.from('RIFF\0\0\0\0WEBPVP8 '), 'artwork'],
    ['poster.jpg', '<html>', undefined],
  ];
  for (const [name, bytes, expected] of rows)
    t.equal(
      readSideCar(name, Buffer.from(bytes))?.form,
      expected,
      `${name}: ${JSON.stringify(String(bytes).slice(0, 30))}`,
    );
  t.equal(
    readSideCar('a.srt', iconv.encode(text, 'windows-1252'))?.bytes.toString(),
    text.replaceAll('\r\n', '\n'),
  );
  t.equal(readSideCar('a.idx', Buffer.from(idx('fr')))?.language, 'fr');
  t.equal(readSideCar('a.idx', Buffer.from(idx('fr', 'en')))?.language, undefined, 'two languages in one');
});
