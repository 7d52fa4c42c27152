import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import iconv from 'iconv-lite';
import t from 'tap';
import type { CatalogFile } from '../src/catalog/content.ts';
import { BridgeError } from '../src/errors.ts';
import type { KnownSideCar, LibraryEntry } from '../src/library/entries.ts';
import { type LibraryFile, layoutTitle, titleKey } from '../src/library/layout.ts';
import { recognise } from '../src/library/recognise/recognise.ts';
import { readSideCar } from '../src/library/side-cars/side-car-content.ts';
import { spokenLanguage, spokenLines } from '../src/library/side-cars/spoken-language.ts';
import { readSubtitleTags } from '../src/library/side-cars/subtitle-tags.ts';
import { readText } from '../src/library/side-cars/subtitle-text.ts';
import { silentLog } from '../src/log.ts';
import { createSideCarFetch } from '../src/sync/publish/fetch-side-cars.ts';
import { createSideCars } from '../src/sync/publish/side-cars.ts';
import { createScheduler } from '../src/sync/scheduler.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { type Setup, setup } from './fixtures/setup.ts';
import type { AccountFolder, FileSpec } from './simulator/simulator.ts';

/** Sentences of films, a cue each. */
function srt(...sentences: string[]): string {
  return sentences
    .map((sentence, n) => `${n + 1}\r\n00:00:0${n},000 --> 00:00:0${n},900\r\n${sentence}\r\n`)
    .join('\r\n');
}

const spoken: Record<string, string[]> = {
  fr: [
    "Où étais-tu passé ? Je t'ai cherché partout.",
    "J'ai dû rester à la maison, ça n'allait pas.",
    'Il a reçu une lettre, bien sûr, mais il ne sait pas ce que c’est.',
    "Le cœur n'y est plus. Vous êtes prêts ?",
  ],
  en: [
    'We met at the café, I think it was raining.',
    'I don’t know what you want from me, and I really can’t help you.',
    'There was a man here, he said that he would come back.',
  ],
  de: [
    'Ich weiß nicht, was du meinst. Wir müssen gehen.',
    'Das ist schön, aber es hört nicht auf. Wo ist der Schlüssel?',
    'Hast du mich verstanden? Ja, natürlich.',
  ],
  es: [
    '¿Dónde está el niño? No lo sé, señor.',
    'Mañana será otro día, pero tú no estarás aquí.',
    '¡Qué sorpresa! Es muy difícil, pero lo haré por ti.',
  ],
  it: [
    'Perché non me lo hai detto? È una cosa molto bella.',
    'Non so che cosa sia, ma verrà anche lui. Così è la vita.',
    'Sì, è già qui, con la sua città.',
  ],
  pt: [
    'Não sei o que você quer. É uma situação muito difícil.',
    'Então vamos, a minha mãe está aqui com o coração na mão.',
    'Você também não tem razão.',
  ],
  sv: [
    'Jag vet inte vad du menar. Det är inte så farligt.',
    'Kan du komma hit? Vi måste gå nu, han är här.',
    'Det här är för mycket för mig.',
  ],
  pl: [
    'Nie wiem, co się stało. Jesteś pewien, że to był on?',
    'Dziękuję bardzo, ale muszę już iść. Gdzie są klucze?',
    'To nie jest śmieszne. Chodź tu, proszę cię.',
  ],
  cs: [
    'Nevím, co se stalo. Jsi si jistý, že to byl on?',
    'Děkuju, ale už musím jít. Kde jsou klíče? Tady ne.',
    'Proč jsi mi to neřekl? Všechno je v pořádku.',
  ],
  hu: [
    'Nem tudom, mi történt. Biztos vagy benne, hogy ő volt az?',
    'Köszönöm, de most már el kell mennem. Hol vannak a kulcsok?',
    'Ez nem vicces. Miért nem szóltál előbb? Jó, akkor gyere.',
  ],
  ro: [
    'Nu ştiu ce s-a întâmplat. Eşti sigur că el a fost?',
    'Mulţumesc, dar trebuie să plec. Unde sunt cheile?',
    'Asta nu este bine pentru mine şi nici pentru tine.',
  ],
  tr: [
    'Ne olduğunu bilmiyorum. O olduğuna emin misin?',
    'Teşekkür ederim ama şimdi gitmem gerekiyor. Anahtarlar nerede?',
    'Bu hiç komik değil. Neden bana söylemedin? Çok iyi bir şey bu.',
  ],
  ru: [
    'Я не знаю, что случилось. Ты уверен, что это был он?',
    'Спасибо, но мне нужно идти. Где ключи?',
    'Это не смешно. Почему ты мне не сказал?',
  ],
  el: [
    'Δεν ξέρω τι συνέβη. Είσαι σίγουρος ότι ήταν αυτός;',
    'Ευχαριστώ, αλλά πρέπει να φύγω. Πού είναι τα κλειδιά;',
    'Δεν είναι αστείο. Γιατί δεν μου το είπες;',
  ],
  ar: [
    'لا أعرف ماذا حدث. هل أنت متأكد أنه كان هو؟',
    'شكرا لك، لكن يجب أن أذهب الآن. أين المفاتيح؟',
    'هذا ليس مضحكا. لماذا لم تقل لي ذلك؟',
  ],
  ja: [
    '何が起きたのか分からない。本当に彼だったのか？',
    'ありがとう、でももう行かなきゃ。鍵はどこ？',
    'それは面白くないよ。どうして言ってくれなかったの？',
  ],
  'zh-Hans': [
    '我不知道发生了什么。你确定是他吗？',
    '谢谢，但是我得走了。钥匙在哪里？',
    '这不好笑。你为什么不告诉我？',
  ],
  'zh-Hant': [
    '我不知道發生了什麼。你確定是他嗎？',
    '謝謝，但是我得走了。鑰匙在哪裡？',
    '這不好笑。你為什麼不告訴我？',
  ],
  ko: [
    '무슨 일이 있었는지 모르겠어. 정말 그 사람이었어?',
    '고마워, 하지만 이제 가야 해. 열쇠는 어디 있어?',
    '그건 재미없어. 왜 나한테 말하지 않았어?',
  ],
};

