import t, { type Test as Tap } from 'tap';
import { file, others, startBridge } from './fixtures/start-bridge.ts';
import { strmFiles } from './fixtures/strm-files.ts';

/** Same title, same year, one id: one title, in all orders in which its files may come. */

const folders = {
  plain: 'Downloads',
  named: 'Ronin [imdbid-tt0122690] (1998)',
  other: 'Ronin [imdbid-tt0000001] (1998)',
  elsewhen: 'Ronin [imdbid-tt0093164] (1966)',
} as const;
type Folder = keyof typeof folders;

const nameOf = (folder: Folder, number: number) =>
  `Ronin.${folder === 'elsewhen' ? 1966 : 1998}.${['720p', '1080p', '2160p'][number]}.mkv`;

/** @param steps what comes between two syncs @returns how many files each title has, and what a plan would move */
async function synced(t: Tap, ...steps: (readonly Folder[])[]) {
  const empty = Object.values(folders).map((name) => ({ name, files: [] }));
  const one = await startBridge(t, { folders: [{ name: 'Films', files: others }, ...empty] });
  let number = 0;
  for (const step of steps) {
    for (const folder of step)
      one.simulator.account.addFile(`/${folders[folder]}`, file(nameOf(folder, number++ % 3)));
    await one.sync();
  }
  const quiet = await one.sync({ full: true });
  t.match(quiet.tree.counts, { create: 0, update: 0, delete: 0 }, 'the next sync changes nothing');
  const paths = (await strmFiles(one.libraryDir)).map(({ path }) => path.split('/'));
  const titles = Map.groupBy(
    paths.filter(([, title = '']) => title.startsWith('Ronin')),
    ([, title = '']) => title.replace('Ronin ', ''),
  );
  return Object.fromEntries([...titles].map(([title, some]) => [title, some.length]));
}

const id = '(1998) [imdbid-tt0122690]';
const rows: [words: string, steps: (readonly Folder[])[], titles: Record<string, number>][] = [
  ['together', [['named', 'plain']], { [id]: 2 }],
  ['the one with the id first', [['named'], ['plain']], { [id]: 2 }],
  ['the one without first: what stands keeps its path', [['plain'], ['named']], { '(1998)': 2 }],
  ['one more of each', [['plain'], ['named'], ['named', 'plain']], { '(1998)': 4 }],
  ['two ids are two titles', [['named', 'other']], { [id]: 1, '(1998) [imdbid-tt0000001]': 1 }],
  [
    'who names none of two stays by himself',
    [['named', 'other'], ['plain']],
    { [id]: 1, '(1998) [imdbid-tt0000001]': 1, '(1998)': 1 },
  ],
  [
    'a second id does not join the first',
    [['plain'], ['named'], ['other']],
    { '(1998)': 2, '(1998) [imdbid-tt0000001]': 1 },
  ],
  ['of another year', [['elsewhen', 'plain']], { '(1966) [imdbid-tt0093164]': 1, '(1998)': 1 }],
];

for (const [words, steps, titles] of rows)
  t.test(`a film whose id only some of its files name: ${words}`, async (t) => {
    t.strictSame(await synced(t, ...steps), titles);
  });
