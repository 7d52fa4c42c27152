import t from 'tap';
import { Builder, parseStringPromise } from 'xml2js';
import { toFileId } from '../src/core/ids.ts';
import { labelVersions } from '../src/library/labels.ts';
import { labelWords, type MediaFacts } from '../src/library/media-facts.ts';
import { episodeNfo, movieNfo, seasonNfo, tvshowNfo } from '../src/library/nfo.ts';
import { createNfoBuilder } from '../src/library/nfo-builder.ts';
import { plexmatch } from '../src/library/plexmatch.ts';
import { type Profile, profiles } from '../src/library/profiles.ts';
import { recognise } from '../src/naming/recognise.ts';
import type { Recognition } from '../src/naming/text/recognition.ts';
import { file, layoutAll, paths } from './fixtures/laid-out.ts';
import { factsOf } from './fixtures/media-queue.ts';

/** What is said beside a film: its NFO file, `.plexmatch`, and labels by what its header says. */

t.test('NFO files: where they lie', async (t) => {
  t.strictSame(paths(['/a/Heat.1995.1080p.mkv', '/a/Heat.1995.720p.mkv'], 'nfo'), [
    'Movies/Heat (1995)/Heat (1995) - 1080p.nfo',
    'Movies/Heat (1995)/Heat (1995) - 720p.nfo',
    'Movies/Heat (1995)/movie.nfo',
  ]);
  t.strictSame(paths(['/Lupin.S01E02.mkv'], 'nfo'), [
    'Shows/Lupin/Season 01/Lupin S01E02.nfo',
    'Shows/Lupin/Season 01/season.nfo',
    'Shows/Lupin/tvshow.nfo',
  ]);
  t.strictSame(paths(['/Lupin.S01E02.mkv'], 'nfo', { nfo: false }), []);
});

t.test('NFO files: what they say', async (t) => {
  const base = { path: '/x', confidence: 1, reasons: [] };
  const movie = {
    ...base,
    kind: 'movie',
    title: 'Tom & <Jerry>',
    year: 1968,
    ids: { tmdb: '1', imdb: 'tt12345' },
  } as const;
  const { movie: parsed } = await parseStringPromise(movieNfo(movie, { lockData: true }));
  t.strictSame(parsed.title, ['Tom & <Jerry>']);
  t.strictSame(parsed.year, ['1968']);
  t.strictSame(parsed.lockdata, ['true']);
  t.strictSame(
    parsed.uniqueid.map((id: { _: string; $: { type: string } }) => [id.$.type, id._]),
    [
      ['tmdb', '1'],
      ['imdb', 'tt12345'],
    ],
  );
  const episode = { ...base, kind: 'episode', title: 'Dark', season: 1, episodes: [1, 2] } as const;
  const text = episodeNfo({ ...episode, episodes: [1, 2] }, { lockData: false });
  t.equal(text.match(/<episodedetails>/g)?.length, 2, 'one root for each episode');
  t.equal(text.match(/<\?xml/g)?.length, 1);
  t.match(text.match(/<title>[^<]*/g), ['<title>Episode 1', '<title>Episode 2']);
  t.match(episodeNfo({ ...episode, episodes: [2] }, { lockData: true }), /<title>Episode 2<\/title>/);
  t.match(
    episodeNfo({ ...base, kind: 'episode', title: 'Q', date: '2024-05-31' }, { lockData: false }),
    /<aired>2024-05-31</,
  );
  const odd = tvshowNfo(
    { ...base, kind: 'episode', title: 'a\u0000\u001b\ud800b\uffff]]>' },
    { lockData: false },
  );
  t.strictSame((await parseStringPromise(odd)).tvshow.title, ['ab]]>'], 'valid XML for any name');
});

