import t from 'tap';
import type { CatalogFile } from '../src/catalog/account/files.ts';
import { createSuccessors } from '../src/catalog/account/successor.ts';
import type { TitleRow } from '../src/catalog/tree/placements.ts';
import { type FileId, toFileId } from '../src/core/ids.ts';
import { atOnce } from '../src/core/yield-often.ts';
import { titleKey } from '../src/library/layout.ts';
import { treesOf } from '../src/library/trees.ts';
import { recognise } from '../src/naming/recognise.ts';
import { createTitleLayout } from '../src/reconcile/desired-layout.ts';
import type { KnownTitles } from '../src/reconcile/known-titles.ts';
import { successionsInSteps } from '../src/reconcile/successions.ts';
import { folder } from './fixtures/ids.ts';

/** What a tree should hold, computed from what is known: no disk and no database. */

const [tree] = treesOf({ dir: '/library', profile: 'jellyfin', trees: [] });
const dune = 'Movies/Dune (2021)/Dune (2021)';

/** A file of `/Films`. Missing: since when, in milliseconds UTC. */
function file(id: string, name: string, more: Partial<CatalogFile> = {}): CatalogFile {
  return {
    id: toFileId(id),
    folderId: folder(1),
    url: `https://1fichier.com/?${id}`,
    name,
    sizeBytes: 1000,
    sentAt: undefined,
    contentType: undefined,
    firstSeenAt: 0,
    missingSince: undefined,
    ...more,
  };
}

/** What was taken for a title: without a stem it was never written. */
function row({ id, name }: { id: FileId; name: string }, stem?: string): TitleRow {
  const recognition = recognise(`/Films/${name}`);
  const libraryFile = { fileId: id, path: `/Films/${name}`, name, sizeBytes: 1000 };
  return {
    fileId: id,
    titleKey: titleKey(libraryFile, recognition) ?? '',
    recognition,
    stem,
    name: stem === undefined ? undefined : name,
    pinned: undefined,
  };
}

function known(files: readonly CatalogFile[], rows: readonly TitleRow[], more: Partial<KnownTitles> = {}) {
  const inLibrary = new Map(files.map((one) => [one.id, one]));
  const ofRows = new Map([...inLibrary].filter(([id]) => rows.some(({ fileId }) => fileId === id)));
  return {
    rows,
    files: ofRows,
    gone: [],
    facts: new Map(),
    related: inLibrary,
    copies: new Map(),
    folders: new Map([
      [folder(1), '/Films'],
      [folder(2), '/Others'],
    ]),
    written: new Map(),
    ...more,
  } satisfies KnownTitles;
}

function layoutOf(titles: KnownTitles, run = {}, taken = new Set<string>()) {
  const settings = {
    tree,
    baseUrl: 'http://bridge',
    sign: (id: string) => `signed-${id}`,
    lockData: false,
    language: 'en' as const,
    episodeTitles: 'all' as const,
    maxSubtitleBytes: 5_000_000,
    artwork: false,
  };
  const layout = createTitleLayout(titles, settings, run, taken);
  for (const key of new Set(titles.rows.map((one) => one.titleKey))) layout.add(key);
  return layout.result;
}

const pathsOf = (titles: KnownTitles, run = {}) =>
  layoutOf(titles, run).desired.flatMap(({ kind, path, fileId }) =>
    kind === 'nfo' ? [] : [`${path} ${fileId}`],
  );

t.test('a file succeeds another one of its folder that has its name', async (t) => {
  const slots = createSuccessors([
    file('new', 'a.mkv'),
    file('b', 'b.mkv'),
    file('c', 'a.mkv', { folderId: folder(2) }),
  ]);
  t.equal(slots.otherAt(file('old', 'a.mkv'))?.id, 'new');
  t.equal(slots.otherAt(file('new', 'a.mkv')), undefined, 'none succeeds itself');
  t.equal(slots.otherAt(file('old', 'c.mkv')), undefined, 'another name');
  t.equal(slots.otherAt(file('old', 'b.mkv', { folderId: folder(2) })), undefined, 'another folder');
  t.equal(createSuccessors([file('x', 'a.mkv'), file('y', 'a.mkv')]).otherAt(file('old', 'a.mkv'))?.id, 'y');
});

const old = file('old', 'Dune.2021.mkv');
const lost = file('old', 'Dune.2021.mkv', { missingSince: 5 });
const young = file('new', 'Dune.2021.mkv');

