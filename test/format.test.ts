import t from 'tap';
import { cut, padded, widthOf } from '../src/commands/format/cut.ts';
import { printable } from '../src/commands/format/printable.ts';
import { size } from '../src/commands/format/size.ts';
import { type Column, tableLines } from '../src/commands/format/table.ts';
import { duration, localDay, localMinute, localSecond, zoneName } from '../src/commands/format/time.ts';
import { nearest } from '../src/core/nearest.ts';
import { counted, grouped, listed } from '../src/core/plural.ts';

t.test('nothing that a terminal would obey reaches it from a name', async (t) => {
  const rows: [string, string][] = [
    ['Amélie (2001).mkv', 'Amélie (2001).mkv'],
    ['\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
    ['\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
    ['\u009b2J', '\\x9b2J'],
    ['two\nlines\r', 'two\\x0alines\\x0d'],
    ['a\u0000b\u007f', 'a\\x00b\\x7f'],
    ['film\u202egpj.mkv', 'film\\u202egpj.mkv'],
    ['a\u2028b\u2066c', 'a\\u2028b\\u2066c'],
    ['half \ud83d', 'half \\ud83d'],
    ['👩‍👩‍👧 進撃の巨人 می‌خواهم', '👩‍👩‍👧 進撃の巨人 می‌خواهم'],
    [`Z${'\u0335'.repeat(500)}`, `Z${'\u0335'.repeat(6)}`],
  ];
  for (const [from, to] of rows) t.equal(printable(from), to);
});

t.test('counts stand with their noun', async (t) => {
  t.same(
    [0, 1, 2, 10_000].map((count) => counted(count, 'call')),
    ['0 calls', '1 call', '2 calls', '10,000 calls'],
  );
  t.same(
    [counted(2, 'entry'), counted(2, 'day'), counted(2, 'series', 'series')],
    ['2 entries', '2 days', '2 series'],
  );
  t.equal(grouped(1_234_567), '1,234,567');
  t.same(
    [[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((words) => listed(words)),
    ['', 'a', 'a and b', 'a, b and c'],
  );
  t.equal(listed(['/Films', '/Séries'], 'or'), '/Films or /Séries');
});

t.test('sizes are for people, in thousands', async (t) => {
  const rows: [number, string][] = [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [734_003_200, '734 MB'],
    [1_464_000_000, '1.46 GB'],
    [2_000_398_934_016, '2 TB'],
  ];
  for (const [bytes, words] of rows) t.equal(size(bytes), words);
});

t.test('times are those where the person is, also where the clocks change', async (t) => {
  const at = Date.UTC(2026, 9, 25, 0, 59, 58);
  t.equal(localSecond(at, 'Europe/Paris'), '2026-10-25 02:59:58');
  t.equal(localMinute(at + 3_600_000, 'Europe/Paris'), '2026-10-25 02:59');
  t.equal(localMinute(at, 'America/Los_Angeles'), '2026-10-24 17:59');
  t.equal(localDay(at, 'Asia/Tokyo'), '2026-10-25');
  t.equal(localSecond(at, 'UTC'), '2026-10-25 00:59:58');
  t.equal(zoneName('Europe/Paris'), 'Europe/Paris');
  t.ok(zoneName().length > 0);
  t.equal(localMinute(Number.NaN, 'UTC'), 'at an unknown time');
  t.same([-5, 999, 61_000, 3_600_000, 11_100_000, 3 * 86_400_000].map(duration), [
    '0 s',
    '1 s',
    '1 min',
    '1 h 00 min',
    '3 h 05 min',
    '3 days',
  ]);
});

t.test('widths are those of a terminal', async (t) => {
  const rows: [string, number][] = [
    ['abc', 3],
    ['進撃', 4],
    ['e\u0301te\u0301', 3],
    ['👩‍👩‍👧', 2],
    ['한글', 4],
    ['', 0],
  ];
  for (const [text, width] of rows) t.equal(widthOf(text), width, text);
  t.equal(cut('/Films/Horreur/A very long name.mkv', 20, 'middle').length, 20);
  t.match(cut('/Films/Horreur/A very long name.mkv', 20, 'middle'), /^\/Films\/.*….*\.mkv$/);
  t.equal(cut('short', 20), 'short');
  t.ok(widthOf(cut('進撃の巨人進撃の巨人', 9)) <= 9, 'a wide character is not cut in half');
  t.equal(padded('進', 4), '進  ');
  t.equal(padded('1', 4, 'right'), '   1');
});

t.test('a table is aligned, and no wider than it may be', async (t) => {
  const columns: Column[] = [
    { head: 'SIZE', align: 'right' },
    { head: 'NAME', cut: 'middle' },
  ];
  t.same(
    tableLines(columns, [
      ['1 kB', '進撃の巨人.mkv'],
      ['734 MB', 'Été.mkv'],
    ]),
    ['  SIZE  NAME', '  1 kB  進撃の巨人.mkv', '734 MB  Été.mkv'],
  );
  t.same(tableLines(columns, []), [], 'no head over nothing');
  t.same(tableLines([{}, {}], [['a', 'b']]), ['a  b'], 'no head where none is named');
  const wide = ['x', 'é', '進', '👩‍👩‍👧', '\u001b[2J'].map((char) => [
    char.repeat(2),
    char.repeat(300),
    char.repeat(90),
  ]);
  const three: Column[] = [{}, { cut: 'middle' }, { cut: 'end' }];
  for (const width of [100, 80, 60])
    for (const line of tableLines(three, wide, width))
      t.ok(widthOf(line) <= width, `${widthOf(line)} of ${width}`);
  const [line = ''] = tableLines(
    [{}, { cut: 'end', atLeast: 8 }],
    [['never cut', 'cut to what it keeps at least']],
    10,
  );
  t.equal(line, 'never cut  cut to …');
});

t.test('columns that may be cut give way, the widest first', async (t) => {
  const [line = ''] = tableLines([{ cut: 'end' }, { cut: 'end' }], [['a'.repeat(80), 'b'.repeat(20)]], 62);
  t.equal(line, `${'a'.repeat(39)}…  ${'b'.repeat(20)}`);
  const [both = ''] = tableLines([{ cut: 'end' }, { cut: 'end' }], [['a'.repeat(80), 'b'.repeat(80)]], 62);
  t.equal(both, `${'a'.repeat(29)}…  ${'b'.repeat(29)}…`);
});

t.test('the nearest names', async (t) => {
  const folders = ['Films', 'Séries', 'Divers', 'Documentaires', 'Films 4K'];
  const rows: [string, string[]][] = [
    ['films', ['Films']],
    ['Film', ['Films', 'Films 4K']],
    ['Fimls', ['Films']],
    ['series', ['Séries']],
    ['Serie', ['Séries']],
    ['docu', ['Documentaires']],
    ['films_4k', ['Films 4K']],
    ['Musique', []],
    ['', []],
  ];
  for (const [word, names] of rows) t.same(nearest(word, folders), names, word);
  t.same(nearest('x', ['A', 'B']), [], 'no letter of it is there');
  t.equal(nearest('a1', ['a2', 'a3', 'a4', 'a5']).length, 3);
});