const encodings: Record<string, string[]> = {
  'windows-1252': ['fr', 'en', 'de', 'es', 'it', 'pt', 'sv'],
  'iso-8859-1': ['de', 'es', 'it', 'pt', 'sv'],
  'iso-8859-15': ['fr', 'de', 'es', 'it', 'pt', 'sv'],
  'windows-1250': ['pl', 'cs', 'hu', 'ro'],
  'iso-8859-2': ['pl', 'cs', 'hu'],
  'windows-1254': ['tr'],
  'windows-1251': ['ru'],
  'koi8-r': ['ru'],
  'windows-1253': ['el'],
  'windows-1256': ['ar'],
  shift_jis: ['ja'],
  'euc-jp': ['ja'],
  gb18030: ['zh-Hans'],
  big5: ['zh-Hant'],
  'euc-kr': ['ko'],
};

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

t.test('the words of a side-car name', async (t) => {
  const rows: [string, string | undefined, string][] = [
    ['.fr', 'fr', ''],
    ['.VFF.forced', 'fr', 'forced'],
    ['.en.sdh', 'en', 'sdh'],
    ['.eng.cc', 'en', 'sdh'],
    ['.en.hi', 'en', 'sdh'],
    ['.pt-BR', 'pt-BR', ''],
    ['-fr-GRP', 'fr', ''],
    ['.Français.Forcés', 'fr', 'forced'],
    ['.VO', undefined, ''],
    ['.constructor', undefined, ''],
    ['_chs', 'zh', ''],
  ];
  for (const [rest, language, flags] of rows) {
    const { forced, sdh, ...said } = readSubtitleTags(rest);
    t.equal(said.language, language, rest);
    t.equal([forced && 'forced', sdh && 'sdh'].filter(Boolean).join(), flags, rest);
  }
});

let nextId = 0;
function file(path: string, sideCar?: Partial<KnownSideCar>, sizeBytes = 1000): LibraryFile {
  const base = { fileId: `id${++nextId}`, path, name: path.slice(path.lastIndexOf('/') + 1), sizeBytes };
  return sideCar ? { ...base, sideCar: { atHand: true, written: [], ...sideCar } } : base;
}

