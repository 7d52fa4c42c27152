import t from 'tap';
import { isSubtitle, isVideo, recognise, recogniseFolder } from '../src/naming/recognise.ts';
import { recognitionCodec } from '../src/naming/text/recognition-codec.ts';
import { toRecognitionJson } from '../src/naming/text/recognition-json.ts';
import { absent, episode, movie, table } from './fixtures/recognised.ts';

/** What else a name says: ids, languages, editions, that it is an extra or no video; and how sure that is. */

t.test('provider ids in the name or in a folder', async (t) => {
  table(t, [
    [
      '/Ratatouille (2007) {tmdb-2062} - 1080p.mkv',
      { title: 'Ratatouille', ids: { tmdb: '2062' }, confidence: 1 },
    ],
    ['/Ratatouille (2007) [imdbid-tt0382932].mkv', { ids: { imdb: 'tt0382932' } }],
    [
      '/Séries/Peaky Blinders {tvdb-270915}/Season 01/S01E01.mkv',
      { title: 'Peaky Blinders', ids: { tvdb: '270915' } },
    ],
  ]);
});

t.test('French tags', async (t) => {
  const tags: [string, string[]][] = [
    ['MULTi.VFF.1080p', ['MULTi', 'VFF']],
    ['VOSTFR.1080p', ['VOSTFR']],
    ['TRUEFRENCH.DVDRip', ['TRUEFRENCH']],
    ['FRENCH.1080p', ['FRENCH']],
    ['VO.STFR.720p', ['VOSTFR']],
    ['SUBFRENCH.720p', ['SUBFRENCH']],
    ['VFQ.1080p', ['VFQ']],
    ['VFI.1080p', ['VFI']],
    ['MULTi.VF2.1080p', ['MULTi', 'VF2']],
    ['VOF.1080p', ['VOF']],
    ['STFR.720p', ['STFR']],
    ['FASTSUB.VOSTFR', ['FASTSUB', 'VOSTFR']],
    ['VO.1080p', ['VO']],
    ['FRENCH.SUBFORCED', ['FRENCH', 'SUBFORCED']],
    ['VOST.720p', ['VOSTFR']],
    ['VOSTA.720p', ['VOSTA']],
  ];
  for (const [text, languages] of tags)
    t.strictSame(recognise(`/Film.2001.${text}.mkv`).languages, languages, text);
  absent(t, '/The French Dispatch (2021).mkv', 'languages');
});

t.test('editions', async (t) => {
  const editions: [string, string][] = [
    ["Blade Runner (1982) {edition-Director's Cut}", "Director's Cut"],
    ['Blade.Runner.Final.Cut.1982', 'Final Cut'],
    ['Blade.Runner.1982.Version.Longue', 'Version longue'],
    ['Blade Runner Ultimate Edition (1982)', 'Ultimate Cut'],
  ];
  for (const [name, edition] of editions)
    t.match(recognise(`/${name}.mkv`), { ...movie('Blade Runner', 1982), edition }, name);
  t.match(recognise('/The Final Cut (2004).mkv'), movie('The Final Cut', 2004), 'a title of the same words');
});

t.test('files that replace others', async (t) => {
  const versions: [string, number | undefined][] = [
    ['[G] X - 01v2 [1080p]', 2],
    ['[G] X - 01 v3', 3],
    ['[G] X - 01 [v2][1080p]', 2],
    ['[G] X - 01v0', 0],
    ['X.S01E02v2.1080p', 2],
    ['X.S01E02.REPACK.1080p', 2],
    ['X.2001.PROPER.1080p', 2],
    ['X.2001.REPACK2.1080p', 3],
    ['[G] X - 01 [1080p]', undefined],
    ['Proper Binge (2001)', undefined],
    ['V2 Escape from Hell (2021)', undefined],
  ];
  for (const [name, version] of versions) t.equal(recognise(`/${name}.mkv`).version, version, name);
});

t.test('full-width look-alikes are folded', async (t) => {
  table(t, [
    [
      '/Films/Alien： le retour？ （1986） ［1080p］.mkv',
      { ...movie('Alien: le retour?', 1986), resolution: '1080p' },
    ],
  ]);
  t.equal(recognise('/e\u0301te\u0301 (2001).mkv').title, 'été', 'and the rest is NFC');
});

