import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { setup } from './fixtures/setup.ts';
import { strmFiles } from './fixtures/strm-files.ts';

/** `docs/operations.md`: what is copied while Passerelle runs, and put back on another disk. */

const film = (name: string, seed: number) => ({ name, content: { sizeBytes: 1000 + seed, seed } });
const account = {
  folders: [{ name: 'Films', files: [film('Heat.1995.mkv', 1), film('Heat.1995.1080p.mkv', 2)] }],
};

t.test('a copy that was made while it ran gives the same tree at the same addresses', async (t) => {
  const dir = t.testdir({ first: {}, next: { data: {} } });
  const [home, next] = [join(dir, 'first'), join(dir, 'next')];
  const one = await setup(t, { home, simulator: { account } });
  await one.sync();
  // A path that stays although nothing in the account says so any more.
  one.simulator.account.rename('/Films/Heat.1995.mkv', 'Heat (1995) new.mkv');
  await one.sync();
  const before = await strmFiles(join(home, 'library'));
  t.equal(before.length, 2);

  mkdirSync(join(next, 'data'), { recursive: true });
  const running = new DatabaseSync(join(home, 'data', 'catalog.db'), { readOnly: true });
  await backup(running, join(next, 'data', 'catalog.db'));
  running.close();
  copyFileSync(join(home, 'data', 'keys.json'), join(next, 'data', 'keys.json'));

  const again = await setup(t, { home: next, over: one.simulator });
  const why = 'it may be a disk that is not mounted';
  await t.rejects(again.sync(), { code: 'BRIDGE_DISK', remedy: /sync --full/ }, why);
  t.equal((await again.sync({ full: true })).outcome, 'done');
  t.strictSame(await strmFiles(join(next, 'library')), before);
});
