import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import t from 'tap';
import { read, root } from './fixtures/checkout.ts';
import { tableOf } from './fixtures/documents.ts';
import { identifiersIn } from './fixtures/identifiers.ts';

/** The words of docs/glossary.md are those of the code: each is in a name there, and what was given up is in none. */
const files = ['src', 'plugins', 'config'].flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${room}/${name.replaceAll('\\', '/')}`),
);

const stems = new Set(files.map((file) => basename(file, '.ts')));
/** Former names that stand beside those of today for a version, in the answers of the API alone. */
const former: Readonly<Record<string, readonly string[]>> = {
  'src/api/plays.ts': ['keptBytes', 'shieldHit', 'gate'],
  'src/views/playback.ts': ['keptBytes', 'shieldHit', 'gate'],
};
/** Codes of errors are known outside, and stay. */
const isCode = (name: string) => name.startsWith('BRIDGE_');
const namesOf = (file: string) =>
  identifiersIn(read(file)).filter((name) => !isCode(name) && !former[file]?.includes(name));
const names = new Set([...stems, ...files.flatMap(namesOf)]);
/** Each name as words in small letters with a space between them: `createRangeCache` is ` create range cache `. */
const spoken = [...names].map((name) => {
  const apart = name.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/[-_$]+/g, ' ');
  return ` ${apart.toLowerCase()} `;
});
/** Names with this word, or words that belong together, in them; `s` may follow. */
function namesWith(words: string): string[] {
  const form = new RegExp(` ${words.replaceAll(/[- ]/g, ' ?')}s? `);
  return spoken.filter((name) => form.test(name));
}

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

t.test('what was given up is gone', async (t) => {
  const gone = `frugal, breathe, bear, next up, titling, title of, saying, as left, replan, ghost, ladder, rung, climb,
    stray, look, gathering, habit, desk, spacing, at hand, patience, cure, shield, kept bytes, gate, heir, above, print,
    most, longest`;
  for (const words of gone.split(/,\s+/)) t.strictSame(namesWith(words), [], words);
  const files = `at-hand program log-lines print gate pace turns words look life locations kept shield patience steps slots
    content memory batches below levels missing told near targets fixes removal steady recent discovery looks ask ways
    above counts habits person ranks because found reads lean one-of heir ghost strays strangers gathering`;
  for (const name of files.split(/\s+/)) t.notOk(stems.has(name), `${name}.ts`);
});
