import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { Placement } from '../src/catalog/tree/placements.ts';
import { leftOutLines } from '../src/commands/format/left-out.ts';
import { toFileId } from '../src/core/ids.ts';
import { treesOf } from '../src/library/trees.ts';
import { recognise } from '../src/naming/recognise.ts';
import { explainReason, leftOutReasons } from '../src/reconcile/left-out/reasons.ts';
import { type LeftOutFacts, whyLeftOut } from '../src/reconcile/left-out/why.ts';
import { type Setup, signal } from './fixtures/setup.ts';
import { file, startBridge } from './fixtures/start-bridge.ts';
import { strmPaths } from './fixtures/strm-files.ts';
import type { AccountFolder } from './simulator/simulator.ts';

/** Why something of the account is in no tree: each reason, alone and from outside. */
const [tree] = treesOf({ dir: '/library', profile: 'jellyfin', trees: [] });
const [kodi] = treesOf({ dir: '/library', profile: 'kodi', trees: [] });
const [films] = treesOf({ dir: '/library', profile: 'kodi', trees: [{ dir: '/l', kinds: ['movie'] }] });
const place = (stem?: string): Placement => ({ fileId: toFileId('a'), titleKey: 'k', stem });

t.test('each reason, as a table', async (t) => {
  const facts = (path: string, more: Partial<LeftOutFacts> = {}): LeftOutFacts => ({
    file: {
      id: toFileId('a'),
      name: path.split('/').at(-1) ?? '',
      sizeBytes: 1,
      isMissing: false,
      isDirty: false,
    },
    kind: 'video',
    path,
    isDeep: false,
    recognition: recognise(path),
    trees: [{ tree, place: undefined, isAway: false }],
    ...more,
  });
  const missing = { ...facts('/Heat.1995.mkv').file, isMissing: true };
  const dirty = { ...facts('/Heat.1995.mkv').file, isDirty: true };
  const rows: [string, LeftOutFacts][] = [
    ['image', facts('/Heat.1995.iso', { kind: 'image' })],
    ['piece', facts('/Heat.1995.mkv.part', { kind: 'piece' })],
    ['unnamed', facts('/Heat.1995', { kind: 'unnamed' })],
    ['deep', facts('/Heat.1995.mkv', { path: undefined, isDeep: true })],
    ['lost', facts('/Heat.1995.mkv', { path: undefined })],
    ['waiting', facts('/Heat.1995.mkv', { recognition: undefined })],
    ['waiting', facts('/Heat.1995.mkv', { file: dirty })],
    [
      'said',
      facts('/Heat.1995.mkv', {
        recognition: {
          ...recognise('/Heat.1995.mkv'),
          kind: 'ignored',
          reasons: ['kind: you said so (file)'],
        },
      }),
    ],
    [
      'clip',
      facts('/BDMV/1.m2ts', { recognition: { ...recognise('/1.m2ts'), kind: 'ignored', reasons: ['disc'] } }),
    ],
    ['sample', facts('/Heat.1995/Sample/heat-sample.mkv')],
    ['alone', facts('/Heat.1995-trailer.mkv')],
    [
      'noPlace',
      facts('/Heat.1995-featurette.mkv', { trees: [{ tree: kodi, place: place(), isAway: false }] }),
    ],
    ['settings', facts('/Lost.S01E01.mkv', { trees: [{ tree: films, place: undefined, isAway: false }] })],
    [
      'settings',
      facts('/Lost.S01E01.mkv', {
        trees: [{ tree: films, place: place('Shows/Lost/Season 01/Lost S01E01'), isAway: false }],
      }),
    ],
    ['replaced', facts('/Heat.1995.mkv', { file: missing })],
    ['away', facts('/Heat.1995.mkv', { trees: [{ tree, place: place(), isAway: true }] })],
    [
      'unwritten',
      facts('/Heat.1995.mkv', {
        trees: [{ tree, place: place('Movies/Heat (1995)/Heat (1995)'), isAway: false }],
      }),
    ],
    ['conflict', facts('/Heat.1995.mkv', { trees: [{ tree, place: place(), isAway: false }] })],
    ['unknown', facts('/Heat.1995.mkv')],
  ];
  for (const [reason, row] of rows) t.equal(whyLeftOut(row), reason, `${row.path} ${reason}`);
});

