import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import t from 'tap';

/**
 * The host is known to one room. What else the program does would be the same with another host: it imports none of that
 * room, and speaks none of its words.
 */
const root = join(import.meta.dirname, '..');
const room = 'src/host/fichier/';

interface Source {
  /** Path from the root of the repository. */
  file: string;
  code: string;
}

/** Who may know the host, and why. */
const mayImport: Record<string, string> = {
  'src/bridge.ts': 'builds the host and hands it on as a Host',
};
const maySpeak: Record<string, string> = {
  'src/bridge.ts': 'hands the settings of the host to it',
  'src/cli.ts': 'tells people which service it is for',
  'src/commands/explain.ts': 'tells people where the key comes from, by the name of its setting',
  'src/doctor/checks.ts': 'looks at the settings of the host, and says where its key comes from',
  'src/doctor/parts.ts': 'hands the settings of the host to the checks',
  'src/core/error-rows/error-table.ts': 'what to do about an error names settings of the host for people',
  'src/core/error-rows/host-error-rows.ts':
    'what to do about an error names settings and pages of the host for people',
  'src/naming/folders/categories.ts': 'French words in the names of folders',
  'plugins/ui/client/words/errors-fr.ts': 'what to do about an error, in French',
  'plugins/ui/client/words/phrases-fr.ts': 'French, in which it is the word for a file',
  'plugins/ui/client/words/texts-fr.ts': 'French, in which it is the word for a file',
  'plugins/ui/client/guide/texts-guide-fr.ts': 'French, in which it is the word for a file',
  'plugins/ui/client/repair/texts-repair-fr.ts': 'French, in which it is the word for a file',
  'plugins/ui/client/words/reason-words-fr.ts': 'French, in which it is the word for a file',
  'plugins/ui/client/guide/settings-help-fr.ts': 'what each setting means, in French',
};

const words: Record<string, RegExp> = {
  name: /fichier|alterupload|cjoint|megadl|piecejointe|pjointe|tenvoi|dl4free/i,
  time: /\bparis/i,
  'kind of account': /\b(?:premium or|premium gold|cdn credits)\b/i,
  'page text': /trop de connexions|accès restreint|flood detected|ip locked|location allowed|en maintenance/i,
  'name in its API':
    /get_token|folder\/ls|file\/ls|user\/info|\.cgi\b|sub_folders|sent_after|subscription_end/,
  'setting of its room': /\blistingCap\b|\buserInfoIntervalMs\b|\bplayBurst\b/,
  'number of its root':
    /\b(?:folderId|folder_id|parent_id|parentId) *(?:===|!==|=|<>) *0\b|where\('id', '=', 0\)/,
};

/** Documents that comments cite are named after what they are about. */
const citation = /facts\/1fichier-api|1fichier(?: facts|-api)/g;

function spoken({ code }: Source): string[] {
  const text = code.replace(citation, '');
  return Object.entries(words).flatMap(([what, pattern]) => (pattern.test(text) ? [what] : []));
}

function importsRoom({ file, code }: Source): boolean {
  const imports = code.matchAll(/(?:from|import)\s*\(?\s*'(\.[^'\n]+)'/g);
  return [...imports].some(([, name = '']) =>
    `${relative(root, resolve(root, file, '..', name)).replaceAll('\\', '/')}`.startsWith(room),
  );
}

/** One line for each file outside of the room that knows what it should not. */
function violations(sources: readonly Source[]): string[] {
  return sources
    .filter(({ file }) => !file.startsWith(room))
    .flatMap((source) => [
      ...(importsRoom(source) && !(source.file in mayImport) ? [`${source.file} imports ${room}`] : []),
      ...(source.file in maySpeak ? [] : spoken(source).map((what) => `${source.file} knows a ${what}`)),
    ]);
}

const sources: Source[] = ['src', 'plugins'].flatMap((top) =>
  readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${top}/${name.replaceAll('\\', '/')}`)
    .map((file) => ({ file, code: readFileSync(join(root, file), 'utf8') })),
);

t.test('nobody outside of its room knows the host', async (t) => {
  t.ok(sources.length > 200, `${sources.length} files`);
  t.ok(sources.filter(({ file }) => file.startsWith(room)).length > 10);
  t.strictSame(violations(sources), []);
});

t.test('errors name settings and pages of the host, and nothing else of it', async (t) => {
  const errors = sources.filter(({ file }) =>
    /^src\/core\/error-rows\/(?:error-table|host-error-rows)\.ts$/.test(file),
  );
  t.strictSame(errors.map(spoken), [['name'], ['name']]);
});

t.test('the room itself is full of what the test looks for', async (t) => {
  const own = sources.filter(({ file }) => file.startsWith(room)).flatMap(spoken);
  const found = new Set(own);
  for (const what of Object.keys(words).filter((one) => one !== 'number of its root'))
    t.ok(found.has(what), what);
});

t.test('who may know it still needs to', async (t) => {
  for (const file of Object.keys(mayImport)) {
    const source = sources.find((one) => one.file === file);
    t.ok(source && importsRoom(source), file);
  }
  for (const file of Object.keys(maySpeak)) {
    const source = sources.find((one) => one.file === file);
    t.ok(source && spoken(source).length > 0, file);
  }
});

t.test('a violation is found wherever it stands', async (t) => {
  const planted: [code: string, wrong: string][] = [
    ["import { createGovernor } from '../host/fichier/governor.ts';", 'imports src/host/fichier/'],
    ["import type { X } from '../host/fichier/wire.ts';", 'imports src/host/fichier/'],
    ["export { x } from '../host/fichier/wire.ts';", 'imports src/host/fichier/'],
    ["const x = await import('../host/fichier/wire.ts');", 'imports src/host/fichier/'],
    ["const page = 'https://1fichier.com/?x';", 'knows a name'],
    ['settings.fichier.connections', 'knows a name'],
    ['/** As 1fichier says it. */', 'knows a name'],
    ['/** Local time of Paris. */', 'knows a time'],
    ['parisToUtc(text)', 'knows a time'],
    ['/Trop de connexions/', 'knows a page text'],
    ["'or use CDN credits'", 'knows a kind of account'],
    ["message === 'IP Locked'", 'knows a page text'],
    ["verb: 'download/get_token'", 'knows a name in its API'],
    ['if (entries >= listingCap) split();', 'knows a setting of its room'],
    ["if (folderId === 0) return '/';", 'knows a number of its root'],
    ["db.selectFrom('folders').where('id', '=', 0)", 'knows a number of its root'],
  ];
  for (const [code, wrong] of planted)
    for (const file of ['src/links/planted.ts', 'src/catalog/planted.ts'])
      t.ok(
        violations([{ file, code }]).some((one) => one.endsWith(wrong.replace(/^imports/, 'imports'))),
        `${file}: ${code}`,
      );
  const right = [
    "import type { Host } from '../host/host.ts';",
    '// Many small downloads lock the address (facts/1fichier-api 3.5).',
    'const comparison = folderId === folderIdOf(file);',
  ];
  for (const code of right) t.strictSame(violations([{ file: 'src/links/planted.ts', code }]), [], code);
  t.strictSame(violations([{ file: `${room}planted.ts`, code: "'IP Locked'" }]), []);
});
