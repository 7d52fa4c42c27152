import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { settingList } from '../config/settings.ts';
import { packageJson, read, root } from './fixtures/checkout.ts';
import { documents, rowsOf } from './fixtures/documents.ts';

/**
 * What the documents say to type, to set and to follow is there. The changelog speaks of what was, the facts of other
 * programs.
 */
const current = documents.filter((name) => name !== 'CHANGELOG.md' && !name.startsWith('docs/facts/'));

/** A heading as GitHub makes an anchor of it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

/** Anchors of a document: its headings outside of code. */
function anchorsOf(document: string): string[] {
  const text = read(document).replace(/^ *```[\s\S]*?^ *```/gm, '');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

t.test('the scripts of npm that the documents name are there', async (t) => {
  for (const document of current) {
    const text = read(document);
    for (const [, name = ''] of text.matchAll(/\bnpm (?:run ([\w:]+)|(?:start|test)\b)/g))
      if (name) t.ok(packageJson.scripts[name], `npm run ${name} in ${document}`);
  }
  for (const name of ['start', 'test']) t.ok(packageJson.scripts[name], `npm ${name}`);
});

t.test('every link between documents leads to a file and a heading that are there', async (t) => {
  let links = 0;
  for (const document of documents) {
    for (const [, target = ''] of read(document).matchAll(/\]\((?![a-z]+:)([^)\s]+)\)/g)) {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? document : join(dirname(document), path);
      t.ok(existsSync(join(root, file)), `${target} in ${document}`);
      if (anchor !== undefined) t.ok(anchorsOf(file).includes(anchor), `${target} in ${document}`);
      links += 1;
    }
  }
  t.ok(links > 10, `${links} links were followed`);
});