t.test('what is to be done can be typed, whatever the name', async (t) => {
  t.equal(
    explainReason('said', '/a "b" $HOME `id` \\.mkv').remedy,
    `passerelle fix '/a "b" $HOME \`id\` \\.mkv' --clear takes that back`,
  );
  t.equal(explainReason('said', '/$& $1').remedy, "passerelle fix '/$& $1' --clear takes that back");
  t.equal(
    explainReason('said', '/Mamma.Mia!.mkv').remedy,
    "passerelle fix '/Mamma.Mia!.mkv' --clear takes that back",
  );
});

t.test('the document names every reason in the words of the program', async (t) => {
  const text = readFileSync(join(import.meta.dirname, '..', 'docs', 'library.md'), 'utf8');
  const table = /<!-- left-out -->([\s\S]*)<!-- \/left-out -->/.exec(text)?.[1] ?? '';
  const rows = Object.entries(leftOutReasons).map(
    ([reason, [why, remedy]]) => `| \`${reason}\` | ${why} | ${remedy.replace('<path>', '"PATH"')} |`,
  );
  t.same(table.trim().split('\n').slice(2), rows);
});

t.test('a command that is to be typed stands on one line', (t) => {
  const path = `/Divers/${'Les.Brigades.du.Tigre.'.repeat(4)}sample.mkv`;
  t.same(leftOutLines([{ path, ...explainReason('sample', path) }], undefined, { width: 100 }).slice(1), [
    '  a sample',
    '  to do: if it is the film:',
    `  passerelle fix "${path}" --as movie --title ...`,
  ]);
  t.end();
});

t.test('a person reads name, size, why, what to do, and where everything went', async (t) => {
  const counts = { files: 1200, placed: 1100, unsorted: 98, leftOut: 2, folders: 1 };
  const entries = [
    { path: '/Films/Heat.iso', sizeBytes: 42_000_000_000, ...explainReason('image', '/Films/Heat.iso') },
    { path: '/Films', count: 3, ...explainReason('unlisted', '/Films') },
  ];
  t.same(leftOutLines(entries, counts), [
    '/Films/Heat.iso  42 GB',
    '  a disc image: no media server plays one through a STRM file',
    '  to do: put the film into the account as a video, such as MKV',
    '/Films  3 entries',
    '  the host counts more entries in this folder than it names',
    '  to do: nothing is taken for missing here; the next sync looks again',
    '',
    '1,200 media files: 1,100 in the tree, 98 under Unsorted, 2 left out; of 1 folder something is not known',
  ]);
  t.equal(
    leftOutLines(entries, undefined, { isCut: true }).at(-1),
    'These are the first 2; --limit says how many.',
    'what is cut is said',
  );
  t.same(leftOutLines([], undefined), ['Nothing was left out.']);
});

/** Reasons by the last part of the path, of everything that is told. */
async function told({ bridge }: Pick<Setup, 'bridge'>): Promise<Record<string, string>> {
  const { entries } = await bridge.curation.leftOut.page('', 1000, signal);
  return Object.fromEntries(entries.map(({ path, reason }) => [path.split('/').at(-1), reason]));
}

const account: AccountFolder = {
  folders: [
    {
      name: 'Films',
      files: [
        file('Heat.1995.mkv'),
        file('Dune.2021.iso'),
        file('Brazil.1985.mkv'),
        file('Up.2009-trailer.mkv'),
      ],
    },
    {
      name: 'Loop',
      files: [file('Alien.1979.mkv')],
      folders: [{ name: 'Inner', files: [file('Tron.1982.mkv')] }],
    },
  ],
};

