import t from 'tap';
import { splitName } from '../src/core/name-parts.ts';
import { mediaType } from '../src/delivery/media-type.ts';
import { indexNeighbours } from '../src/library/layout.ts';
import { type MediaKind, mediaKindOf } from '../src/library/media-kind.ts';
import { isDiscImage, isOther, isSubtitle, isVideo, whyNoVideo } from '../src/naming/text/file-kinds.ts';
import { descendantFiles } from './fixtures/dav.ts';
import { file, paths } from './fixtures/laid-out.ts';
import { setupListed } from './fixtures/setup.ts';
import { file as spec } from './fixtures/start-bridge.ts';
import { strmFiles } from './fixtures/strm-files.ts';

/** What an extension is, the same in every room and at every door. */

/** Names of videos as people and programs leave them. */
const videos: readonly (readonly [name: string, base: string])[] = [
  ['Metropolis (1927)..mkv', 'Metropolis (1927).'],
  ['What Now...mkv', 'What Now..'],
  ['Show.S01E01..mkv', 'Show.S01E01.'],
  ['E.T..mkv', 'E.T.'],
  ['Heat (1995) .mkv', 'Heat (1995) '],
  ['Heat (1995)\u00a0.mkv', 'Heat (1995)\u00a0'],
  ['Heat.1995.MKV', 'Heat.1995'],
  ['Heat.1995.Mkv', 'Heat.1995'],
  ['Heat.1995.mkv.', 'Heat.1995'],
  ['Heat.1995.mkv ', 'Heat.1995'],
  ['Heat.1995.mkv. . ', 'Heat.1995'],
  ['Heat.1995.mkv\u200b', 'Heat.1995'],
  ['Heat.1995.mkv\t', 'Heat.1995'],
  ['Heat (1995)\uff0e\uff4d\uff4b\uff56', 'Heat (1995)'],
  ['.mkv', ''],
  ['..mkv', '.'],
  ['Amélie.mp4', 'Amélie'],
  ['映画.ts', '映画'],
  ['👻.m2ts', '👻'],
  ['a.srt.mkv', 'a.srt'],
];

t.test('whatever stands around it, a video is a video to everybody', async (t) => {
  for (const [name, base] of videos) {
    t.equal(splitName(name).base, base, JSON.stringify(name));
    t.ok(isVideo(name), name);
    t.match(mediaType(name), /^video\//, name);
    t.equal(paths([`/Vrac/${name}`]).length, 1, `${name} has its place`);
    const srt = name.replace(/mkv|mp4|m2ts|ts|\uff4d\uff4b\uff56/i, 'srt');
    t.ok(isSubtitle(srt), srt);
    t.equal(mediaType(srt), mediaType('a.srt'));
  }
});

t.test('what looks like an extension and is none', async (t) => {
  for (const name of [
    'mkv',
    'Mr. Robot',
    'Film 2.0',
    'Film...',
    '. . .',
    '',
    'a.mkv/b',
    'S01.E02',
    'x.mkvideos',
  ])
    t.notOk(isVideo(name) || isSubtitle(name) || isOther(name), name);
  t.notOk(isOther('Gotham.S01E05.WEB-DL.x264.AAC'), 'a codec');
  t.ok(isOther('Gotham.AAC'));
  t.ok(['a.iso', 'a.IMG', 'a..iso', 'a.nrg '].every(isDiscImage));
});

t.test('what is a media file and no video: images, pieces, what is large and says nothing', async (t) => {
  const large = 700_000_000;
  const table: [name: string, sizeBytes: number, kind: MediaKind | undefined][] = [
    ['Heat.1995.MKV.part', 10, 'piece'],
    ['Heat.1995.mkv.crdownload', 10, 'piece'],
    ['Heat.1995.mp4.!qB', 10, 'piece'],
    ['Heat.1995.avi.001', large, 'piece'],
    ['Heat.1995.part', 10, undefined],
    ['Heat.1995.rar.001', large, undefined],
    ['Heat.1995.mkv.srt', large, undefined],
    ['Heat.1995.mkv.nfo', 10, undefined],
    ['Heat.1995.mkv.mp4', 10, 'video'],
    ['Heat.1995.part.mkv', 10, 'video'],
    ['Heat.1995.bin', large, 'image'],
    ['Heat.1995.mdf', large, 'image'],
    ['firmware.bin', 10, undefined],
    ['Heat.1995.iso', 10, 'image'],
    ['Heat.1995.part', large, 'unnamed'],
  ];
  for (const [name, sizeBytes, kind] of table) t.equal(mediaKindOf(name, sizeBytes), kind, name);
});

t.test('what has no place in a tree because of its name says why', async (t) => {
  t.match(whyNoVideo('Bolt.2008.iso'), /disc image/);
  t.match(whyNoVideo('Show.S01E02.1080p'), /no known extension of a video \(\.1080p\)/);
  t.match(whyNoVideo('Heat'), /without an extension/);
  for (const name of ['a.mkv', 'a..mkv', 'a.srt', 'a.rar', 'a.nfo'])
    t.equal(whyNoVideo(name), undefined, name);
});

t.test('a subtitle finds its video whatever stands before the two extensions', async (t) => {
  for (const [video, subtitle] of [
    ['X (1990)..mkv', 'X (1990)..srt'],
    ['X (1990)..mkv', 'X (1990).srt'],
    ['X (1990).mkv', 'X (1990)..srt'],
    ['X (1990) .mkv', 'X (1990).fr.srt'],
    ['X (1990)..mkv', 'X (1990).fr.srt '],
    ['X (1990).mkv.', 'X (1990).FR.SRT'],
  ] as const) {
    const some = [file(`/F/${video}`), file('/F/Y (1990).mkv'), file(`/F/${subtitle}`)];
    const { sideCars, loose } = indexNeighbours(some).get('/F') as never as {
      sideCars: Map<string, unknown[]>;
      loose: unknown[];
    };
    t.equal(sideCars.get(some[0]?.fileId as string)?.length, 1, `${video} and ${subtitle}`);
    t.equal(loose.length, 0);
  }
});

t.test('every one of them is in the tree and at every door', async (t) => {
  const names = videos.map(([name]) => name);
  const one = await setupListed(t, {
    simulator: { account: { folders: [{ name: 'Vrac', files: names.map((name) => spec(name)) }] } },
  });
  t.equal((await strmFiles(one.libraryDir)).length, names.length);
  const shown = async (view: string) =>
    (await descendantFiles(`${one.url}/dav/${view}/`)).filter(([path]) => !path.endsWith('.nfo')).length;
  t.equal(await shown('library'), names.length);
  t.equal(await shown('account'), names.length);
});
