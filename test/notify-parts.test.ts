import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { loadSettings } from '../config/load.ts';
import { changeBits, gather, reduce } from '../src/notify/outbox/changes.ts';
import { mapPath } from '../src/notify/path-map.ts';
import { readSections, sectionOf } from '../src/notify/servers/plex.ts';
import { sectionsXml } from './fixtures/media-servers.ts';

/** What telling is made of: changes and paths in the form of each server, what they answer, the setting. */

t.test('changes become the fewest folders', async (t) => {
  const strm = (...dirs: string[]) => dirs.map((dir) => `${dir}/x.strm`);
  const dirsOf = (created: string[], most?: number) =>
    reduce(gather({ created, updated: [], removed: [] }), most).map(({ dir }) => dir);
  t.strictSame(dirsOf(strm('Movies/A', 'Movies/A', 'Movies/B')), ['Movies/A', 'Movies/B']);
  t.strictSame(dirsOf(strm('Shows/X', 'Shows/X/Season 01')), ['Shows/X'], 'inner ones go');
  t.strictSame(
    dirsOf(strm('Shows/X/Season 01', 'Shows/X/Season 02')),
    ['Shows/X'],
    'two seasons are the show',
  );
  t.strictSame(dirsOf(strm('Shows/X/Season 01', 'Shows/XY/Season 02')), [
    'Shows/X/Season 01',
    'Shows/XY/Season 02',
  ]);
  t.strictSame(dirsOf(strm('Movies/A', 'Movies/B', 'Movies/C', 'Shows/X'), 3), ['Movies', 'Shows/X']);
  t.strictSame(dirsOf(['a.strm', 'Movies/A/x.strm']), [''], 'the tree itself');
  const many = Array.from({ length: 5000 }, (_, n) => `Movies/M${n}/x.strm`);
  t.strictSame(dirsOf([...many, 'Shows/X/Season 01/x.strm']), ['Movies', 'Shows/X/Season 01']);
  const scattered = Array.from({ length: 5000 }, (_, n) => `Unsorted/${n % 300}/x${n}/y/z/x.strm`);
  const begin = performance.now();
  t.strictSame(dirsOf([...scattered, 'Movies/M/x.strm']), ['Movies/M', 'Unsorted']);
  t.ok(performance.now() - begin < 2000, 'films do not wait for it');
  t.strictSame(
    dirsOf(strm('Movies/A', 'Movies/B', 'Movies/C', 'Unsorted/a/b', 'Unsorted/c/d'), 4),
    ['Movies', 'Unsorted/a/b', 'Unsorted/c/d'],
    'no more is taken together than must be',
  );
  t.strictSame(gather({ created: [], updated: ['a/b.strm'], removed: ['a/c.nfo'] }), [
    { dir: 'a', changes: changeBits.updated + changeBits.removed, major: false },
  ]);
});

t.test('paths are mapped by the longest line that fits, with the separators of the other side', async (t) => {
  t.equal(mapPath('/library/Movies/A', undefined), '/library/Movies/A');
  t.equal(mapPath('/library/Movies/A', { '/library/': '/media/' }), '/media/Movies/A');
  t.equal(mapPath('/library/Movies/A', { '/library': '/a', '/library/Movies': '/b' }), '/b/A');
  t.equal(mapPath('/library2/A', { '/library': '/a' }), undefined, 'a name that only begins the same');
  t.equal(mapPath('/library/Movies/A', { '/library': 'D:\\media' }), 'D:\\media\\Movies\\A');
  t.equal(mapPath('/library/A', { '/library': '' }), 'A');
  t.equal(mapPath('/library/A', { '/': '/' }), '/library/A');
  t.equal(mapPath('/library', { '/library': '/media' }), '/media');
  t.equal(mapPath('/library', { '/library': 'D:\\' }), 'D:\\', 'a drive, not the folder it was left in');
  t.equal(mapPath('/library/A', { '/library': 'D:\\' }), 'D:\\A');
  t.equal(mapPath('/library/A/B', { '/library': '\\\\nas\\films\\' }), '\\\\nas\\films\\A\\B');
});

t.test('hostile XML does nothing but fail', async (t) => {
  t.strictSame(await readSections(sectionsXml(['/a & b'.replace('&', '&amp;')])), [
    { key: '1', locations: ['/a & b'] },
  ]);
  const refused = [
    '<!DOCTYPE x [<!ENTITY a "b">]><MediaContainer>&a;</MediaContainer>',
    '<?xml version="1.0"?><!doctype x SYSTEM "file:///etc/passwd"><MediaContainer/>',
    '<MediaContainer>&a;</MediaContainer>',
    '<MediaContainer><Directory>',
    '<html><body>Hello</body></html>',
    '{"MediaContainer":{}}',
    '',
  ];
  for (const xml of refused) await t.rejects(readSections(xml), { name: 'ServerFault' }, xml);
  const odd =
    '<MediaContainer><Directory/><Directory key="1"><Location/></Directory><__proto__ key="2"/></MediaContainer>';
  t.strictSame(await readSections(odd), [{ key: '1', locations: [] }]);
  t.equal(({} as Record<string, unknown>).key, undefined);
  const deep = `<MediaContainer>${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}</MediaContainer>`;
  t.strictSame(await readSections(deep), []);
  const sections = [
    { key: '1', locations: ['/media'] },
    { key: '2', locations: ['/media/Movies'] },
  ];
  t.equal(sectionOf('/media/Movies/A', sections)?.key, '2');
  t.equal(sectionOf('/media/MoviesX', sections)?.key, '1');
  t.equal(sectionOf('/other', sections), undefined);
});

t.test('the setting: a token or a file with it, and only what fits the kind', async (t) => {
  const dir = t.testdir();
  const tokenFile = join(dir, 'token');
  await writeFile(tokenFile, ' abc\n');
  const read = (row: object) => {
    const env = { PASSERELLE_NOTIFY: JSON.stringify([row]) };
    return loadSettings({ env, file: join(dir, 'none.yaml') }).settings.notify;
  };
  const url = 'http://host:1';
  t.strictSame(read({ kind: 'plex', url: `${url}/base/`, tokenFile }), [
    { kind: 'plex', url: `${url}/base`, token: 'abc' },
  ]);
  for (const wrong of [
    { kind: 'plex', url, token: 'a', tokenFile },
    { kind: 'plex', url, tokenFile: `${tokenFile}s` },
    { kind: 'plex', url: 'ftp://host' },
    { kind: 'plex', url: 'http://a:b@host' },
    { kind: 'plex', url: `${url}/?x=1` },
    { kind: 'plexx', url },
    { kind: 'plex', url, clean: true },
    { kind: 'jellyfin', url, fs: 'x' },
    { kind: 'jellyfin', url, token: 'a\r\nb: c' },
    { kind: 'jellyfin', url, path: {} },
  ])
    t.throws(() => read(wrong), { code: 'BRIDGE_SETTINGS' }, JSON.stringify(wrong));
  try {
    read({ kind: 'plex', url, token: 'hush', x: 1 });
    t.fail('a key that we do not know is refused');
  } catch (error) {
    t.notMatch((error as Error).message, 'hush', 'and the token is not told');
  }
});
