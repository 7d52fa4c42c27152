import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import t from 'tap';
import { tableOf } from './fixtures/documents.ts';
import { namesWith, stems } from './fixtures/names.ts';

/** The rules of the house: who may import whom. A test of its own, because no compiler holds them. */
const root = join(import.meta.dirname, '..');
const files = ['src', 'plugins', 'config'].flatMap(filesOf);

function filesOf(room: string): string[] {
  return readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${room}/${name.replaceAll('\\', '/')}`);
}

/** Static, bare and dynamic imports and re-exports; relative ones as paths from the root. */
function importsOf(file: string): string[] {
  const code = readFileSync(join(root, file), 'utf8');
  const found = code.matchAll(/(?:^\s*\}?|\s)(?:from|import)\s*\(?\s*'([^'\n]+)'/gm);
  return [...found].map(([, name = '']) =>
    name.startsWith('.') ? relative(root, resolve(root, file, '..', name)).replaceAll('\\', '/') : name,
  );
}

/** Whether a file takes nothing but types from another. */
function isOfTypes(file: string, to: string): boolean {
  const code = readFileSync(join(root, file), 'utf8');
  const statements = [...code.matchAll(/^(?:import|export)\b[^;]*?'(\.[^'\n]+)';/gm)].filter(
    ([, from = '']) => relative(root, resolve(root, file, '..', from)) === to,
  );
  return statements.length > 0 && statements.every(([words]) => words.startsWith('import type '));
}

const imports = files.flatMap((file) => importsOf(file).map((to) => ({ file, to })));

/** Rooms below src as docs/architecture.md has them, the ground first: what each may know of src besides itself. */
const mayKnow: Record<string, readonly string[]> = Object.fromEntries(
  tableOf('docs/architecture.md', 'rooms').map(([room = '', , known = '']) => [
    room,
    known === 'nothing' ? [] : known.split(', '),
  ]),
);

t.test('the test sees the house', async (t) => {
  t.ok(files.length > 40, `${files.length} files`);
  t.ok(imports.length > 200, `${imports.length} imports`);
  const rooms = new Set(files.flatMap((file) => /^src\/(\w+)\//.exec(file)?.[1] ?? []));
  t.strictSame([...rooms].sort(), [...Object.keys(mayKnow), 'commands'].sort(), 'every room has its rule');
});

t.test('no room may know one that may know it', async (t) => {
  const order = Object.keys(mayKnow);
  for (const [room, known] of Object.entries(mayKnow))
    t.ok(
      known.every((other) => order.indexOf(other) < order.indexOf(room) && order.includes(other)),
      room,
    );
});

/** Files that lead back to themselves over what they import, types too; each with the next one on the way. */
function circlesAmong(arrows: readonly { file: string; to: string }[]): string[] {
  const known = new Map<string, string[]>();
  for (const { file, to } of arrows) known.set(file, [...(known.get(file) ?? []), to]);
  // What knows nothing that is left, or is known by nothing that is left, lies in no circle.
  for (let size = -1; size !== known.size; ) {
    size = known.size;
    const named = new Set([...known.values()].flat());
    for (const [file, all] of known)
      if (!named.has(file) || !all.some((to) => known.has(to))) known.delete(file);
  }
  return [...known].map(([file, all]) => `${file} -> ${all.filter((to) => known.has(to)).join(', ')}`);
}

t.test('no two files know each other, not even by their types', async (t) => {
  const arrow = (file: string, to: string) => ({ file, to });
  t.strictSame(circlesAmong([arrow('a', 'b'), arrow('b', 'c')]), []);
  t.strictSame(circlesAmong([arrow('a', 'b'), arrow('b', 'c'), arrow('c', 'b'), arrow('c', 'd')]), [
    'b -> c',
    'c -> b',
  ]);
  t.strictSame(circlesAmong(imports), []);
});

t.test('a room below src knows only the rooms that it may know', async (t) => {
  const wrong = imports.filter(({ file, to }) => {
    const room = /^src\/(\w+)\//.exec(file)?.[1] ?? '';
    const allowed = mayKnow[room];
    if (!allowed || !/^(src|plugins|config|test)\//.test(to)) return false;
    return ![room, ...allowed].some((known) => to.startsWith(`src/${known}/`));
  });
  t.strictSame(wrong, []);
});

t.test(
  'only the three apps and the plugins know Fastify, and only those three know the plugins',
  async (t) => {
    const apps = ['src/app.ts', 'src/api-app.ts', 'src/gateway-app.ts'];
    const outside = imports.filter(({ file }) => !apps.includes(file) && !file.startsWith('plugins/'));
    t.strictSame(
      outside.filter(({ to }) => /^@?fastify\b/.test(to) || to.startsWith('plugins/')),
      [],
    );
    const knowing = (app: string) => imports.filter(({ to }) => to === app).map(({ file }) => file);
    t.strictSame(knowing('src/app.ts').sort(), ['src/commands/owner.ts', 'src/commands/serve.ts']);
    t.strictSame(knowing('src/api-app.ts').sort(), ['src/app.ts', 'src/commands/api.ts']);
    t.strictSame(knowing('src/gateway-app.ts'), ['src/commands/serve.ts']);
  },
);

t.test('plugins know the bridge by its type, and the pure parts', async (t) => {
  const pure =
    /^src\/(api|views|delivery|edge|gateway)\/.+|^src\/uploads\/dav\/(destination|if-header|lock-timeout|locks|patched-dates|said-date)\.ts$|^src\/uploads\/pieces\/(checksum|metadata|offset|wanted-path)\.ts$|^src\/core\/(bounded-cache|compile-cache|durations|errors|http\/(?:headers|http|unescaped)|ids|log\/redact|version)\.ts$/;
  const wrong = imports.filter(({ file, to }) => {
    if (!file.startsWith('plugins/') || !/^(src|config|test)\//.test(to) || pure.test(to)) return false;
    const line = readFileSync(join(root, file), 'utf8')
      .split('\n')
      .find((one) => one.includes(to));
    return !line?.startsWith('import type');
  });
  t.strictSame(wrong, []);
});

t.test(
  'config knows of src types alone: of errors, rules, profiles and kinds of servers; commands are known to the program alone',
  async (t) => {
    const fromConfig = imports.filter(
      ({ file, to }) => file.startsWith('config/') && /^(src|plugins|test)\//.test(to),
    );
    const known = [
      'src/core/errors.ts',
      'src/delivery/policy/client.ts',
      'src/delivery/policy/rules.ts',
      'src/gateway/setting.ts',
      'src/inbox/setting.ts',
      'src/library/profiles.ts',
      'src/notify/people/recipient.ts',
      'src/notify/servers/adapter.ts',
    ];
    t.strictSame([...new Set(fromConfig.map(({ to }) => to))].sort(), known);
    const ofValues = fromConfig.filter(({ file, to }) => !isOfTypes(file, to));
    t.strictSame(ofValues, [], 'and nothing of them but types');
    const toCommands = imports.filter(
      ({ file, to }) => to.startsWith('src/commands/') && !file.startsWith('src/commands/'),
    );
    const knowing = [...new Set(toCommands.map(({ file }) => file))].sort();
    t.strictSame(knowing, ['src/cli.ts', 'src/main.ts'], 'main knows a type of theirs');
  },
);

t.test('the environment is read in main.ts alone', async (t) => {
  const reading = files.filter((file) =>
    /\bprocess\.env\b|node:process/.test(readFileSync(join(root, file), 'utf8')),
  );
  t.strictSame(reading, ['src/main.ts']);
});

t.test('what is dear and used by nobody is not loaded on the way', async (t) => {
  const importing = files.filter((file) =>
    /^import (?!type )[^;]*from 'node:http';/m.test(readFileSync(join(root, file), 'utf8')),
  );
  t.strictSame(importing, [], 'node:http is required by core/http/http.ts: imported, it loads a WebSocket');
  const before = ['start.js', 'compile-cache.js', 'main.ts'].map((name) => ({
    name,
    imports: importsOf(`src/${name}`),
  }));
  t.strictSame(
    before.map((one) => one.imports.filter((to) => to.endsWith('.ts'))),
    [['src/main.ts'], [], ['src/commands/context.ts', 'src/core/low-memory-mode.ts', 'src/cli.ts']],
    'nothing of ours is imported before the cache is on',
  );
  t.ok(isOfTypes('src/main.ts', 'src/commands/context.ts'));
  t.notMatch(readFileSync(join(root, 'src/main.ts'), 'utf8'), /^import (?!type ).*(?:core|cli)\//m);
});

t.test('lengths of time and paths of the account are told once', async (t) => {
  const telling = (words: RegExp, home: string) =>
    files.filter(
      (file) =>
        !file.startsWith('config/') && file !== home && words.test(readFileSync(join(root, file), 'utf8')),
    );
  t.strictSame(telling(/\b(?:60_000|3_600_000|86_400_000)\b/, 'src/core/durations.ts'), []);
  t.strictSame(telling(/=== '\/' \? (?:''|`\/\$)/, 'src/core/account-path.ts'), []);
});