/** Paths of one kind by account path, of a whole account. */
function placed(files: readonly LibraryFile[], kind: LibraryEntry['kind']): Record<string, string> {
  const titles = Map.groupBy(files, (one) => titleKey(one, recognise(one.path)));
  const byId = new Map(files.map((one) => [one.fileId, one.path]));
  const entries = [...titles].flatMap(([key, group]) =>
    key === undefined
      ? []
      : layoutTitle(
          group.map((one) => ({ file: one, recognition: recognise(one.path) })),
          files,
          { artwork: true },
        ),
  );
  const found = entries.filter((entry) => entry.kind === kind && 'fileId' in entry);
  return Object.fromEntries(
    found.map((one) => [byId.get((one as { fileId: string }).fileId) as string, one.path]),
  );
}

const heat = 'Movies/Heat (1995)/Heat (1995)';

t.test('the language of the text stands in the name where the name has none', async (t) => {
  const files = [
    file('/F/Heat.1995.mkv'),
    file('/F/Heat.1995.srt', { form: 'text', language: 'fr' }),
    file('/F/Heat.1995.forced.srt', { form: 'text', language: 'fr' }),
    file('/F/Heat.1995.VO.srt', { form: 'text', language: 'en' }),
    file('/F/Heat.1995.de.srt', { form: 'text', language: 'en' }),
  ];
  t.strictSame(placed(files, 'subtitle'), {
    '/F/Heat.1995.srt': `${heat}.fr.srt`,
    '/F/Heat.1995.forced.srt': `${heat}.fr.forced.srt`,
    '/F/Heat.1995.VO.srt': `${heat}.en.srt`,
    '/F/Heat.1995.de.srt': `${heat}.de.srt`,
  });
});

t.test('a side-car keeps its path when others come, and when its copy is lost', async (t) => {
  const film = file('/F/Heat.1995.mkv');
  const standing = file('/F/Heat.1995.b.srt', { language: 'fr', written: [`${heat}.fr.srt`] });
  t.strictSame(
    placed([film, file('/F/Heat.1995.a.srt', { language: 'fr' }), standing], 'subtitle'),
    { '/F/Heat.1995.b.srt': `${heat}.fr.srt`, '/F/Heat.1995.a.srt': `${heat}.fr.2.srt` },
    'whatever comes before it in the alphabet',
  );
  t.strictSame(
    placed([film, file('/F/Heat.1995.a.srt', { atHand: false }), file('/F/Heat.1995.c.srt', {})], 'subtitle'),
    { '/F/Heat.1995.c.srt': `${heat}.srt`, '/F/Heat.1995.a.srt': `${heat}.2.srt` },
    'what may still learn its language takes no name from the others',
  );
  const lost = file('/F/Heat.1995.b.srt', { atHand: false, written: [`${heat}.fr.srt`] });
  t.strictSame(placed([film, lost], 'subtitle'), { '/F/Heat.1995.b.srt': `${heat}.fr.srt` });
});

t.test('.sub and .idx go together or not at all', async (t) => {
  const film = file('/F/Heat.1995.mkv');
  const idx = (known?: Partial<KnownSideCar>) => file('/F/Heat.1995.idx', known);
  const sub = (known?: Partial<KnownSideCar>, size = 1000) => file('/F/Heat.1995.sub', known, size);
  const pair = { '/F/Heat.1995.sub': `${heat}.fr.sub`, '/F/Heat.1995.idx': `${heat}.fr.idx` };
  t.strictSame(placed([film, idx({ language: 'fr' }), sub({ form: 'picture-track' })], 'subtitle'), pair);
  t.strictSame(
    placed(
      [
        film,
        idx({ language: 'fr' }),
        sub({ form: 'picture-track' }),
        file('/F/Heat.1995.fr.sub', { form: 'text' }),
      ],
      'subtitle',
    ),
    {
      '/F/Heat.1995.fr.sub': `${heat}.fr.sub`,
      '/F/Heat.1995.sub': `${heat}.fr.2.sub`,
      '/F/Heat.1995.idx': `${heat}.fr.2.idx`,
    },
    'a number for both of a name',
  );
  t.strictSame(placed([film, idx()], 'subtitle'), {}, 'no .idx alone');
  t.strictSame(
    placed([film, sub({ form: 'picture-track' })], 'subtitle'),
    {},
    'no pictures without their times',
  );
  t.strictSame(placed([film, sub({ form: 'text', language: 'fr' })], 'subtitle'), {
    '/F/Heat.1995.sub': `${heat}.fr.sub`,
  });
  t.strictSame(
    placed([film, idx(), sub({}, 6 * 1024 * 1024)], 'subtitle'),
    {},
    'one too large takes the other along',
  );
  const entries = layoutTitle([{ file: film, recognition: recognise(film.path) }], [idx(), sub()]);
  t.equal(entries.filter((entry) => 'partnerId' in entry && entry.partnerId !== undefined).length, 2);
});