t.test('NFO files are to the byte what xml2js writes, the first one and those after it', async (t) => {
  const texts = [
    'Heat',
    'a & b &amp; <c> "d"\'s > ]]>',
    ' ',
    '',
    '0',
    '\ue000',
    '$& $1 $$',
    '\u{1f3ac} Æ 愛',
    7,
    true,
  ];
  const nested = [
    { $: { type: 'tmdb', default: 'a"b&<' }, _: 'x & y' },
    { video: { codec: 'h264', width: 1 } },
    ['one', '<two>', ''],
    [{ a: 1 }, { a: '&' }],
  ];
  const contents = [
    {},
    ...texts.map((title) => ({ title })),
    ...texts.map((title, at) => ({ title, year: texts.at(at - 1), lockdata: false })),
    ...nested.map((inner, at) => ({ title: texts[at], inner, lockdata: true })),
  ];
  for (const root of ['movie', 'episodedetails'])
    for (const headless of [false, true]) {
      const build = createNfoBuilder(root);
      const theirs = new Builder({
        rootName: root,
        headless,
        xmldec: { version: '1.0', encoding: 'UTF-8', standalone: true },
        renderOpts: { pretty: true, indent: '  ', newline: '\n' },
      });
      for (const content of [...contents, ...contents.toReversed()])
        t.equal(build(content, headless), `${theirs.buildObject(content)}\n`, JSON.stringify(content));
    }
  t.equal(
    createNfoBuilder('movie')({ title: 'a\u0000b\ud800c\r\nd\ufffe' }, true),
    '<movie>\n  <title>abc  d</title>\n</movie>\n',
    'but for what no XML may hold',
  );
});

t.test('Plex is told of a show whose id is known, in the folder of the show and nowhere else', async (t) => {
  const names = [
    '/Series/Dark (2017) {tvdb-334824}/Dark.S01E01.mkv',
    '/Series/Dark (2017) {tvdb-334824}/Dark.S02E01.mkv',
  ];
  const hints = (profile: Profile, all = names) =>
    layoutAll(
      all.map((name) => file(name)),
      { profile },
    ).filter(({ path }) => path.endsWith('/.plexmatch'));
  t.match(hints(profiles.plex), [
    {
      path: 'Shows/Dark (2017) {tvdb-334824}/.plexmatch',
      content: 'title: Dark\nyear: 2017\ntvdbid: 334824\n',
    },
  ]);
  t.equal(hints(profiles.plex).length, 1);
  t.strictSame(
    hints(profiles.plex, ['/Dark.S01E01.mkv', '/Heat.1995.{tmdb-949}.mkv']),
    [],
    'a guess is as good',
  );
  t.strictSame(hints(profiles.jellyfin), []);
  const odd = { ...recognise('/x.S01E01.mkv'), title: 'a\nguid: b', ids: { tmdb: '1' } };
  t.equal(plexmatch(odd), 'title: a guid: b\ntmdbid: 1\n', 'a title is one line');
});

