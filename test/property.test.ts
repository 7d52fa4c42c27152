import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createHandClock, hourMs } from './fixtures/hand-clock.ts';
import { type Setup, setup, signal } from './fixtures/setup.ts';
import { strmFiles } from './fixtures/strm-files.ts';
import { installDeath } from './property/death.ts';
import { describe, shrink, stepsOf, take } from './property/run.ts';
import { createSimulator, type FileSpec } from './simulator/simulator.ts';

/** Random sequences, the same every time; `npm run test:property` takes more and longer ones. */
const seeds = [1, 2, 3];
const steps = 80;
const death = installDeath();

for (const seed of seeds) {
  t.test(
    `${steps} random steps, seed ${seed}: nothing gone, nothing moved, nothing done twice`,
    async (t) => {
      const all = stepsOf(seed, steps);
      const found = await take(all, death);
      if (!found) return void t.pass();
      const short = await shrink(all.slice(0, found.at + 1), found.wrong, death, 60);
      t.fail(short.wrong, { take: describe(short.steps) });
    },
  );
}

/** What such sequences found once, each as short as it gets. */
const film = (name: string, seed = 1): FileSpec => ({ name, content: { sizeBytes: 1000 + seed, seed } });

async function startBridge(t: Test, files: FileSpec[], env: Record<string, string> = {}) {
  const clock = createHandClock();
  const account = { folders: [{ name: 'Films', files, folders: [{ name: 'New' }] }] };
  return { clock, ...(await setup(t, { env, overrides: { clock }, simulator: { clock, account } })) };
}

const pathsOf = async ({ libraryDir }: Pick<Setup, 'libraryDir'>) =>
  new Map((await strmFiles(libraryDir)).map(({ fileId, path }) => [fileId, path]));

t.test('a file that is moved while a double of it appears keeps its path', async (t) => {
  const one = await startBridge(t, [film('Heat.1995.mkv')]);
  await one.sync();
  const { account } = one.simulator;
  const moved = account.file('/Films/Heat.1995.mkv');
  const path = (await pathsOf(one)).get(moved.id);
  account.move(moved, '/Films/New');
  const fresh = account.addFile('/Films', film('Heat.1995.mkv', 2));
  await one.sync();
  const paths = await pathsOf(one);
  t.equal(paths.get(moved.id), path, 'found in the next folder');
  t.ok(paths.has(fresh.id), 'the new one stands beside it');
});

t.test('of two files of one name the one that goes goes in steps too', async (t) => {
  const one = await startBridge(t, [film('Heat.1995.mkv'), film('Heat.1995.mkv', 2), film('Alien.1979.mkv')]);
  await one.sync();
  const lost = one.simulator.account.file('/Films/Heat.1995.mkv');
  one.simulator.account.removeFile(lost);
  await one.sync();
  t.ok((await pathsOf(one)).has(lost.id), 'only missed so far');
});

t.test('moves lead to no path that somebody has, and neither does their undoing', async (t) => {
  const one = await startBridge(t, [film('Heat.1080p.mkv'), film('Heat.720p.mkv', 2)]);
  await one.sync();
  const { account } = one.simulator;
  // It keeps its path, and is no film by today's reading.
  account.rename('/Films/Heat.720p.mkv', 'Heat.720p.srt');
  await one.sync();
  await one.bridge.curation.moves.apply(signal);
  account.addFile('/Films', film('Heat.2160p.mkv', 3));
  await one.sync();
  await one.bridge.curation.moves.undo(signal);
  for (const full of [true, false]) t.equal((await one.sync({ full })).outcome, 'done');
  t.equal((await pathsOf(one)).size, 3);
});

t.test(
  'a new process looks for what is missing on the disk, and anew at everything by other settings',
  async (t) => {
    const files = [film('Heat.1995.mkv'), film('Alien.1979.mkv')];
    const clock = createHandClock();
    const simulator = await createSimulator({ clock, account: { folders: [{ name: 'Films', files }] } });
    t.teardown(() => simulator.close());
    const home = t.testdir();
    const start = (env: Record<string, string> = {}) =>
      setup(t, {
        over: simulator,
        home,
        env: { PASSERELLE_BASE_URL: 'http://one.test', ...env },
        overrides: { clock },
      });
    const syncAnew = async (env?: Record<string, string>) => {
      const one = await start(env);
      const { counts } = (await one.sync()).tree;
      const { recognitions, files } = one.bridge.catalog;
      const known = await recognitions.ofFiles(await files.someIds(9));
      await one.close();
      return { ...counts, known: known.size };
    };
    t.match(await syncAnew(), { create: 4, known: 2 });
    t.match(await syncAnew(), { create: 0, update: 0, keep: 0, known: 2 }, 'not even compared');
    await rm(join(home, 'library/Movies/Heat (1995)/Heat (1995).strm'));
    t.match(await syncAnew(), { create: 1, update: 0 });
    t.match(await syncAnew({ PASSERELLE_BASE_URL: 'http://two.test' }), { create: 0, update: 2, keep: 2 });
    await clock.advance(hourMs);
    t.match(await syncAnew({ PASSERELLE_BASE_URL: 'http://two.test' }), { update: 0, keep: 0 });
  },
);

t.test(
  'a trailer that is a film by its new name keeps its path, and the next one finds another',
  async (t) => {
    const env = { PASSERELLE_PROFILE: 'kodi' };
    const one = await startBridge(t, [film('Heat.1995.mkv'), film('Heat.1995-trailer.mkv', 2)], env);
    await one.sync();
    const { account } = one.simulator;
    const trailer = account.file('/Films/Heat.1995-trailer.mkv');
    const path = (await pathsOf(one)).get(trailer.id);
    account.rename(trailer, 'Heat.1995.1080p.mkv');
    account.addFile('/Films', film('Heat.1995-trailer.mkv', 3));
    t.equal((await one.sync()).outcome, 'done');
    t.equal((await pathsOf(one)).get(trailer.id), path);
  },
);