t.test('pictures: whose they are and what they are called', async (t) => {
  const rows: [what: string, paths: string[], expected: Record<string, string>][] = [
    [
      'the folder of one film',
      [
        '/Films/Heat (1995)/Heat.mkv',
        '/Films/Heat (1995)/folder.jpg',
        '/Films/Heat (1995)/FANART.JPEG',
        '/Films/Heat (1995)/clearlogo.png',
        '/Films/Heat (1995)/back.jpg',
      ],
      {
        '/Films/Heat (1995)/folder.jpg': 'Movies/Heat (1995)/poster.jpg',
        '/Films/Heat (1995)/FANART.JPEG': 'Movies/Heat (1995)/fanart.jpg',
        '/Films/Heat (1995)/clearlogo.png': 'Movies/Heat (1995)/logo.png',
      },
    ],
    [
      'the better name wins, an extra is no other film',
      [
        '/Films/Heat (1995)/Heat.mkv',
        '/Films/Heat (1995)/Heat-trailer.mkv',
        '/Films/Heat (1995)/cover.jpg',
        '/Films/Heat (1995)/poster.webp',
      ],
      { '/Films/Heat (1995)/poster.webp': 'Movies/Heat (1995)/poster.webp' },
    ],
    [
      'a category, or a folder of several films: nobody, but by the name of the video',
      [
        '/Films/Heat.1995.mkv',
        '/Films/folder.jpg',
        '/Films/Heat.1995-poster.jpg',
        '/Mann/Heat.1995.2160p.mkv',
        '/Mann/Ali.2001.mkv',
        '/Mann/poster.jpg',
        '/Mann/Ali.2001.jpg',
      ],
      {
        '/Films/Heat.1995-poster.jpg': 'Movies/Heat (1995)/poster.jpg',
        '/Mann/Ali.2001.jpg': 'Movies/Ali (2001)/poster.jpg',
      },
    ],
    [
      'a collection with one film of its own',
      ['/Films/Mann Collection/Ali.2001.mkv', '/Films/Mann Collection/poster.jpg'],
      {},
    ],
    ['the top of the account', ['/Heat.1995.mkv', '/poster.jpg'], {}],
    [
      'a show, its seasons, its episodes',
      [
        '/Séries/Dark/Saison 1/Dark.S01E01.mkv',
        '/Séries/Dark/Saison 1/Dark.S01E01-thumb.jpg',
        '/Séries/Dark/Saison 1/folder.jpg',
        '/Séries/Dark/Specials/Dark.S00E01.mkv',
        '/Séries/Dark/poster.jpg',
        '/Séries/Dark/season02-poster.jpg',
        '/Séries/Dark/season-specials-poster.jpg',
        '/Séries/folder.jpg',
      ],
      {
        '/Séries/Dark/Saison 1/Dark.S01E01-thumb.jpg': 'Shows/Dark/Season 01/Dark S01E01-thumb.jpg',
        '/Séries/Dark/Saison 1/folder.jpg': 'Shows/Dark/season01-poster.jpg',
        '/Séries/Dark/poster.jpg': 'Shows/Dark/poster.jpg',
        '/Séries/Dark/season02-poster.jpg': 'Shows/Dark/season02-poster.jpg',
        '/Séries/Dark/season-specials-poster.jpg': 'Shows/Dark/season-specials-poster.jpg',
      },
    ],
    [
      'a season right below a category',
      ['/Séries/Dark S01/Dark.S01E01.mkv', '/Séries/Dark S01/poster.jpg', '/Séries/poster.jpg'],
      { '/Séries/Dark S01/poster.jpg': 'Shows/Dark/season01-poster.jpg' },
    ],
  ];
  for (const [what, paths, expected] of rows)
    t.strictSame(
      placed(
        paths.map((path) => file(path)),
        'artwork',
      ),
      expected,
      what,
    );
  const large = [file('/F/Heat.1995.mkv'), file('/F/Heat.1995-poster.jpg', {}, 5_000_001)];
  t.strictSame(placed(large, 'artwork'), {}, 'too large');
  const film = file('/F/Heat.1995.mkv');
  t.notOk(
    layoutTitle([{ file: film, recognition: recognise(film.path) }], [file('/F/Heat.1995-poster.jpg')]).some(
      ({ kind }) => kind === 'artwork',
    ),
    'only where the setting says so',
  );
});