t.test('NFO files say what the header says, the same for the same', async (t) => {
  const base = { path: '/x', confidence: 1, reasons: [] };
  const ids = { tmdb: '1', imdb: 'tt12345', tvdb: '77' };
  const movie = { ...base, kind: 'movie', title: 'A & B', year: 1968, date: '1968-10-30', ids } as const;
  const facts = factsOf(3840, 1604, { hdr: 'hdr10', stereoMode: 'left_right' });
  const text = movieNfo(movie, { lockData: false }, facts);
  t.equal(movieNfo(structuredClone(movie), { lockData: false }, structuredClone(facts)), text);
  const { movie: parsed } = await parseStringPromise(text, { explicitArray: false });
  t.match(parsed, {
    title: 'A & B',
    year: '1968',
    premiered: '1968-10-30',
    runtime: '90',
    tmdbid: '1',
    imdbid: 'tt12345',
    tvdbid: '77',
    lockdata: 'false',
  });
  t.notOk('imdb_id' in parsed || 'dateadded' in parsed || 'originaltitle' in parsed);
  t.strictSame(
    parsed.uniqueid.map((id: { _: string; $: object }) => ({ ...id.$, id: id._ })),
    [
      { type: 'tmdb', default: 'true', id: '1' },
      { type: 'imdb', id: 'tt12345' },
      { type: 'tvdb', id: '77' },
    ],
  );
  t.same(JSON.parse(JSON.stringify(parsed.fileinfo.streamdetails)), {
    video: {
      codec: 'hevc',
      aspect: '1.778',
      width: '3840',
      height: '1604',
      durationinseconds: '5400',
      stereomode: 'left_right',
      hdrtype: 'hdr10',
    },
    audio: [
      { codec: 'truehd', language: 'eng', channels: '8' },
      { codec: 'ac3', channels: '6' },
    ],
    subtitle: [{ language: 'fre' }, { language: 'und' }],
  });

  const show = { ...base, kind: 'episode', title: 'Dark', season: 1, episodes: [1, 2], ids } as const;
  const { tvshow } = await parseStringPromise(tvshowNfo({ ...show, episodes: [1] }, { lockData: true }));
  t.match(tvshow, { tmdbid: ['1'], imdb_id: ['tt12345'], tvdbid: ['77'], lockdata: ['true'] });
  t.notOk('imdbid' in tvshow);
  const two = episodeNfo({ ...show, episodes: [1, 2] }, { lockData: false }, facts);
  t.equal(two.match(/<streamdetails>/g)?.length, 2);
  t.equal(two.match(/<runtime>90</g)?.length, 2);
  const roots = await parseStringPromise(`<all>${two.replace(/<\?.*\?>/, '')}</all>`);
  t.match(roots.all.episodedetails, [{ episode: ['1'] }, { episode: ['2'] }]);
  t.match(await parseStringPromise(seasonNfo(2, { lockData: false })), {
    season: { seasonnumber: ['2'], lockdata: ['false'] },
  });
  t.match(seasonNfo(0, { lockData: true }), /<title>Specials</);
  t.notMatch(
    seasonNfo(1, { lockData: false }),
    /<title>/,
    "a provider's title in the viewer's language stays",
  );
  const bare = movieNfo(movie, { lockData: false }, { ...facts, durationMs: undefined as never, video: [] });
  t.notMatch(bare, /runtime|durationinseconds|undefined/);
});

t.test('labels: the class of a picture by width and height, and its light', async (t) => {
  const words = (width: number, height: number, hdr?: string) =>
    labelWords(factsOf(width, height, hdr ? { hdr } : {})).join(' ');
  t.strictSame(
    [
      [3840, 2160],
      [3840, 1604],
      [4096, 1716],
      [1920, 1080],
      [1920, 800],
      [1440, 1080],
      [1916, 1036],
      [1280, 720],
      [1280, 534],
      [960, 720],
      [1024, 576],
      [720, 576],
      [720, 480],
      [640, 272],
      [320, 180],
    ].map(([width = 0, height = 0]) => words(width, height)),
    [
      ...['2160p', '2160p', '2160p', '1080p', '1080p', '1080p', '1080p', '720p', '720p', '720p'],
      ...['576p', '576p', '480p', '480p', '180p'],
    ],
  );
  t.equal(words(3840, 2160, 'hdr10'), '2160p HDR10');
  t.equal(words(3840, 2160, 'hdr10plus'), '2160p HDR10+');
  t.equal(words(3840, 2160, 'dolbyvision'), '2160p DV');
  t.strictSame(labelWords({ ...factsOf(1, 1), video: [] }), []);

  const item = (id: string, name: string, facts?: MediaFacts) => ({
    file: { fileId: toFileId(id.repeat(20)), path: `/${name}`, name, sizeBytes: 1 },
    recognition: { path: `/${name}`, kind: 'movie', title: 'X', confidence: 1, reasons: [] } as Recognition,
    ...(facts && { facts }),
  });
  const labels = (...items: ReturnType<typeof item>[]) => [
    ...labelVersions(items, profiles.jellyfin).values(),
  ];
  t.strictSame(labels(item('a', 'X.mkv', factsOf(3840, 2160)), item('b', 'X.mkv', factsOf(1920, 1080))), [
    '2160p',
    '1080p',
  ]);
  t.strictSame(labels(item('a', 'X.mkv', factsOf(3840, 2160))), ['']);
  const named = item('c', 'X.720p.mkv', factsOf(1920, 1080));
  named.recognition.resolution = '720p';
  t.strictSame(labels(item('a', 'X.mkv', factsOf(3840, 2160)), named), ['', '720p'], 'names come first');
});
