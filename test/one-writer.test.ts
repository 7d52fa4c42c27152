import t from 'tap';
import { signal } from './fixtures/setup.ts';
import { file, others, startBridge } from './fixtures/start-bridge.ts';
import { strmFiles } from './fixtures/strm-files.ts';

/** Films that are all read anew whenever something is said of their folder. */
const films = Array.from({ length: 40 }, (_, n) => file(`Film.${String(n).padStart(2, '0')}.1999.mkv`));

t.test(
  'a sync, a new key and words of a person at one time: each file is written by one of them',
  async (t) => {
    const one = await startBridge(t, { folders: [{ name: 'Films', files: [...films, ...others] }] });
    await one.sync();
    const { curation, keys } = one.bridge;
    for (let round = 0; round < 4; round++) {
      const said = { title: `Metropolis ${round}`, year: 1927 };
      const [synced] = await Promise.all([
        one.sync({ full: round % 2 === 1 }),
        keys.rotate(signal),
        curation.overrides.set({ path: '/Films/Film.00.1999.mkv' }, said, signal),
        curation.overrides.set({ path: '/Films/Film.01.1999.mkv' }, { ...said, title: 'M' }, signal),
        keys.rotate(signal),
      ]);
      t.equal(synced.tree.counts.failed, 0, `round ${round}`);
      await one.sync();
      const strm = await strmFiles(one.libraryDir);
      t.equal(strm.length, films.length + others.length);
      t.ok(
        strm.some(({ path }) => path.includes(`Metropolis ${round} (1927)`)),
        'what was said last',
      );
    }
  },
);