/** Side-cars over a host that answers from `contents`. */
function store(t: { testdir(): string }, contents: Record<string, Buffer | Error>, dir = t.testdir()) {
  const clock = createHandClock();
  const opened: string[] = [];
  const open = async (one: CatalogFile) => {
    opened.push(one.name);
    const content = contents[one.name] ?? new Error('no such file');
    if (content instanceof Error) throw content;
    return Readable.from([content.subarray(0, 3), content.subarray(3)]);
  };
  const sideCars = createSideCars({ dir: join(dir, 'sidecars'), clock, log: silentLog, open, intervalMs: 0 });
  const fileOf = (name: string, sizeBytes = 10): CatalogFile => ({
    id: name.replaceAll(/[^a-z0-9]/g, ''),
    folderId: 1,
    url: 'https://1fichier.com/?x',
    name,
    sizeBytes,
    sentAt: undefined,
    contentType: undefined,
    firstSeenAt: 0,
    missingSince: undefined,
  });
  return { sideCars, clock, opened, fileOf, dir, signal: new AbortController().signal };
}

t.test('a side-car is fetched and converted once, and known after a restart', async (t) => {
  const text = srt(...(spoken.fr ?? []));
  const contents = { 'a.srt': iconv.encode(text, 'windows-1252') };
  const one = store(t, contents);
  const a = one.fileOf('a.srt', contents['a.srt'].length);
  t.equal(await one.sideCars.find(a), undefined);
  t.equal(await one.sideCars.fetch(a, one.signal), 'fetched');
  const again = store(t, {}, one.dir);
  t.match(await again.sideCars.find(a), { form: 'text', language: 'fr' });
  t.equal((await again.sideCars.read(a)).toString(), text.replaceAll('\r\n', '\n'));
  t.equal(await again.sideCars.find({ ...a, sizeBytes: 1 }), undefined, 'another size is another content');
  t.strictSame(again.opened, []);
});

t.test('what another process fetched is seen', async (t) => {
  const one = store(t, { 'a.srt': Buffer.from(srt('Oui')), 'b.srt': Buffer.from(srt('Non')) });
  const two = store(t, {}, one.dir);
  await one.sideCars.fetch(one.fileOf('a.srt'), one.signal);
  t.ok(await two.sideCars.find(one.fileOf('a.srt')));
  t.notOk(await two.sideCars.find(one.fileOf('b.srt')));
});

t.test('a copy that an older version left is converted without a download', async (t) => {
  const one = store(t, {});
  const bytes = iconv.encode(srt(...(spoken.fr ?? [])), 'windows-1252');
  const a = one.fileOf('a.srt', bytes.length);
  mkdirSync(join(one.dir, 'sidecars'));
  writeFileSync(join(one.dir, 'sidecars', `${a.id}.${a.sizeBytes}`), bytes);
  t.equal(await one.sideCars.find(a), undefined, 'not yet');
  t.equal(await one.sideCars.fetch(a, one.signal), 'fetched');
  t.strictSame(one.opened, []);
  t.strictSame(readdirSync(join(one.dir, 'sidecars')), [`${a.id}.${a.sizeBytes}.text.fr`]);
});

t.test('what is no side-car is refused for good, what fails three times until the next start', async (t) => {
  const contents = { 'a.srt': Buffer.from('<html>busy</html>'), 'b.srt': new Error('reset') };
  const one = store(t, contents);
  t.equal(await one.sideCars.fetch(one.fileOf('a.srt'), one.signal), 'given up');
  for (const expected of ['failed', 'failed', 'given up', 'given up'])
    t.equal(await one.sideCars.fetch(one.fileOf('b.srt'), one.signal), expected);
  t.strictSame(one.opened, ['a.srt', 'b.srt', 'b.srt', 'b.srt']);
  const next = store(t, contents, one.dir);
  t.equal(await next.sideCars.fetch(one.fileOf('a.srt'), one.signal), 'given up');
  t.equal(await next.sideCars.fetch(one.fileOf('b.srt'), one.signal), 'failed');
  t.equal(
    await next.sideCars.fetch(one.fileOf('c.srt', 0), one.signal),
    'given up',
    'an empty one is not asked for',
  );
  t.strictSame(next.opened, ['b.srt']);
});

