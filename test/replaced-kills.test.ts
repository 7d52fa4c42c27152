import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Agent } from 'undici';
import { bytes, film, type Writing, writing, writtenAccount } from './fixtures/dav-writing.ts';
import { createHurriedClock } from './fixtures/hurried-clock.ts';
import { setup, signal, type Test } from './fixtures/setup.ts';
import { createSimulator, type Simulator } from './simulator/simulator.ts';

/**
 * With no days for the trash something takes the place of something else, and the process ends at each call by which the
 * account is changed, before the host does it and when it has done it and not told: the next one finds the old or the new.
 * What stands on the disk in that moment is copied, and what ends is never told anything any more.
 */

const isLong = process.env.PASSERELLE_MANY_KILLS !== undefined;
const env = { PASSERELLE_UPLOADS_TRASH_DAYS: '0', PASSERELLE_DAV_WRITE: 'account' };

/** Sizes of all files of the account but for those in the trash, by their paths. */
function standing({ account }: Simulator): State {
  const found: string[] = [];
  const walk = (path: string) => {
    const { files, folders } = account.folder(path || '/');
    for (const { name, sizeBytes } of files.values()) found.push(`${path}/${name} ${sizeBytes}`);
    for (const { name } of folders.values()) if (name !== '.passerelle-trash') walk(`${path}/${name}`);
  };
  walk('');
  return found.sort().join(', ');
}

/** What lies in the account. */
type State = string;

/** The `nth` call of this verb, before the host does it or when it has done it. */
interface Moment {
  verb: string;
  nth: number;
  isDone: boolean;
}

const account = {
  folders: [
    {
      ...writtenAccount.folders[0],
      folders: [
        { name: 'Old', files: [{ name: 'Faust.1926.mkv', content: { sizeBytes: 1000, seed: 2 } }] },
        {
          name: 'New',
          files: [{ name: 'Sunrise.1927.mkv', content: { sizeBytes: 2000, seed: 3 } }],
          folders: [{ name: 'Deep', files: [{ name: 'M.1931.mkv', content: { sizeBytes: 3000, seed: 4 } }] }],
        },
      ],
    },
    { name: 'More', files: [{ name: 'Dracula.1931.mkv', content: { sizeBytes: 4000, seed: 5 } }] },
  ],
} as typeof writtenAccount;

const ways: Record<string, (one: Writing) => Promise<unknown>> = {
  'a file is moved in the place of another': ({ to }) =>
    to('MOVE', '/More/Dracula.1931.mkv', `/Films/${film}`),
  'a folder is copied in the place of another': ({ to }) => to('COPY', '/Films/New', '/Films/Old'),
  'a file is copied under another name': ({ to }) =>
    to('COPY', '/More/Dracula.1931.mkv', '/More/Dracula (1931).mkv'),
  'a folder is moved in the place of another': ({ to }) => to('MOVE', '/Films/New', '/Films/Old'),
  'a file is copied in the place of another': ({ to }) =>
    to('COPY', '/More/Dracula.1931.mkv', `/Films/${film}`),
  'a file takes the place of a folder': ({ to }) => to('MOVE', `/Films/${film}`, '/Films/Old'),
  'an empty file is sent in the place of another': ({ put }) => put(`/Films/${film}`, ''),
  'a file is sent in the place of another': ({ put }) => put(`/Films/${film}`, bytes(5000)),
};

async function started(t: Test) {
  const simulator = await createSimulator({ account });
  t.teardown(() => simulator.close());
  const dir = t.testdir();
  const [home, next] = [join(dir, 'first'), join(dir, 'next')];
  mkdirSync(home);
  const agent = new Agent();
  let isEnded = false;
  const dispatcher = agent.compose((dispatch) => (options, handler) => {
    if (isEnded) throw new Error('the process has ended');
    return dispatch(options, handler);
  });
  const one = await writing(t, {
    over: simulator,
    home,
    env,
    overrides: { clock: createHurriedClock(), dispatcher },
  });
  return {
    simulator,
    home,
    next,
    one,
    end() {
      isEnded = true;
      cpSync(home, next, { recursive: true });
    },
  };
}

const isChange = (verb: string) => !verb.endsWith('/ls') && !verb.endsWith('/info');

/** @param end of the process: nothing of what it goes on with is done */
async function endedAt(
  { verb, nth, isDone }: Moment,
  { faults, counters }: Simulator,
  work: () => Promise<unknown>,
  end: () => void,
): Promise<void> {
  let done = 0;
  const before = counters.calls[verb] ?? 0;
  if (isDone)
    faults.lie = (call, truth) => {
      if (call.verb === verb && truth && ++done === nth) end();
      return undefined;
    };
  else faults.answer({ is: 'silent', verb, skip: nth - 1 });
  void work().catch(() => undefined);
  while (isDone ? done < nth : (counters.calls[verb] ?? 0) < before + nth) await turn();
  if (!isDone) end();
  faults.clear();
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

const all = Object.entries(ways);
// The others are for `npm run test:kills`.
const isShort = ({ verb, nth, isDone }: Moment) => isDone && nth === 1 && /\/(mv|cp)$/.test(verb);
for (const [what, ask] of isLong ? all : all.slice(0, 3))
  t.test(`${what}, with kills`, async (t) => {
    const before: State[] = [];
    const changes: Moment[] = [];
    await t.test('with none', async (t) => {
      const { simulator, one } = await started(t);
      before.push(standing(simulator));
      simulator.faults.lie = ({ verb }) => {
        const nth = changes.filter((change) => change.verb === verb && change.isDone).length + 1;
        if (isChange(verb)) changes.push({ verb, nth, isDone: false }, { verb, nth, isDone: true });
        return undefined;
      };
      await ask(one);
      before.push(standing(simulator));
      t.not(before[0], before[1]);
    });
    for (const moment of isLong ? changes : changes.filter(isShort))
      await t.test(`at ${moment.verb} ${moment.nth}, ${moment.isDone ? 'done' : 'not done'}`, async (t) => {
        const { simulator, next, one, end } = await started(t);
        await endedAt(moment, simulator, () => ask(one), end);
        const { clock } = one.bridge;
        const { bridge } = await setup(t, { over: simulator, home: next, env, overrides: { clock } });
        const { accountChanges } = bridge;
        // Whatever comes first.
        await accountChanges.purge(false, signal);
        for (let round = 0; round < 2; round++) {
          await accountChanges.settle(signal);
          await bridge.uploader.settle(signal);
          await accountChanges.purge(false, signal);
        }
        const now = standing(simulator);
        t.ok(before.includes(now), `the old or the new, ${now}`);
      });
  });
