import t from 'tap';
import type { FileId } from '../src/core/ids.ts';
import type { KnownSideCar, LibraryEntry } from '../src/library/entries.ts';
import { type LibraryFile, layoutTitle } from '../src/library/layout.ts';
import { readSubtitleTags } from '../src/library/sidecars/subtitle-tags.ts';
import { recognise } from '../src/naming/recognise.ts';
import { file as fileAt, layoutAll, paths } from './fixtures/laid-out.ts';

/** A file of an account, and what is known of it as a side-car. */
function file(path: string, sideCar?: Partial<KnownSideCar>, sizeBytes?: number): LibraryFile {
  const base = fileAt(path, sizeBytes);
  return sideCar ? { ...base, sideCar: { isFetched: true, written: [], ...sideCar } } : base;
}

/** Paths of one kind by account path, of a whole account. */
function placed(files: readonly LibraryFile[], kind: LibraryEntry['kind']): Record<string, string> {
  const byId = new Map(files.map((one) => [one.fileId, one.path]));
  const entries = layoutAll(files, { artwork: true });
  const found = entries.filter((entry) => entry.kind === kind && 'fileId' in entry);
  return Object.fromEntries(
    found.map((one) => [byId.get((one as { fileId: FileId }).fileId) as string, one.path]),
  );
}

const heat = 'Movies/Heat (1995)/Heat (1995)';

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
    ['_chs', 'zh-Hans', ''],
    ['.zh-Hant', 'zh-Hant', ''],
    ['.zh-TW.forced', 'zh-Hant', 'forced'],
    ['.sc.chi', 'zh-Hans', ''],
    ['.tc.chi', 'zh-Hant', ''],
    ['.chi', 'zh', ''],
    ['.zh_CN', 'zh-Hans', ''],
    ['.SC', 'zh-Hans', ''],
    ['.JPTC', 'zh-Hant', ''],
    ['.简体中文', 'zh-Hans', ''],
    ['.繁體', 'zh-Hant', ''],
    ['.中文', 'zh', ''],
    ['.Portuguese (Brazil)', 'pt-BR', ''],
    ['.Deutsch.forced', 'de', 'forced'],
    ['.a.release.of.sc', undefined, ''],
  ];
  for (const [rest, language, flags] of rows) {
    const { forced, sdh, ...said } = readSubtitleTags(rest);
    t.equal(said.language, language, rest);
    t.equal([forced && 'forced', sdh && 'sdh'].filter(Boolean).join(), flags, rest);
  }
});

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

t.test('both scripts of Chinese are the language for every server, and stay apart', async (t) => {
  const film = file('/F/Heat.1995.mkv');
  t.strictSame(
    placed(
      [
        film,
        file('/F/Heat.1995.sc.chi.srt', { form: 'text', language: 'zh' }),
        file('/F/Heat.1995.tc.chi.srt', { form: 'text', language: 'zh' }),
        file('/F/Heat.1995.tc.chi.forced.srt', { form: 'text', language: 'zh' }),
        file('/F/Heat.1995.zh.srt', { form: 'text', language: 'zh' }),
      ],
      'subtitle',
    ),
    {
      '/F/Heat.1995.sc.chi.srt': `${heat}.zh-Hans.zh.srt`,
      '/F/Heat.1995.tc.chi.srt': `${heat}.zh-Hant.zh.srt`,
      '/F/Heat.1995.tc.chi.forced.srt': `${heat}.zh-Hant.zh.forced.srt`,
      '/F/Heat.1995.zh.srt': `${heat}.zh.srt`,
    },
  );
  for (const written of [`${heat}.zh-Hans.srt`, `${heat}.zh.srt`])
    t.strictSame(
      placed([film, file('/F/Heat.1995.sc.chi.srt', { written: [written] })], 'subtitle'),
      { '/F/Heat.1995.sc.chi.srt': written },
      'what an older version wrote stays',
    );
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
    placed(
      [film, file('/F/Heat.1995.a.srt', { isFetched: false }), file('/F/Heat.1995.c.srt', {})],
      'subtitle',
    ),
    { '/F/Heat.1995.c.srt': `${heat}.srt`, '/F/Heat.1995.a.srt': `${heat}.2.srt` },
    'what may still learn its language takes no name from the others',
  );
  const lost = file('/F/Heat.1995.b.srt', { isFetched: false, written: [`${heat}.fr.srt`] });
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

t.test('side-cars', async (t) => {
  const stem = 'Movies/Heat (1995)/Heat (1995)';
  t.strictSame(
    paths(
      ['mkv', 'srt', 'VFF.forced.srt', 'en.sdh.ass', 'VO.srt'].map((end) => `/Films/Heat.1995.${end}`),
      'subtitle',
    ),
    [`${stem}.en.sdh.ass`, `${stem}.fr.forced.srt`, `${stem}.srt`, `${stem}.2.srt`].sort(),
    'same name; a language that is not known is left out; unique',
  );
  t.strictSame(paths(['/F/Heat (1995)/Heat.mkv', '/F/Heat (1995)/Subs/2_French.srt'], 'subtitle'), [
    `${stem}.fr.srt`,
  ]);
  t.strictSame(
    paths(['/F/Heat.1995.mkv', '/F/Alien.1979.mkv', '/F/french.srt', '/F/Other.2001.srt'], 'subtitle'),
    [],
    'in a folder of several films a loose name belongs to none',
  );
  t.strictSame(
    paths(
      [
        '/F/Dark/Saison 1/Dark.S01E01.1080p-A.mkv',
        '/F/Dark/Saison 1/Dark.S01E02.1080p-A.mkv',
        '/F/Dark/Saison 1/Dark - 1x02.fr.srt',
      ],
      'subtitle',
    ),
    ['Shows/Dark/Season 01/Dark S01E02.fr.srt'],
    'the same episode under another name',
  );
  t.strictSame(
    paths(['/F/Alien.1979.mkv', '/F/Alien.1979.2.mkv', '/F/Alien.1979.2.fr.srt'], 'subtitle').length,
    1,
    'the longest name wins',
  );
  const film = file('/Films/Heat.1995.mkv');
  const alone = [{ file: film, recognition: recognise(film.path) }];
  t.notOk(
    layoutTitle(alone, [file('/Films/french.srt')]).some(({ kind }) => kind === 'subtitle'),
    'in a folder that is not its own either, though no other film is known',
  );
  const big = layoutAll([
    file('/Films/Heat.1995.mkv'),
    file('/Films/Heat.1995.fr.sup', undefined, 6 * 1024 * 1024),
  ]);
  t.notOk(
    big.some(({ kind }) => kind === 'subtitle'),
    'too large',
  );
});