t.test('copies of files that left the library are removed', async (t) => {
  const one = store(t, {
    'a.srt': Buffer.from(srt('Oui')),
    'b.srt': Buffer.from(srt('Non')),
    'c.srt': Buffer.from(srt('Si')),
  });
  for (const name of ['a.srt', 'b.srt', 'c.srt']) await one.sideCars.fetch(one.fileOf(name), one.signal);
  await one.sideCars.sweep(
    async () =>
      new Map([
        ['asrt', 10],
        ['csrt', 11],
      ]),
  );
  t.strictSame(readdirSync(join(one.dir, 'sidecars')), ['asrt.10.text.-']);
  t.ok(await one.sideCars.find(one.fileOf('a.srt')));
  t.notOk(await one.sideCars.find(one.fileOf('b.srt')));
});

t.test('texts come before pictures; a lock or the end of the time leaves the rest for later', async (t) => {
  const clock = createHandClock();
  const asked: string[] = [];
  const published: string[] = [];
  let lock = true;
  const sideCars = {
    fetch: async ({ name }: CatalogFile) => {
      asked.push(name);
      await clock.sleep(10_000);
      if (name === 'c.srt' && lock)
        throw new BridgeError('BRIDGE_GATE_CLOSED', { retryAt: clock.now() + 1000 });
      return 'fetched' as const;
    },
  } as never;
  const fetchSideCars = createSideCarFetch({ sideCars, clock, log: silentLog });
  const { fileOf } = store(t, {});
  const names = ['poster.jpg', 'a.srt', 'b.srt', 'c.srt'];
  const run = {
    signal: new AbortController().signal,
    forMs: 20_000,
    publish: async (titles: ReadonlyMap<string, Set<string>>) =>
      void published.push(...(titles.get('') ?? [])),
  };
  const first = fetchSideCars(
    names.map((name) => ({ file: fileOf(name), tree: '', titleKey: name })),
    run,
  );
  await clock.advance(60_000);
  t.equal(await first, 20_000);
  t.strictSame(published, ['a.srt', 'b.srt']);
  const second = fetchSideCars([], run);
  await clock.advance(60_000);
  t.equal(await second, 10_000);
  lock = false;
  const third = fetchSideCars([], run);
  await clock.advance(60_000);
  await third;
  t.strictSame(published, ['a.srt', 'b.srt', 'c.srt', 'poster.jpg']);
  t.strictSame(asked, ['a.srt', 'b.srt', 'c.srt', 'c.srt', 'poster.jpg']);
});

t.test('crawls keep their time however long side-cars take', async (t) => {
  const clock = createHandClock();
  const minutes: number[] = [];
  const start = clock.now();
  const sync = {
    run: async ({ sideCarsForMs }: { sideCarsForMs?: number }) => {
      minutes.push((clock.now() - start) / 60_000);
      t.equal(sideCarsForMs, 30 * 60_000);
      await clock.sleep(20 * 60_000);
      return {
        outcome: 'done',
        calls: 1,
        note: {},
        tree: { counts: {} },
        away: [],
        fetchedForMs: 20 * 60_000,
      };
    },
  } as never;
  const scheduler = createScheduler({ sync, clock, log: silentLog, intervalMs: 30 * 60_000 });
  scheduler.start();
  await clock.advance(65 * 60_000);
  t.strictSame(minutes, [0, 30, 60]);
  const stopped = scheduler.stop();
  await clock.advance(30 * 60_000);
  await stopped;
});

const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(60, 7)]);