t.test('who takes over whose path', async (t) => {
  const both = [row(old, dune), row(young)];
  const cases: [string, Parameters<typeof successionsInSteps>, object][] = [
    ['the old one is there', [known([old, young], both), {}], { successors: [], waiting: [] }],
    ['it is missing', [known([lost, young], both), {}], { successors: [['old', 'new']], waiting: [] }],
    [
      'it has left the library',
      [known([young], both, { gone: [old] }), {}],
      { successors: [['old', 'new']], waiting: [] },
    ],
    [
      'a dry run takes it out',
      [known([old, young], both), { asIfGone: new Set([toFileId('old')]) }],
      { successors: [['old', 'new']], waiting: [] },
    ],
    [
      'a crawl may still find it',
      [known([lost, young], both), { midCrawl: true }],
      { successors: [], waiting: ['new'] },
    ],
    [
      'no crawl finds what has left the library',
      [known([young], both, { gone: [old] }), { midCrawl: true }],
      { successors: [['old', 'new']], waiting: [] },
    ],
    [
      'the new one has a path of its own',
      [known([lost, young], [row(old, dune), row(young, `${dune} - 2`)]), {}],
      { successors: [], waiting: [] },
    ],
    [
      'a person said that the new one is another title',
      [known([lost, young], [row(old, dune), { ...row(young), titleKey: 'movies/other' }]), {}],
      { successors: [], waiting: [] },
    ],
    [
      'the old one never had a path',
      [known([lost, young], [row(old), row(young)]), {}],
      { successors: [], waiting: [] },
    ],
    [
      'the new one lies in another folder',
      [known([lost, { ...young, folderId: folder(2) }], both), {}],
      { successors: [], waiting: [] },
    ],
    [
      'two have left: the first has its path taken over',
      [
        known(
          [lost, { ...lost, id: toFileId('older') }, young],
          [row(old, dune), row({ ...lost, id: toFileId('older') }, `${dune} - 2`), row(young)],
        ),
        {},
      ],
      { successors: [['old', 'new']], waiting: [] },
    ],
  ];
  for (const [what, args, expected] of cases) {
    const { successors, waiting } = atOnce(successionsInSteps(...args));
    t.strictSame({ successors: [...successors], waiting: [...waiting] }, expected, what);
  }
});

t.test('what is no film and no episode takes over the path of none', async (t) => {
  const episode = 'Shows/Show/Season 02/Show S02E04';
  for (const [was, is] of [
    ['Show.S02E04-trailer.mkv', 'Dune.2021-trailer.mkv'],
    ['xyzzy.mkv', 'plugh.mkv'],
    ['Show.S02E04-trailer.mkv', 'Show.S02E04.mkv'],
  ] as const) {
    const rows = [row(file('old', was), episode), row(file('new', is))];
    const titles = known([file('new', is)], rows, { gone: [file('old', was)] });
    const { inherited } = atOnce(successionsInSteps(titles, {}));
    t.strictSame([...inherited], [], `${is} after ${was}`);
  }
});

t.test('what a tree should hold of files that come, go and come back', async (t) => {
  const at = (id: string) => [`${dune}.strm ${id}`];
  t.strictSame(pathsOf(known([old], [row(old)])), at('old'), 'new');
  t.strictSame(pathsOf(known([lost], [row(old, dune)])), at('old'), 'missing, and not gone');
  t.strictSame(pathsOf(known([lost, young], [row(old, dune), row(young)])), at('new'), 'succeeded');
  t.strictSame(
    pathsOf(known([lost, young], [row(old, dune), row(young)]), { midCrawl: true }),
    at('old'),
    'in mid-crawl',
  );
  t.strictSame(pathsOf(known([], [row(old, dune)], { gone: [old] })), [], 'gone');
  const other = file('x', 'Dune.2021.1080p.mkv');
  t.strictSame(
    pathsOf(known([other], [row(old, dune), row(other)], { gone: [old] })),
    [`${dune}.strm x`],
    'another version takes the path by which it is known',
  );
  const part = file('y', 'Dune.Part.Two.2024.1080p.mkv');
  t.strictSame(
    pathsOf(known([part], [row(old, dune), row(part)], { gone: [old] })),
    ['Movies/Dune Part Two (2024)/Dune Part Two (2024).strm y'],
    'another film does not',
  );
  const labelled = row(other, `${dune} - 1080p`);
  t.strictSame(
    pathsOf(known([other], [row(old, dune), labelled], { gone: [old] })),
    [`${dune} - 1080p.strm x`],
    'a path that is no more in the tree is handed to nobody who stands elsewhere',
  );
});