t.test('every document is reached from README.md', async (t) => {
  const reached = new Set(['README.md']);
  for (const document of reached)
    for (const [, target = ''] of read(document).matchAll(/\]\((?![a-z]+:)([^)\s#]+\.md)[^)]*\)/g))
      reached.add(join(dirname(document), target));
  t.strictSame(
    documents.filter((name) => !reached.has(name) && name.startsWith('docs/')),
    [],
  );
});

t.test('settings and variables that the documents name are there', async (t) => {
  const settings = settingList.map(({ path }) => path);
  const rooms = [...new Set(settings.flatMap((path) => (path.includes('.') ? [path.split('.')[0]] : [])))];
  const names = settingList.map(({ env }) => env);
  const others = [
    'PASSERELLE_CONFIG',
    'PASSERELLE_CORPORA',
    'PASSERELLE_REQUIRE_PLAYERS',
    'PASSERELLE_TEST_FOLDER_FILES',
    'PASSERELLE_TEST_SEEDS',
    'PASSERELLE_IMAGE',
    'FICHIER_API_KEY_SECRET',
  ];
  for (const document of current) {
    // Old names stand in one table, which is held to the code.
    const text = read(document).replace(/<!-- old names -->.*?<!-- \/old names -->/s, '');
    for (const [, path = ''] of text.matchAll(new RegExp(`\`((?:${rooms.join('|')})\\.[a-z]\\w+)\``, 'g')))
      if (!existsSync(join(root, document, '..', path)))
        t.ok(settings.includes(path), `${path} in ${document}`);
    for (const [name] of text.matchAll(/\b(?:PASSERELLE|FICHIER)_[A-Z_]+/g))
      t.ok([...names, ...others].includes(name.replace(/_FILE$/, '')), `${name} in ${document}`);
  }
});

t.test('the tables of tests have a line for each file, and no other', async (t) => {
  const told = [...read('docs/testing.md').matchAll(/^\| `(test\/[\w-]+\.test\.ts)` \|/gm)].map(
    ([, file]) => file,
  );
  const files = globSync('test/*.test.ts', { cwd: root }).sort();
  t.strictSame(told.sort(), files);
  const run = globSync('test/suites/*.ts', { cwd: root }).flatMap((suite) =>
    [...read(suite).matchAll(/^import '\.\.\/([\w-]+\.test\.ts)';$/gm)].map(([, file]) => `test/${file}`),
  );
  t.strictSame(run.sort(), files, 'each is run by one suite');
});

t.test('README is short, and tells of ten settings as the code has them', async (t) => {
  t.ok(read('README.md').split('\n').length <= 201);
  const told = rowsOf('README.md', 'ten settings');
  t.equal(told.length, 10);
  for (const [[path = '', env] = [], [shown] = []] of told) {
    const setting = settingList.find((one) => one.path === path);
    t.strictSame([env, shown], [setting?.env, setting?.shown.replaceAll('`', '')], path);
  }
});

t.test('tables are three columns wide at most', async (t) => {
  const cells = (line: string) => line.trim().split(/(?<!\\)\|/).length - 2;
  let rows = 0;
  for (const document of documents)
    for (const [table] of read(document).matchAll(/^ *\|.*\n *\|[ :|-]+\|\n(?: *\|.*(?:\n|$))*/gm)) {
      const [head = '', , ...body] = table.trimEnd().split('\n');
      t.ok(cells(head) <= 3, `${head} in ${document}`);
      // A line in a cell that is not escaped ends it, and what follows is not shown.
      for (const row of body) t.equal(cells(row), cells(head), `${row} in ${document}`);
      rows += body.length;
    }
  t.ok(rows > 300, `${rows} rows`);
});

t.test('files of the checkout that the documents name are there', async (t) => {
  let count = 0;
  for (const document of current)
    for (const [, path = ''] of read(document).matchAll(
      /`((?:src|plugins|config|test|bench|docs|docker)\/[\w./*-]+)`/g,
    )) {
      if (path === 'config/passerelle.yaml' || path === 'docker/secrets/fichier_api_key') continue;
      t.ok(
        path.includes('*') ? globSync(path, { cwd: root }).length > 0 : existsSync(join(root, path)),
        `${path} in ${document}`,
      );
      count += 1;
    }
  t.ok(count > 80, `${count} files`);
});

t.test('nothing in the account is removed but as README and SECURITY promise', async (t) => {
  const callsIn = (pattern: string) =>
    globSync(pattern, { cwd: root }).flatMap((file) =>
      [
        ...read(file).matchAll(
          /'((?:user|file|folder|download|upload|remote|ftp|vouchers)\/\w+)(?:\.cgi)?'/g,
        ),
      ].map(([, call]) => call),
    );
  const changing = new Set(callsIn('src/host/fichier/writes/writes.ts'));
  const reading = ['download/get_token', 'file/info', 'file/ls', 'folder/ls', 'user/info'];
  const elsewhere = globSync('src/**/*.ts', { cwd: root }).filter(
    (file) => !/host\/fichier\/(?:call|call-counts|writes\/.+)\.ts$/.test(file),
  );
  t.strictSame(
    [...new Set(elsewhere.flatMap(callsIn))].sort(),
    reading,
    'one file knows what changes an account',
  );
  t.ok(changing.has('file/rm') && changing.has('file/cp'), 'and this test sees it');
  const using = (verb: string) =>
    globSync('{src,plugins}/**/*.ts', { cwd: root })
      .filter(
        (file) => !file.startsWith('src/host/') && new RegExp(`writes\\s*\\.${verb}\\(`).test(read(file)),
      )
      .sort();
  t.strictSame(
    using('removeFiles'),
    ['src/uploads/changes/trash-keeper.ts', 'src/uploads/sender.ts'],
    'files are removed for good where they lay in the trash for their days, or were sent and are damaged',
  );
  t.strictSame(using('removeFolder'), ['src/uploads/changes/trash-keeper.ts'], 'and folders');
  t.match(read('README.md'), 'else nothing is deleted but what it has itself just sent and found damaged');
  t.match(read('SECURITY.md'), 'else nothing is deleted but what was just sent and is damaged');
});

t.test('the changelog has a section for each version, the newest first, with its day', async (t) => {
  const heads = [...read('CHANGELOG.md').matchAll(/^## (.+)$/gm)].map(([, head = '']) => head);
  const versions = heads.filter((head) => head !== '[Unreleased]');
  t.equal(heads.indexOf('[Unreleased]'), 0, 'what is to come stands first');
  t.match(versions[0], `[${packageJson.version}] - `);
  for (const head of versions) t.match(head, /^\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d$/);
  const numbers = versions.map((head) => head.slice(1, head.indexOf(']')));
  t.strictSame(
    numbers,
    numbers.toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true })),
  );
  t.equal(JSON.parse(read('package-lock.json')).version, packageJson.version);
});