function account(): AccountFolder {
  const text = (name: string, content: Buffer | string): FileSpec => ({
    name,
    content: Buffer.from(content),
  });
  const film: FileSpec = { name: 'Le.Bal.1983.mkv', content: { sizeBytes: 5000, seed: 1 } };
  const french = srt(...(spoken.fr ?? []));
  return {
    folders: [
      {
        name: 'Films',
        folders: [
          {
            name: 'Le Bal (1983)',
            files: [
              film,
              text('Le.Bal.1983.srt', iconv.encode(french, 'windows-1252')),
              text('Le.Bal.1983.en.srt', '<html>503</html>'),
              text('Le.Bal.1983.idx', '# VobSub\nid: de, index: 0\ntimestamp: 00:00:01:000, filepos: 0\n'),
              text('Le.Bal.1983.sub', Buffer.from([0, 0, 1, 0xba, 1, 2, 3])),
              text('folder.jpg', jpeg),
            ],
          },
        ],
        files: [text('folder.jpg', jpeg)],
      },
      {
        name: 'Séries',
        folders: [
          {
            name: 'Lupin',
            files: [text('poster.jpg', jpeg)],
            folders: [
              {
                name: 'Saison 1',
                files: [{ name: 'Lupin.S01E01.mkv', content: { sizeBytes: 5000, seed: 2 } }],
              },
            ],
          },
        ],
      },
    ],
  };
}

function besides(house: Setup): string[] {
  return readdirSync(house.libraryDir, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:srt|sub|idx|jpg)$/.test(name))
    .sort();
}

const bal = 'Movies/Le Bal (1983)';

t.test('from the host to the tree, and there to stay', async (t) => {
  const house = await setup(t, { simulator: { account: account() }, env: { PASSERELLE_ARTWORK: 'true' } });
  await house.sync();
  const all = [
    `${bal}/Le Bal (1983).de.idx`,
    `${bal}/Le Bal (1983).de.sub`,
    `${bal}/Le Bal (1983).fr.srt`,
    `${bal}/poster.jpg`,
    'Shows/Lupin/poster.jpg',
  ];
  t.strictSame(besides(house), all);
  t.equal(
    readFileSync(join(house.libraryDir, `${bal}/Le Bal (1983).fr.srt`), 'utf8'),
    srt(...(spoken.fr ?? [])).replaceAll('\r\n', '\n'),
  );
  t.same(readFileSync(join(house.libraryDir, `${bal}/poster.jpg`)), jpeg);

  const tokens = house.simulator.counters.tokens;
  const again = await house.sync({ full: true });
  t.match(again.tree.counts, { create: 0, update: 0, delete: 0, conflict: 0, failed: 0 });
  t.equal(house.simulator.counters.tokens, tokens, 'nothing is fetched twice, nor what was refused');

  house.simulator.account.removeFile('/Films/Le Bal (1983)/Le.Bal.1983.srt');
  const picture = { name: 'season01-poster.jpg', content: jpeg };
  house.simulator.account.addFile('/Séries/Lupin', picture);
  await house.sync();
  t.strictSame(
    besides(house),
    [...all, 'Shows/Lupin/season01-poster.jpg'],
    'gone at the host, and a new picture of a show',
  );
});

t.test('another content under the same name reaches the tree, wherever it changed', async (t) => {
  const clock = createHandClock();
  const house = await setup(t, { simulator: { account: account(), clock }, overrides: { clock } });
  await house.sync();
  const french = join(house.libraryDir, `${bal}/Le Bal (1983).fr.srt`);
  const folder = '/Films/Le Bal (1983)';
  house.simulator.account.removeFile(`${folder}/Le.Bal.1983.srt`);
  const better = srt(...(spoken.fr ?? []), 'Fin.').replaceAll('\r\n', '\n');
  house.simulator.account.addFile(folder, { name: 'Le.Bal.1983.srt', content: Buffer.from(better) });
  await house.sync();
  t.equal(readFileSync(french, 'utf8'), better, 'uploaded anew: at once, not when the old one is forgotten');
  t.equal(besides(house).filter((name) => name.endsWith('.srt')).length, 1);
  await house.close();

  const copies = join(house.home, 'data/sidecars');
  const copy =
    readdirSync(copies).find((name) => name.endsWith(`.${Buffer.byteLength(better)}.text.fr`)) ?? '';
  writeFileSync(join(copies, copy), `${better}\n`);
  const next = await setup(t, { simulator: { account: account() }, home: house.home });
  await next.bridge.publisher.everything();
  t.equal(readFileSync(french, 'utf8'), `${better}\n`, 'a copy that is not what was written');
});

t.test('pictures stay where they are unless the setting says otherwise', async (t) => {
  const house = await setup(t, { simulator: { account: account() } });
  await house.sync();
  t.notOk(besides(house).some((name) => name.endsWith('.jpg')));
  t.equal(house.simulator.counters.tokens, 4);
});
