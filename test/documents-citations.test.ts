import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { read, root } from './fixtures/checkout.ts';
import { documents } from './fixtures/documents.ts';

/** Comments cite the documents in docs/facts by name and section; each citation leads to a heading that is there. */
const rooms = ['src', 'plugins', 'config', 'test', 'bench'];
const own = 'test/documents-citations.test.ts';
const files = rooms.flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .map((name) => `${room}/${name.replaceAll('\\', '/')}`)
    .filter((name) => /\.(ts|sh|md)$/.test(name) && name !== own),
);
const facts = documents.filter((name) => name.startsWith('docs/facts/'));

/** Numbers of the headings of a document, such as `3` and `3.6`. */
const sectionsOf = (document: string) =>
  new Set([...read(document).matchAll(/^#+ (\d+(?:\.\d+)*)\.? /gm)].map(([, number = '']) => number));

interface Citation {
  /** Where it stands. */
  file: string;
  /** Name of the document, such as `1fichier-api`. */
  name: string;
  sections: string[];
}

/** What a text cites: `facts/1fichier-api`, `facts/1fichier-api 3.6`, `facts/media-servers 2.1, 2.3 and 3.2`. */
function citationsIn(text: string, file: string): Citation[] {
  // A comment goes on behind the star of its next line.
  const flat = text.replace(/\n\s*(?:\*|\/\/) /g, ' ');
  const number = String.raw`\d+(?:\.\d+)*(?![\w-])`;
  const form = new RegExp(
    String.raw`\bfacts/([\w-]+)((?: ${number}(?:(?:, and|,| and| to) ${number})*)?)`,
    'g',
  );
  return [...flat.matchAll(form)].map(([, name = '', sections = '']) => ({
    file,
    name,
    sections: sections.match(/\d+(?:\.\d+)*/g) ?? [],
  }));
}

t.test('the form of a citation', async (t) => {
  const sectionsIn = (text: string) => citationsIn(text, '').map(({ name, sections }) => [name, ...sections]);
  t.strictSame(sectionsIn('(facts/media-servers 8.3, measured)'), [['media-servers', '8.3']]);
  t.strictSame(sectionsIn('facts/naming 6 to 9).'), [['naming', '6', '9']]);
  t.strictSame(sectionsIn('facts/1fichier-api 3.5, 3.6, 4 and 5'), [
    ['1fichier-api', '3.5', '3.6', '4', '5'],
  ]);
  t.strictSame(sectionsIn(' * (facts/naming,\n * layers)'), [['naming']]);
  t.strictSame(sectionsIn(' * (facts/naming\n * 7) and facts/gateway 10.1'), [
    ['naming', '7'],
    ['gateway', '10.1'],
  ]);
});

t.test('every citation leads to a section that is there', async (t) => {
  const citations = [...files, ...documents].flatMap((file) => citationsIn(read(file), file));
  t.ok(citations.length > 90, `${citations.length} citations`);
  for (const { file, name, sections } of citations) {
    const document = `docs/facts/${name}.md`;
    if (!t.ok(documents.includes(document), `${document}, cited in ${file}`)) continue;
    const known = sectionsOf(document);
    for (const section of sections) t.ok(known.has(section), `${document} ${section}, cited in ${file}`);
  }
});

t.test('nothing cites a document in another form', async (t) => {
  const names = facts.map((name) => name.slice('docs/facts/'.length, -'.md'.length)).join('|');
  const other = new RegExp(
    String.raw`\bfacts (?:sections? )?(?:${names}|\d)|\b(?:${names}|1fichier) facts\b`,
  );
  for (const file of files) t.notMatch(read(file).replace(/\n\s*(?:\*|\/\/) /g, ' '), other, file);
});

t.test('the documents of facts name their sources', async (t) => {
  t.equal(facts.length, 6);
  for (const document of facts.filter((name) => !name.endsWith('README.md')))
    t.match(read(document), /\b[Ss]ources\b/, document);
});