t.test('who has no path yet gets one, and one that is somebody else’s is left to him', async (t) => {
  const { stems, desired } = layoutOf(known([old], [row(old)]));
  t.strictSame([...stems], [['old', { stem: dune, name: 'Dune.2021.mkv', titleKey: 'movies/dune (2021)' }]]);
  const strm = desired.find(({ kind }) => kind === 'strm');
  t.equal(strm?.content, 'http://bridge/stream/old/signed-old/Dune.2021.mkv\n');
  t.equal(layoutOf(known([old], [row(old, dune)])).stems.size, 0, 'it has one');
  const around = layoutOf(known([old], [row(old)]), {}, new Set([dune.toLowerCase()]));
  t.not(around.stems.get(toFileId('old'))?.stem, dune);
});

t.test('a path that two claim goes to the first; the other looks for one the next time', async (t) => {
  const twin = file('twin', 'Dune.2021.1080p.mkv');
  const { desired, disowned, waiting } = layoutOf(known([old, twin], [row(old, dune), row(twin, dune)]));
  t.equal(desired.filter(({ kind }) => kind === 'strm').length, 1);
  t.equal(disowned.length, 1);
  t.strictSame(waiting, disowned);
});

t.test('side-cars stand beside their film once their content is at hand', async (t) => {
  const text = file('text', 'Dune.2021.fr.srt');
  const rows = [row(old, dune)];
  const copy = { form: 'text', language: 'fr', sizeBytes: 30 } as const;
  const written = (sizeBytes: number) => ({
    path: `${dune}.fr.srt`,
    kind: 'subtitle',
    fileId: toFileId('text'),
    titleKey: 'movies/dune (2021)',
    sha256: '',
    sizeBytes,
    mtimeMs: 1,
  });
  const subtitle = (more: Partial<KnownTitles>, files = [old, text]) => {
    const { desired, wanted } = layoutOf(known(files, rows, more));
    const content = desired.find(({ kind }) => kind === 'subtitle')?.content;
    return [content && (content as { isOther: boolean }).isOther, wanted.map((one) => one.file.id)];
  };
  const copies = new Map([[toFileId('text'), copy]]);
  t.strictSame(subtitle({}), [undefined, ['text']], 'not at hand: it is wanted');
  t.strictSame(subtitle({ copies }), [false, []], 'at hand');
  t.strictSame(
    subtitle({ written: new Map([[toFileId('text'), [written(30)]]]) }),
    [false, ['text']],
    'written once',
  );
  t.strictSame(
    subtitle({ copies, written: new Map([[toFileId('text'), [written(30)]]]) }),
    [false, []],
    'the same',
  );
  t.strictSame(
    subtitle({ copies, written: new Map([[toFileId('text'), [written(29)]]]) }),
    [true, []],
    'other bytes',
  );
});

t.test('half of a pair stays away until the other half is at hand', async (t) => {
  const pair = [file('sub', 'Dune.2021.sub'), file('idx', 'Dune.2021.idx')];
  const picture = { form: 'picture-track', sizeBytes: 9 } as const;
  const kinds = (copies: KnownTitles['copies']) =>
    layoutOf(known([old, ...pair], [row(old, dune)], { copies })).desired.flatMap(({ kind, fileId }) =>
      kind === 'subtitle' ? [fileId] : [],
    );
  t.strictSame(kinds(new Map([[toFileId('sub'), picture]])), []);
  t.strictSame(
    kinds(
      new Map([
        [toFileId('sub'), picture],
        [toFileId('idx'), picture],
      ]),
    ).sort(),
    ['idx', 'sub'],
  );
});

t.test(
  'a side-car that was uploaded anew takes over the name when it is at hand, and not before',
  async (t) => {
    const gone = file('a', 'Dune.2021.fr.srt', { missingSince: 5 });
    const anew = file('b', 'Dune.2021.fr.srt');
    const copy = { form: 'text', language: 'fr', sizeBytes: 30 } as const;
    const texts = (ids: string[]) =>
      layoutOf(
        known([old, gone, anew], [row(old, dune)], {
          copies: new Map(ids.map((id) => [toFileId(id), copy])),
        }),
      ).desired.flatMap(({ kind, path, fileId }) => (kind === 'subtitle' ? [`${path} ${fileId}`] : []));
    t.strictSame(texts(['a']), [`${dune}.fr.srt a`]);
    t.strictSame(texts(['a', 'b']), [`${dune}.fr.srt b`]);
  },
);
