import { readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { request } from 'undici';
import { asideLines } from '../src/commands/format/doubts.ts';
import { systemClock } from '../src/core/clock.ts';
import { toFileId } from '../src/core/ids.ts';
import { createSidecarReader } from '../src/sidecars/sidecar-reader.ts';
import { type Setup, setup } from './fixtures/setup.ts';
import type { AccountFolder, FileSpec } from './simulator/simulator.ts';
import { spoken, srt } from './tables/spoken-lines.ts';

/** Side-cars that were made to hurt, from the account to the tree, while everything else goes on. */

const good = srt(...(spoken.fr ?? []));

/** A folder for each film, with a subtitle of this text. */
function films(texts: Record<string, string>): AccountFolder {
  return {
    folders: Object.entries(texts).map(([name, text], n) => ({
      name: `${name} (${1990 + n})`,
      files: [
        { name: `${name}.${1990 + n}.mkv`, content: { sizeBytes: 5000 + n, seed: n } },
        { name: `${name}.${1990 + n}.srt`, content: Buffer.from(text) },
      ] satisfies FileSpec[],
    })),
  };
}

const hurt = new URL('./fixtures/hurt-reader.ts', import.meta.url);
const hurtReader = (workLimitMs = 1000) =>
  createSidecarReader({ clock: systemClock, program: hurt, workLimitMs, maxHeapMb: 32 });

const subtitles = ({ libraryDir }: Setup) =>
  readdirSync(libraryDir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.srt'));

async function review({ url, bridge }: Setup) {
  const headers = { authorization: `Bearer ${bridge.secrets.adminToken}` };
  const answer = await request(`${url}/api/v1/review`, { headers });
  return (await answer.body.json()) as { putAside: { path: string; why: string }[] };
}

t.test('subtitles of nothing but ends of lines and brackets hold nobody up', async (t) => {
  const run = (sign: string) => sign.repeat(300_000);
  const started = await setup(t, {
    simulator: {
      account: films({
        Good: good,
        Lines: run('\n'),
        Returns: run('\r'),
        Cue: good + run('<'),
        Braces: good + run('{'),
      }),
    },
  });
  const syncing = started.sync().then(() => 'synced');
  let worstMs = 0;
  for (let state = ''; state === ''; ) {
    const before = performance.now();
    await (await request(`${started.url}/healthz`)).body.dump();
    worstMs = Math.max(worstMs, performance.now() - before);
    state = await Promise.race([syncing, wait(5, '')]);
  }
  t.ok(worstMs < 5000, `the slowest /healthz took ${Math.round(worstMs)} ms`);
  t.match(subtitles(started).sort(), [/Braces/, /Cue/, /Good/]);
  t.strictSame((await review(started)).putAside, []);
});

t.test(
  'a file that takes its reader down is put aside, said, and not fetched again until it changes',
  async (t) => {
    const texts = {
      Endless: 'takes forever',
      Large: 'takes all memory',
      Deadly: 'ends it',
      Faulty: 'fails it',
      Good: good,
    };
    const started = await setup(t, {
      simulator: { account: films(texts) },
      overrides: { sidecarReader: hurtReader() },
    });
    const syncing = started.sync();
    const answer = await request(`${started.url}/healthz`);
    t.equal(answer.statusCode, 200, 'healthz answers meanwhile');
    await answer.body.dump();
    await syncing;
    t.match(subtitles(started), [/Good/], 'what is good is there, behind all of them');
    const { putAside } = await review(started);
    t.match(Object.fromEntries(putAside.map(({ path, why }) => [path.split('/').at(-1), why])), {
      'Endless.1990.srt': /not read with 1 s of work/,
      'Large.1991.srt': /too much memory/,
      'Deadly.1992.srt': /ended the thread/,
      'Faulty.1993.srt': /failed the thread/,
    });
    t.match(asideLines(putAside).join('\n'), /Endless.*not read with.*4 files put aside/s);

    const tokens = started.simulator.counters.tokens;
    await started.sync({ full: true });
    t.equal(started.simulator.counters.tokens, tokens, 'not fetched again');
    await started.close();

    const next = await setup(t, {
      simulator: { account: films({ ...texts, Endless: good }) },
      home: started.home,
      overrides: { sidecarReader: hurtReader() },
    });
    await next.sync({ full: true });
    t.equal(
      next.simulator.counters.tokens,
      1,
      'after a restart the one that changed is fetched, and no other',
    );
    t.match(subtitles(next).sort(), [/Endless/, /Good/]);
    t.equal((await review(next)).putAside.length, 3);
  },
);

t.test('a sync that is stopped while a file is read ends at once, and nobody is blamed', async (t) => {
  const started = await setup(t, {
    simulator: { account: films({ Endless: 'takes forever' }) },
    overrides: { sidecarReader: hurtReader(60_000) },
  });
  const stop = new AbortController();
  const syncing = started.sync({ signal: stop.signal });
  while (started.simulator.counters.tokens === 0) await wait(10);
  await wait(100);
  const before = performance.now();
  stop.abort(new Error('stopped'));
  await t.rejects(syncing, { message: 'stopped' });
  t.ok(performance.now() - before < 3000);
  t.strictSame((await review(started)).putAside, []);
});

t.test('a file during which the process died twice is put aside', async (t) => {
  const { bridge } = await setup(t);
  const { putAside } = bridge.catalog;
  const file = { id: toFileId('abc'), sizeBytes: 10 };
  for (const expected of [false, false, true]) {
    t.equal(await putAside.has(file, 1), expected);
    await putAside.begin(file, 1);
  }
  t.equal(await putAside.has({ ...file, sizeBytes: 11 }, 1), false, 'another version of it is not');
  await putAside.done(file);
  t.equal(await putAside.has(file, 1), false);
});
