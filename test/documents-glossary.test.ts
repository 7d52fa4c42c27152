import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { root } from './fixtures/checkout.ts';
import { tableOf } from './fixtures/documents.ts';
import { identifiersIn } from './fixtures/identifiers.ts';
import { namesWith } from './fixtures/names.ts';

/** The words of docs/glossary.md are those of the code: each is in a name there. */
t.test('how a name is read', async (t) => {
  const cases: [string, string][] = [
    ["const a = 'b c'; // d\n/* e */ let fG = h_i;", 'const a let fG h_i'],
    ["a = 'b/*'; c; 'd*/'; e = \"f'g\"", 'a c e'],
    [`a = \`b $c \${d({ e: \`f \${g}\` })} h\`; i`, 'a d e g i'],
    ["if (/'a[/]b/u.test(c)) return /d`/", 'if test c return'],
    ['a / b / c(d) / 2n', 'a b c d'],
    ['#a; é', 'a é'],
  ];
  for (const [code, expected] of cases) t.equal(identifiersIn(code).join(' '), expected, code);
  t.strictSame(namesWith('words that are nowhere'), []);
  t.ok(namesWith('range cache').includes(' create range cache '));
});

t.test('each word of the glossary stands in names of the code', async (t) => {
  const words = ['words', 'field words'].flatMap((table) => tableOf('docs/glossary.md', table));
  t.ok(words.length > 25, `${words.length} words`);
  for (const [word = ''] of words)
    t.ok(namesWith(word.replace(/^place a file$/, 'place files')).length > 0, word);
  t.equal(new Set(words.map(([word]) => word)).size, words.length, 'each once');
});

t.test('the rooms that a word of the field names are there', async (t) => {
  const rooms = readdirSync(join(root, 'src'));
  for (const [word, , where = ''] of tableOf('docs/glossary.md', 'field words'))
    for (const room of where.split(', ')) t.ok(rooms.includes(room), `${room} of ${word}`);
});
