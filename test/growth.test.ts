import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import t from 'tap';
import { fewRuns, runs, shapesAfter } from './tables/hostile-shapes.ts';
import type { TextReader } from './tables/text-reader.ts';
import { textReaders } from './tables/text-readers.ts';

/**
 * A text from outside may hold anything, so what reads it must grow no faster than it: double the size may take 2.5 times
 * as long, whatever the text is full of. Measured where a shape takes long enough to be measured, and read off the
 * expressions themselves.
 */

const firstChars = 8192;
/** A reader whose time grows with the square takes ten times as long for the first size. */
const unremarkableMs = 3;
const maxRatio = 2.5;
/** The system may count in steps of 4 ms: so much is measured in all, or so often. */
const enoughMs = 150;
const maxRounds = 20;
/** What comes of the square comes each time. */
const maxTries = 12;

/** Of this thread's own work: the machine may have other things to do. */
function msOf(read: () => unknown): number {
  const before = process.threadCpuUsage();
  read();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** What a reader takes longer for than is its due. */
function growthOf({ read, maxChars = 4 * firstChars, isSlow = false, after = [] }: TextReader): string[] {
  const shapes = [...(isSlow ? fewRuns : runs), ...after.flatMap(shapesAfter)];
  return shapes.flatMap(({ name, make }) => {
    const first = make(Math.min(firstChars, maxChars));
    for (let tries = 0; tries < 3; tries++) if (msOf(() => read(first)) < unremarkableMs) return [];
    const [half, whole] = [make(maxChars / 2), make(maxChars)];
    let [halfMs, wholeMs] = [0, 0];
    for (let tries = 0; tries < maxTries; tries++) {
      [halfMs, wholeMs] = [0, 0];
      for (let rounds = 1; rounds <= maxRounds && wholeMs < enoughMs; rounds++) {
        halfMs += msOf(() => read(half));
        wholeMs += msOf(() => read(whole));
      }
      if (wholeMs < maxRounds * unremarkableMs || wholeMs <= maxRatio * halfMs) return [];
    }
    return `${name}: ${(wholeMs / halfMs).toFixed(1)} times as long`;
  });
}

for (const reader of textReaders)
  t.test(`${reader.name} is read in a time that grows with its size`, async (t) => {
    t.strictSame(growthOf(reader), []);
  });

/** Files whose expressions see only what is ours, a person's settings, or names, and how long such a text is at most. */
const others: Readonly<Record<string, string>> = {
  'config/': 'settings, a person',
  'src/commands/': 'the words of a command, a person',
  'src/naming/': 'names of at most 1,000 characters; held by tests of their own',
  'src/library/': 'names of at most 1,000 characters',
  'src/sync/discovery/unindexed-files.ts': 'names of at most 1,000 characters',
  'src/doctor/': 'addresses of ours',
  'src/owner/': 'addresses of ours',
  'src/notify/check.ts': 'paths of the settings',
  'src/notify/servers/': 'paths of ours',
  'src/notify/outbox/check-schedule.ts': 'names of ours',
  'src/host/fichier/call.ts': 'the settings',
  'src/host/fichier/client.ts': 'the settings',
  'src/host/fichier/fichier.ts': 'the settings',
  'src/edge/certificate.ts': 'the settings',
  'src/core/nearest.ts': 'the words of a command, a person',
  'src/core/sqlite-errors.ts': 'codes of the system',
  'src/catalog/': 'statements of ours',
  'src/browse/': 'names of at most 1,000 characters',
  'src/tree/': 'names of ours',
  'src/reconcile/': 'names of ours',
  'src/api/': 'what we answer',
  'src/gateway/': 'addresses, headers and tickets of a bounded length',
  'plugins/gateway/': 'one header, from its beginning',
  'plugins/support/openapi.ts': 'addresses of ours',
  'plugins/ui/assets.ts': 'files of the checkout',
  'plugins/ui/client/': 'what we answer, and the words of a person, in his own browser',
  'plugins/support/endpoints.ts': 'addresses of ours',
  'plugins/support/auth.ts': 'one header, from its beginning',
  'plugins/routes/dav.ts': 'one header, a bounded part of it',
  'plugins/routes/strm.ts': 'one address',
};

const root = join(import.meta.dirname, '..');
const literal =
  /(?<=^|[(,=[:!?&|{ ])\/(?!\*)((?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[\n])+)\/([gimsuyv]*)(?=$|[).,;\s\]|&:?])/g;

/** Two divisions in a line look like an expression. */
function expressionOf(source: string, flags = ''): RegExp | undefined {
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}

/** The expressions in our sources that can go on without end. */
const expressions = ['src', 'plugins', 'config'].flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const lines = readFileSync(join(root, room, name), 'utf8').split('\n');
      const code = lines.filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line));
      return code
        .flatMap((line) => [...line.matchAll(literal)])
        .filter(([, source = '']) => /[*+]|\{\d+,\}/.test(source.replace(/\\.|\[(?:\\.|[^\]])*\]/g, '_')))
        .flatMap(([, source = '', flags]) => {
          const expression = expressionOf(source, flags);
          return expression ? [{ file: `${room}/${name}`, expression }] : [];
        });
    }),
);

t.test(
  'every expression that can go on without end is in a reader that is measured, or sees nothing long',
  async (t) => {
    const measured = new Set(textReaders.flatMap(({ of }) => of));
    t.ok(expressions.length > 80, `${expressions.length} expressions`);
    const files = new Set(expressions.map(({ file }) => file));
    const unknown = [...files].filter(
      (file) => !measured.has(file) && !Object.keys(others).some((known) => file.startsWith(known)),
    );
    t.strictSame(unknown, [], 'a line in test/tables/text-readers.ts, or above with what bounds it');
    for (const file of [...measured, ...Object.keys(others)]) t.ok(existsSync(join(root, file)), file);
  },
);

/** Tells which expressions take a time that grows with the square, and what of. */
const { analyse }: { analyse(expression: RegExp): { reports: { type: string }[] } } = createRequire(
  import.meta.url,
)('scslre');

t.test('no expression grows with the square of a text, read off itself', async (t) => {
  const bounded = ['config/', 'src/naming/', 'src/sync/discovery/unindexed-files.ts'];
  const growing = expressions
    .filter(({ file }) => !bounded.some((known) => file.startsWith(known)))
    .filter(({ expression }) => analyse(expression).reports.length > 0)
    .map(({ file, expression }) => `${file}: ${expression}`);
  t.strictSame(growing, []);
});
