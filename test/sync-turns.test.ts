import { Worker } from 'node:worker_threads';
import t, { type Test } from 'tap';
import { createDiskThread } from '../src/tree/tree.ts';
import { watchTurns } from './fixtures/longest-turn.ts';
import { setup } from './fixtures/setup.ts';
import type { Simulator } from './simulator/simulator.ts';

/** A player waits for no turn of a sync that is longer. */
const maxTurnMs = 100;
const filesAFolder = Number(process.env.PASSERELLE_TEST_FOLDER_FILES ?? 60);

const film = (nameOf: (n: number) => string) => (n: number) => (n === 0 ? 'Heat.1995.mkv' : nameOf(n));
/** One bit of a number for the case of each letter. */
const cased = (n: number) =>
  Array.from('abcdefghijklmn', (letter, bit) => ((n >> bit) & 1 ? letter.toUpperCase() : letter)).join('');

/** What may lie in one folder, by the number of each file. */
const kinds: Record<string, (n: number) => string> = {
  'all subtitles of one film': film((n) => `Heat.1995.${n}.fr.srt`),
  'subtitles of nobody': film((n) => `Andere ${n}.srt`),
  'all versions of one film': (n) => `Ronin.1998.${n % 9}.GRP${n}.mkv`,
  'all of one name': () => 'Nikita.1990.1080p.mkv',
  'one episode': (n) => `Lost.S01E01.V${n}.mkv`,
  'one season, and subtitles of others': (n) => `Dark.S01E${n >> 1}.${n % 2 ? 'mkv' : `x${n}.srt`}`,
  'different titles': (n) => `Film ${cased(n)} ${n} (${1950 + (n % 70)}).mkv`,
  'extras of one film': film((n) => `Heat.1995 ${n}-featurette.mkv`),
  pictures: film((n) => `Heat.1995 ${n}-poster.jpg`),
  'names that differ in case': (n) => `${cased(n)}.mkv`,
  'numbers in brackets': (n) => `${`第${n}[`.repeat(60).slice(0, 200)}.mkv`,
  samples: (n) => `sample-${n}.mkv`,
};

/** An account with a folder of each kind. */
function account(filesAFolder: number) {
  const folders = Object.entries(kinds).map(([name, nameOf]) => ({
    name,
    files: Array.from({ length: filesAFolder }, (_, n) => ({
      name: nameOf(n),
      content: { sizeBytes: 1000 + n, seed: n },
    })),
  }));
  return { folders };
}

/** Syncs an account twice. @returns the longest turn of each, in milliseconds */
async function longestTurns(t: Test, filesAFolder: number): Promise<number[]> {
  const worker = new Worker(new URL('./fixtures/simulator-thread.ts', import.meta.url), {
    workerData: account(filesAFolder),
  });
  t.teardown(() => worker.terminate());
  const over = await new Promise<Simulator>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
  const one = await setup(t, {
    over,
    overrides: { disk: createDiskThread() },
    env: { PASSERELLE_ARTWORK: 'true' },
  });
  const longest: number[] = [];
  for (const full of [false, true]) {
    const turns = watchTurns();
    // Fetching side-cars has a time of its own.
    await one.sync({ full, sideCarsForMs: 0 });
    longest.push(turns.stop());
  }
  await one.close();
  return longest;
}

t.test('a sync of folders made to hurt holds up nobody for long', async (t) => {
  // So that compiling the program is not counted.
  await longestTurns(t, 20);
  const longest = await longestTurns(t, filesAFolder);
  t.comment(longest.map((ms) => `${Math.round(ms)} ms`).join(', '));
  for (const ms of longest) t.ok(ms < maxTurnMs, `${ms} ms in one turn`);
});
