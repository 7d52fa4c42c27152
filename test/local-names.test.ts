import t from 'tap';
import { fitsWildcards, hasWildcards } from '../src/core/files/wildcards.ts';
import { createByteSpans } from '../src/downloads/byte-spans.ts';
import { localName, markedName, maxNameBytes } from '../src/downloads/local-name.ts';
import { createLocalPaths } from '../src/downloads/local-paths.ts';
import { hostileNames, hostilePieces } from './fixtures/hostile-names.ts';

/** Which names files of the account get on this machine, and which of them a pattern means. */

t.test('a name of the account becomes one segment that every file system takes', async (t) => {
  for (const [name, here] of [
    ['Metropolis (1927) [FR].mkv', 'Metropolis (1927) [FR].mkv'],
    ['L’Âge d’or.mkv', 'L’Âge d’or.mkv'],
    ['..', '.．'],
    ['.', '．'],
    ['', '_'],
    ['../../etc/passwd', '..／..／etc／passwd'],
    ['C:\\Windows\\win.ini', 'C：＼Windows＼win.ini'],
    ['What? <1> "2" a|b *.mkv', 'What？ ＜1＞ ＂2＂ a｜b ＊.mkv'],
    ['a\u0000b\nc\u001b[31m\u007f\u009b.mkv', 'a␀b␊c␛[31m␡\ufffd.mkv'],
    ['exe\u202emkv.scr', 'exemkv.scr'],
    ['\ud800.mkv', '\ufffd.mkv'],
    ['CON', 'CON_'],
    ['nul.txt', 'nul_.txt'],
    ['com1.tar.gz', 'com1_.tar.gz'],
    ['Console.mkv', 'Console.mkv'],
    ['ends with a dot.', 'ends with a dot．'],
    ['ends with a space ', 'ends with a space␠'],
  ] as const)
    t.equal(localName(name), here, JSON.stringify(name));
});

t.test('a name that is too long is cut before its extension, and stays apart from its like', async (t) => {
  const [one, two] = ['é', 'e'].map((end) => localName(`${'é'.repeat(200)}${end}.mkv`)) as [string, string];
  for (const name of [one, two]) {
    t.ok(Buffer.byteLength(name) <= maxNameBytes);
    t.match(name, /^é+ ~[0-9a-f]{6}\.mkv$/);
  }
  t.not(one, two);
  const family = localName(`${'👩‍👩‍👧'.repeat(60)}.mkv`);
  t.match(family, /👩‍👩‍👧 ~[0-9a-f]{6}\.mkv$/u, 'no character is cut in two');
  t.ok(Buffer.byteLength(markedName(one, 'abcdefghij0123456789')) <= maxNameBytes);
});

t.test('whatever a name is, it leaves its folder never', async (t) => {
  for (const name of [...hostileNames(), ...hostilePieces, '..', '.', '/', '\0', 'a/../b', '\u2024\u2024']) {
    const here = localName(name);
    t.notMatch(here, /[/\\\p{Control}]/u, JSON.stringify(name));
    t.ok(here !== '' && here !== '.' && here !== '..', JSON.stringify(name));
    t.ok(Buffer.byteLength(here) <= maxNameBytes, JSON.stringify(name));
    t.match(createLocalPaths('/here').of(['..', name], 'id'), /^\/here\/[^/]+\/[^/]+$/, JSON.stringify(name));
  }
});

t.test('no two files get one path, nor what stands beside the other while it comes', async (t) => {
  const targets = createLocalPaths('/here');
  t.same(
    [
      targets.of(['Film.mkv'], 'a1'),
      targets.of(['film.MKV'], 'a2'),
      targets.of(['Film.mkv'], 'a3'),
      targets.of(['Film.mkv.part'], 'a4'),
      targets.of(['film.mkv.part.ranges'], 'a5'),
      targets.of(['Sub', 'Film.mkv'], 'a6'),
    ],
    [
      '/here/Film.mkv',
      '/here/film ~a2.MKV',
      '/here/Film ~a3.mkv',
      '/here/Film.mkv ~a4.part',
      '/here/film.mkv.part ~a5.ranges',
      '/here/Sub/Film.mkv',
    ],
  );
});

t.test('wildcards are read as a shell reads them', async (t) => {
  for (const [pattern, fitting, others] of [
    ['*.mkv', ['a.mkv', 'b.c.mkv'], ['a.mp4', 'mkv', '.hidden.mkv']],
    ['.*', ['.hidden.mkv'], ['a.mkv']],
    ['Film ?.mkv', ['Film 1.mkv', 'Film é.mkv', 'Film 🎬.mkv'], ['Film 10.mkv', 'Film .mkv']],
    ['S0[1-3]E[!0]*', ['S01E1', 'S03E2.mkv'], ['S04E1', 'S01E01']],
    ['*a*b*', ['ab', 'xaxbx', 'aab'], ['ba', 'b']],
    ['[FR] *', ['F x', 'R x'], ['[FR] x']],
    ['[[]FR] *', ['[FR] x'], ['F x']],
    ['a[', ['a['], ['a']],
    ['é*', ['é.mkv'], ['e.mkv']],
  ] as const) {
    for (const name of fitting) t.ok(fitsWildcards(pattern, name), `${pattern} takes ${name}`);
    for (const name of others) t.notOk(fitsWildcards(pattern, name), `${pattern} leaves ${name}`);
  }
  t.same(['a*', 'a?', '[a', 'a'].map(hasWildcards), [true, true, true, false]);
  t.notOk(fitsWildcards('*a'.repeat(500), `${'a'.repeat(499)}b`), 'a pattern that tries everything ends');
});

t.test('stretches of bytes grow together, and tell what is missing', async (t) => {
  const spans = createByteSpans([[10, 20]]);
  t.same([spans.prefix(), spans.bytes(), spans.gap(30)], [0, 10, [0, 10]]);
  spans.add(25, 30);
  spans.add(0, 10);
  t.same(
    [spans.all(), spans.prefix(), spans.bytes()],
    [
      [
        [0, 20],
        [25, 30],
      ],
      20,
      25,
    ],
  );
  t.same(spans.gap(30), [20, 25]);
  spans.add(15, 27);
  t.same([spans.all(), spans.gap(30), spans.gap(40)], [[[0, 30]], undefined, [30, 40]]);
  spans.add(5, 5);
  t.same(spans.all(), [[0, 30]]);
});
