import t from 'tap';
import { needsReview, type Recognition, recognise, recogniseFolder } from '../src/naming/recognise.ts';
import { readEntries } from './fixtures/score.ts';

/** What is said of a reading: why it is this one, how sure it is, whether a person should look at it. */

t.test('every field that is set says how it was found', async (t) => {
  const fields = ['title', 'year', 'season', 'episodes', 'absolute', 'date', 'part', 'extra', 'ids'] as const;
  const tags = ['resolution', 'source', 'edition', 'group', 'languages'] as const;
  for (const set of ['first-half', 'second-half', 'conventions', 'wider']) {
    const entries = readEntries(new URL(`names/${set}.jsonl`, import.meta.url));
    for (const found of recogniseFolder(entries.map(({ path, name }) => path ?? name))) {
      const said = found.reasons.flatMap((line) => line.slice(0, line.indexOf(':')).split(', '));
      const silent = [...fields, ...tags].filter(
        (field) => found[field] !== undefined && !said.includes(field),
      );
      if (silent.length > 0) t.fail(`${found.path}: ${silent.join(', ')}`, { reasons: found.reasons });
    }
  }
});

t.test('the surer the ground, the higher the confidence', async (t) => {
  const retention = [
    recognise('/Vrac/video.mkv'),
    recognise('/Animes/Naruto 012.avi'),
    recogniseFolder(['1', '2', '3'].map((n) => `/Vrac/Naruto ${n}.avi`))[0] as Recognition,
    recognise('/Lost S01E01.mkv'),
    recognise('/Lost (2004) S01E01.mkv'),
    recognise('/Lost (2004) {tvdb-73739} S01E01.mkv'),
  ].map(({ confidence }) => confidence);
  t.strictSame(
    retention,
    retention.toSorted((a, b) => a - b),
  );
  t.equal(new Set(retention).size, retention.length, retention.join(' < '));
  t.equal(recognise('/Heat (1995) {tmdb-949}.mkv').confidence, 1);
  t.ok(recognise('/Heat.mkv').confidence < recognise('/Heat (1995).mkv').confidence);
});

t.test('what a person should look at', async (t) => {
  const asks = [
    '/Animes/Naruto/012.avi',
    '/One Piece 1050 VOSTFR.mkv',
    '/[Group] X - 13.5 [1080p].mkv',
    '/Vrac/video.mkv',
    '/Séries/Chernobyl/Chernobyl.mkv',
    '/Séries/Lost/Saison 1/Pilote.mkv',
    '/[字幕组][名侦探柯南][1087][1080P].mp4',
  ];
  for (const path of asks) t.match(needsReview(recognise(path)), /^[A-Z].*\.$/, path);
  const settled = [
    '/Lost S01E01.mkv',
    '/Séries/Lost/Saison 1/01.avi',
    '/Quotidien 2024-05-06.mp4',
    '/Heat (1995).mkv',
    '/Heat (1995)-trailer.mkv',
    '/readme.txt',
  ];
  for (const path of settled) t.equal(needsReview(recognise(path)), undefined, path);
  const siblings = recogniseFolder(['1', '2', '3'].map((n) => `/Vrac/Naruto ${n}.avi`));
  t.strictSame(siblings.map(needsReview), [undefined, undefined, undefined], 'siblings settle it');
});