t.test('no file is longer than 350 lines', async (t) => {
  const long = files.filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > 351);
  t.strictSame(long, []);
});

t.test('package.json names the packages that are imported, and no other', async (t) => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const used = imports
    .map(({ to }) => to)
    .filter((to) => !/^(node:|src\/|plugins\/|config\/)/.test(to))
    .map((to) =>
      to
        .split('/')
        .slice(0, to.startsWith('@') ? 2 : 1)
        .join('/'),
    );
  t.strictSame([...new Set(used)].sort(), Object.keys(dependencies).sort());
});

/** What stands behind the parameters of an exported factory, from the colon on. */
function factoriesIn(code: string): { factory: string; returns: string }[] {
  return [...code.matchAll(/^export (?:async )?function (create\w+)/gm)].map(
    ({ 0: head, 1: factory = '', index }) => {
      let at = index + head.length;
      for (let depth = 0; at < code.length; at++) {
        const [before, sign = ''] = [code[at - 1], code[at]];
        if ('(<{['.includes(sign)) depth++;
        else if (')}]'.includes(sign) || (sign === '>' && before !== '=')) depth--;
        if (depth === 0 && sign === ')') break;
      }
      return { factory, returns: code.slice(at + 1, at + 100) };
    },
  );
}

t.test('what a factory makes has a name, and says in front of it what may be expected of it', async (t) => {
  const codes = files.map((file) => readFileSync(join(root, file), 'utf8'));
  const factories = codes.flatMap(factoriesIn);
  t.ok(factories.length > 100, `${factories.length} factories`);
  const isExplained = (type: string) => {
    const home = new RegExp(`^(.*)\\n(?:export )?(?:interface|type) ${type}\\b`, 'm');
    const lines = codes.flatMap((code) => home.exec(code)?.[1] ?? []);
    return lines.length === 0 || lines.some((line) => line.endsWith('*/'));
  };
  const unsaid = factories.filter(({ returns }) => {
    const [, type] = /^: (?:Promise<)?([A-Z]\w*)/.exec(returns) ?? [];
    return type === undefined || !isExplained(type);
  });
  t.strictSame(unsaid, []);
});

