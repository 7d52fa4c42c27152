import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { loadSettings } from '../config/load.ts';
import { noFile, read } from './fixtures/checkout.ts';
import { documents, tableOf } from './fixtures/documents.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { run } from './fixtures/run.ts';

/** What the documents show to type or to write is right: shell, settings, commands with their options. */
interface Example {
  document: string;
  language: string;
  text: string;
}

/** Blocks of code with a language, freed of what they are indented by; `<...>` stands for something of the reader's. */
const examples: Example[] = documents
  .filter((document) => document !== 'CHANGELOG.md' && !document.startsWith('docs/facts/'))
  .flatMap((document) =>
    [...read(document).matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)].map(
      ([, indent = '', language = '', text = '']) => ({
        document,
        language,
        text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      }),
    ),
  );
const of = (language: string) => examples.filter((one) => one.language === language);
const key = 'abcdefgh12345678ABCDEFGH_-=87654';
const filled = (text: string) => text.replaceAll('<the key>', key).replace(/<[^>\n]+>/g, 'x1y2z3');

t.test('every block of code says what it is in', async (t) => {
  t.ok(examples.length > 15, `${examples.length} blocks`);
  for (const { document, language, text } of examples) t.ok(language, `${document}: ${text.slice(0, 40)}`);
});

t.test('what is to be typed is right shell', async (t) => {
  for (const { document, text } of of('sh'))
    t.match(await run('bash', ['-n', '-c', filled(text)]), { code: 0, stderr: '' }, `${document}: ${text}`);
});

t.test(
  'what is to be typed means the same in every shell, also where something of the reader stands',
  async (t) => {
    for (const { document, text } of of('sh'))
      for (const line of text.split('\n')) {
        const bare = line.replace(/'[^']*'|"[^"]*"/g, '').replace(/(?:^|\s)#.*$/, '');
        // zsh takes a bare ? or * for names of files, and < begins a file to read from.
        t.notMatch(bare, /[?*]|<[^\s<]/, `${document}: ${line}`);
      }
  },
);

t.test('variables that are set have values that are taken', async (t) => {
  let count = 0;
  for (const { document, text } of of('sh'))
    for (const [, name = '', quoted, plain = ''] of filled(text).matchAll(
      /\b((?:PASSERELLE|FICHIER)_\w+)=(?:'([^']*)'|([^\s'"]+))/g,
    )) {
      const value = (quoted ?? plain).replace(/^\.\.\.$/, key);
      t.doesNotThrow(() => loadSettings({ env: { [name]: value }, file: noFile }), `${name} in ${document}`);
      count += 1;
    }
  t.ok(count > 4, `${count} variables`);
});

t.test('what is to be written into the settings file is taken', async (t) => {
  let count = 0;
  for (const { document, text } of of('yaml').filter((one) => !one.text.startsWith('# compose'))) {
    // The secrets of the examples lie in files that nobody has here.
    const yaml = filled(text).replace(/tokenFile: [^,}]+/g, 'token: 0123456789abcdef');
    const file = join(t.testdir({ 'passerelle.yaml': yaml }), 'passerelle.yaml');
    t.doesNotThrow(() => loadSettings({ env: {}, file, fileRequired: true }), document);
    count += 1;
  }
  t.ok(count > 3, `${count} files`);
});

t.test('a compose file of the documents has the folders, ports and names of the image', async (t) => {
  for (const { text } of of('yaml').filter((one) => one.text.startsWith('# compose'))) {
    const { services } = parse(text) as { services: { passerelle: Record<string, unknown> } };
    const { image, environment, volumes, ports } = services.passerelle as Record<string, string[]>;
    t.match(String(image), /^ghcr\.io\/<owner>\/passerelle:/);
    t.strictSame(
      volumes?.map((line) => line.split(':')[1]),
      ['/data', '/library'],
    );
    t.strictSame(ports, ['8790:8790']);
    const own = ['PUID', 'PGID', 'TZ'];
    const env = Object.entries(environment ?? {}).filter(([name]) => !own.includes(name));
    const { warnings } = loadSettings({
      env: Object.fromEntries(env.map(([name, value]) => [name, String(value).replace(/^\$\{.*\}$/, '')])),
      file: noFile,
    });
    t.strictSame(warnings, []);
  }
});