t.test('from outside: what a person says, a file in the way, a folder that cannot be listed', async (t) => {
  const one = await startBridge(t, account);
  const theirs = join(one.libraryDir, 'Movies', 'Heat (1995)');
  await mkdir(theirs, { recursive: true });
  for (const end of ['', ' - 1995', '.mkv']) await writeFile(join(theirs, `Heat (1995)${end}.strm`), 'mine');
  one.simulator.faults.lie = ({ verb, body }) =>
    verb === 'folder/ls' && Number(body.folder_id) === one.simulator.account.folder('/Loop/Inner').id
      ? { status: 'KO', message: 'Not allowed' }
      : undefined;
  await one.sync();
  await one.bridge.curation.overrides.set({ path: '/Films/Brazil.1985.mkv' }, { as: 'ignore' }, signal);
  const reasons = await told(one);
  t.match(reasons, { 'Dune.2021.iso': 'image', 'Brazil.1985.mkv': 'said', 'Up.2009-trailer.mkv': 'alone' });
  t.equal(reasons.Inner, 'failed');
  const { placed, unsorted, leftOut, files } = await one.bridge.curation.leftOut.count(signal);
  t.equal(files, placed + unsorted + leftOut);
  one.simulator.faults.lie = undefined;
  await one.sync();
  t.notOk((await told(one)).Inner, 'it was listed');
});

t.test('a file where a folder has to be: its films are told, and come when it is gone', async (t) => {
  const one = await startBridge(t, account);
  const inTheWay = join(one.libraryDir, 'Movies');
  await mkdir(one.libraryDir, { recursive: true });
  await writeFile(inTheWay, 'mine');
  await one.sync();
  t.match((await told(one))['Heat.1995.mkv'], /^(?:unwritten|conflict)$/);
  await rm(inTheWay);
  await one.sync({ full: true });
  t.notOk((await told(one))['Heat.1995.mkv']);
});

t.test('a circle of folders: what lies in it is told, and placed again when the host mends it', async (t) => {
  const one = await startBridge(t, account);
  const { id } = one.simulator.account.folder('/Loop');
  const inner = one.simulator.account.folder('/Loop/Inner').id;
  one.simulator.faults.lie = ({ verb, body }, truth) =>
    verb === 'folder/ls' && Number(body.folder_id) === inner
      ? {
          ...truth,
          sub_folders: [
            { id, name: 'Loop' },
            { id: 0, name: 'top' },
            { id: inner, name: 'me' },
          ],
        }
      : undefined;
  await one.sync();
  const reasons = await told(one);
  t.match(reasons, { top: 'inside', me: 'inside' });
  const paths = (await strmPaths(one)).join('\n');
  for (const [title, name] of [
    ['Alien', 'Alien.1979.mkv'],
    ['Tron', 'Tron.1982.mkv'],
  ] as const)
    t.ok(paths.includes(title) !== (reasons[name] === 'lost'), `${title}: in the tree, or told`);
  one.simulator.faults.lie = undefined;
  await one.sync();
  await one.sync();
  t.match((await strmPaths(one)).join('\n'), /Tron/);
  t.notOk((await told(one))['Tron.1982.mkv']);
});

t.test('one file in two folders stands once, and is told once', async (t) => {
  const one = await startBridge(t, account);
  const truth = one.simulator.account.file('/Loop/Alien.1979.mkv');
  one.simulator.faults.lie = ({ verb, body }, told) =>
    verb === 'folder/ls' && Number(body.folder_id) === one.simulator.account.folder('/Films').id
      ? {
          ...told,
          files: Number(told?.files) + 1,
          items: [
            ...((told?.items ?? []) as object[]),
            { url: truth.url, filename: truth.name, size: truth.sizeBytes },
          ],
        }
      : undefined;
  for (let sync = 0; sync < 3; sync++) {
    await one.sync();
    t.equal((await strmPaths(one)).filter((path) => path.includes('Alien')).length, 1);
    t.notOk((await told(one))['Alien.1979.mkv']);
  }
});

t.test('a path that no disk takes: its inner folders are one, and each file has its place', async (t) => {
  const long = (n: number) => `${n} `.padEnd(200, 'long ');
  let inner: AccountFolder = { name: long(0), files: [file('what is this.mkv'), file('and this.mkv')] };
  for (let depth = 1; depth < 40; depth++)
    inner = { name: long(depth), folders: [inner], files: [file(`at ${depth} of it.mkv`)] };
  const one = await startBridge(t, { folders: [inner] });
  const { tree } = await one.sync();
  t.match(tree.counts, { failed: 0 });
  t.same(await told(one), {});
  t.equal((await strmPaths(one)).length, 41);
  t.match((await one.sync({ full: true })).tree.counts, { create: 0, update: 0, delete: 0, failed: 0 });
});