t.test('extras', async (t) => {
  const rows: [string, string][] = [
    ['/Films/Avatar (2009)/Sample/avatar-sample.mkv', 'sample'],
    ['/Films/Avatar (2009)/avatar.2009.1080p.sample.mkv', 'sample'],
    ['/Films/Avatar (2009)/Avatar - Bande annonce VF.mp4', 'trailer'],
    ['/Films/Avatar (2009)/Avatar (2009)-trailer.mp4', 'trailer'],
    ['/Films/Avatar (2009)/Extras/Making of.mkv', 'unknown'],
    ['/Séries/Lost/Trailers/Saison 6.mkv', 'trailer'],
    ['/[Group] X - NCOP1 [1080p].mkv', 'clip'],
  ];
  for (const [path, extra] of rows) t.match(recognise(path), { kind: 'extra', extra }, path);
  // Jellyfin's own lists, complete (facts/media-servers 2.1).
  const folders =
    'behind the scenes,deleted scenes,interviews,scenes,samples,shorts,featurettes,extras,extra,other,clips,trailers,backdrops,theme-music';
  for (const folder of folders.split(',')) {
    t.match(recognise(`/Films/Avatar (2009)/${folder}/Avatar 2.mp4`), { kind: 'extra' }, folder);
  }
  const kinds: Record<string, string> = {
    trailer: 'trailer',
    sample: 'sample',
    scene: 'scene',
    clip: 'clip',
    interview: 'interview',
    behindthescenes: 'behindthescenes',
    deleted: 'deletedscene',
    deletedscene: 'deletedscene',
    featurette: 'featurette',
    short: 'short',
    extra: 'unknown',
    other: 'unknown',
  };
  for (const [suffix, extra] of Object.entries(kinds)) {
    t.match(recognise(`/Films/Avatar (2009)-${suffix}.mp4`), { kind: 'extra', extra }, suffix);
  }
  for (const name of ['Avatar.trailer', 'Avatar_trailer', 'Avatar - trailer', 'trailer']) {
    t.match(recognise(`/Films/Avatar/${name}.mp4`), { kind: 'extra', extra: 'trailer' }, name);
    const sample = name.replace('trailer', 'sample');
    t.match(recognise(`/Films/Avatar/${sample}.mp4`), { kind: 'extra', extra: 'sample' }, sample);
  }
  t.match(recognise('/Séries/Extras/Saison 1/Extras S01E01.mkv'), { kind: 'episode', title: 'Extras' });
  t.match(recognise('/Heat.1995.x264-SCENE.mkv'), { kind: 'movie', title: 'Heat' });
});

t.test('what is no video', async (t) => {
  for (const path of ['/x.rar', '/x.nfo', '/x.jpg', '/x.r01', '/x.7z.001', '/', '']) {
    t.match(recognise(path), { path, kind: 'ignored' }, JSON.stringify(path));
  }
  t.match(recognise('/Lupin.S01E01.srt'), episode('Lupin', 1, 1), 'a subtitle is read like its video');
  t.match(recognise('/Gotham.S01E05.WEB-DL.x264.AAC'), episode('Gotham', 1, 5), 'a codec is no extension');
  t.ok(isVideo('a.MKV') && isVideo('a.ts') && !isVideo('a.iso') && !isVideo('mkv'));
  t.ok(isSubtitle('a.srt') && isSubtitle('a.idx') && !isSubtitle('a.txt'));
});

t.test('every answer says how sure it is, and why', async (t) => {
  const sure = recognise('/Séries/Lost (2004)/Saison 1/Lost S01E01.mkv');
  const unsure = recognise('/Animes/Naruto/012.avi');
  t.ok(sure.confidence > unsure.confidence);
  t.ok(sure.reasons.length > 0 && unsure.reasons.some((line) => line.includes('bare number')));
  t.equal(recognise('/a//b/').path, '/a//b/', 'the path comes back as it was given');
});

t.test('the worst names take no time', async (t) => {
  const pieces = [
    '1',
    '.',
    '-',
    '[',
    '(',
    'S01',
    'E02',
    '1x02',
    'A.',
    '2001',
    'é',
    '- 1 ',
    'vf ',
    'saison 1 ',
    '🎬',
    '(2001)',
  ];
  const names = pieces.flatMap((a) => pieces.map((b) => (a + b).repeat(255)));
  const start = performance.now();
  for (const name of names) recognise(`/${name}/${name}.mkv`);
  t.ok((performance.now() - start) / names.length < 50, 'milliseconds a name, folder included');
});

t.test('a file called like an extra is one where another file has its number', async (t) => {
  const home = '/Séries/Harbor/Season 2';
  const kinds = (...names: string[]) =>
    recogniseFolder(names.map((name) => `${home}/${name}.mkv`)).map(({ kind, extra }) => extra ?? kind);
  t.strictSame(kinds('Harbor - S02E05 - Making Of', 'Harbor - S02E06'), ['episode', 'episode']);
  t.strictSame(kinds('Harbor - S02E05 - Making Of', 'Harbor - S02E05 - The Storm'), [
    'behindthescenes',
    'episode',
  ]);
  t.strictSame(
    kinds('Harbor - S02E05 - Bonus', 'Harbor - S02E05 - Trailer'),
    ['episode', 'episode'],
    'two of them',
  );
});

t.test('scripts and the catalog read the reasons as `because`, and get every field back', async (t) => {
  for (const path of [
    '/Séries/Lost (2004)/Saison 1/Lost S01E01.mkv',
    '/Films/Avatar (2009)-trailer.mp4',
    '/x.rar',
    '/Ratatouille (2007) {tmdb-2062} - 1080p.mkv',
  ]) {
    const found = recognise(path);
    const shown = toRecognitionJson(found);
    const { because, ...rest } = shown;
    t.strictSame({ ...rest, reasons: because }, found, path);
    t.strictSame(JSON.parse(recognitionCodec.encode(found)), shown);
    t.strictSame(recognitionCodec.decode(recognitionCodec.encode(found)), found);
  }
});