t.test('nginx takes the lines for it', async (t) => {
  if ((await run('nginx', ['-v'])).code !== 0) return void t.comment('SKIPPED: nginx is not installed');
  const home = t.testdir();
  for (const { text } of of('nginx')) {
    const file = join(home, 'nginx.conf');
    const own = `pid ${home}/pid; error_log ${home}/error.log; events {}`;
    writeFileSync(file, `${own} http { access_log off; server { listen 127.0.0.1:18080;\n${text}} }\n`);
    t.match(await run('nginx', ['-t', '-c', file]), { code: 0 });
  }
});

t.test('Caddy takes the lines for it', async (t) => {
  if ((await run('caddy', ['version'])).code !== 0) return void t.comment('SKIPPED: caddy is not installed');
  for (const { text } of of('caddy')) {
    const file = join(t.testdir({ Caddyfile: text }), 'Caddyfile');
    t.match(await run('caddy', ['adapt', '--config', file, '--adapter', 'caddyfile']), { code: 0 });
  }
});

t.test('systemd takes the service', async (t) => {
  if ((await run('systemd-analyze', ['--version'])).code !== 0)
    return void t.comment('SKIPPED: systemd-analyze is not installed');
  for (const { text } of of('ini')) {
    const file = join(
      t.testdir({ 'passerelle.service': text.replace(/\/opt\/passerelle\S*/g, process.execPath) }),
      'passerelle.service',
    );
    const { stderr } = await run('systemd-analyze', ['verify', file]);
    t.notMatch(stderr, /passerelle\.service/);
  }
});

t.test('what is shown of names runs, without an account', async (t) => {
  const lines = of('sh').flatMap(({ text }) => text.match(/(?<=npx passerelle )recognise "[^\n]+"$/gm) ?? []);
  t.ok(lines.length > 0, `${lines.length} lines`);
  for (const line of lines) {
    const [, path = ''] = /"(.+)"/.exec(line) ?? [];
    const { code, stdout } = await passerelle(['recognise', path], { cwd: t.testdir() });
    t.equal(code, 0, line);
    t.match(stdout, /^movie +Le Gendarme se marie \(1968\)/);
  }
});

t.test('commands and options that the documents show are there', async (t) => {
  const known = new Map(
    tableOf('docs/commands.md', 'commands').map(([usage = '', options = '']) => [
      usage.split(' ')[0] ?? '',
      options.split(' '),
    ]),
  );
  // Of commands below a command, whose options are told in words.
  known.set('tree', ['--apply', '--json']);
  let count = 0;
  for (const document of documents.filter((name) => !/^CHANGELOG|^docs\/facts/.test(name))) {
    const shown = [
      ...[...read(document).matchAll(/`((?:npx )?passerelle [^`]+)`/g)].map(([, line = '']) => line),
      ...of('sh')
        .filter((one) => one.document === document)
        .flatMap(({ text }) => text.match(/(?:npx|passerelle) passerelle [^\n#]+/g) ?? []),
    ];
    for (const line of shown) {
      const words = line.replace(/^(?:npx )?(?:passerelle )+/, '');
      const [name = ''] = /^[a-z-]+/.exec(words) ?? [];
      if (name.startsWith('--') || words.startsWith('<')) continue;
      t.ok(known.has(name), `${line} in ${document}`);
      for (const [option] of words.replaceAll(/"[^"]*"/g, '').matchAll(/--[a-z-]+/g))
        t.ok(option === '--help' || known.get(name)?.includes(option), `${option} of ${name} in ${document}`);
      count += 1;
    }
  }
  t.ok(count > 30, `${count} commands`);
});