t.test('what is exported has a reader: a value in another file, a type at least in its own', async (t) => {
  const everywhere = [
    ...files,
    ...globSync('src/*.js', { cwd: root }),
    ...filesOf('test'),
    ...filesOf('bench'),
  ];
  const wordsOf = (code: string) => code.match(/[A-Za-z_$][\w$]*/g) ?? [];
  /** Where each word stands, once for each time. */
  const homes = new Map<string, string[]>();
  for (const file of everywhere)
    for (const name of wordsOf(readFileSync(join(root, file), 'utf8'))) {
      const known = homes.get(name);
      if (known) known.push(file);
      else homes.set(name, [file]);
    }
  t.ok(homes.size > 5000, `${homes.size} words`);
  const exported = /^export (?:async )?(function\*?|const|class|interface|type) (\w+)/gm;
  const unread = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(exported)].flatMap(([, kind = '', name = '']) => {
      const isType = kind === 'interface' || kind === 'type';
      const readers = homes.get(name) ?? [];
      return (isType ? readers.length > 1 : readers.some((home) => home !== file))
        ? []
        : [`${file}: ${name}`];
    }),
  );
  t.strictSame(unread, []);
});

t.test('what an exported type is called, nothing else is called', async (t) => {
  const declared = files.flatMap((file) =>
    [
      ...readFileSync(join(root, file), 'utf8').matchAll(
        /^(export )?(?:declare )?(?:abstract )?(?:interface|type|class) (\w+)/gm,
      ),
    ].map(([, outward, name = '']) => ({ file, name, isExported: outward !== undefined })),
  );
  t.ok(declared.length > 500, `${declared.length} types`);
  const twice = Object.entries(Object.groupBy(declared, ({ name }) => name))
    .filter(([, homes = []]) => homes.length > 1 && homes.some(({ isExported }) => isExported))
    .map(([name, homes = []]) => `${name}: ${homes.map(({ file }) => file).join(', ')}`);
  t.strictSame(twice, []);
});

t.test('what an exported function is called, no other exported one is called', async (t) => {
  // Where one word leads all the way: a command, its address and what both do are called the same.
  const isWay = (file: string) => /^(?:plugins\/routes|src\/api|src\/commands)\//.test(file);
  const declared = files
    .filter((file) => !isWay(file))
    .flatMap((file) =>
      [
        ...new Set(
          [...readFileSync(join(root, file), 'utf8').matchAll(/^export (?:async )?function\*? (\w+)/gm)].map(
            ([, name]) => name,
          ),
        ),
      ].map((name = '') => ({ file, name })),
    );
  t.ok(declared.length > 500, `${declared.length} functions`);
  const twice = Object.entries(Object.groupBy(declared, ({ name }) => name))
    .filter(([, homes = []]) => homes.length > 1)
    .map(([name, homes = []]) => `${name}: ${homes.map(({ file }) => file).join(', ')}`);
  t.strictSame(twice, []);
});

t.test('what was given up is gone', async (t) => {
  const gone = `frugal, breathe, bear, next up, titling, title of, saying, as left, replan, ghost, ladder, rung, climb,
    stray, look, gathering, habit, desk, spacing, at hand, patience, cure, shield, kept bytes, gate, heir, above, print,
    most, longest, lean, doubted, person`;
  for (const words of gone.split(/,\s+/)) t.strictSame(namesWith(words), [], words);
  const files = `at-hand program log-lines print gate pace turns words look life locations kept shield patience steps slots
    content memory batches below levels missing told near targets fixes removal steady recent discovery looks ask ways
    above counts habits person ranks because found reads lean one-of heir ghost strays strangers gathering`;
  for (const name of files.split(/\s+/)) t.notOk(stems.has(name), `${name}.ts`);
});
