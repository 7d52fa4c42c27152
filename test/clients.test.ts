import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { films, kinds, planOf, type Started, seen, startFor, type Way, ways } from './fixtures/adapters.ts';
import { picturesFrom, probeAsJellyfin } from './fixtures/as-jellyfin.ts';
import { canMount } from './fixtures/can-mount.ts';
import { startChromium } from './fixtures/chromium.ts';
import { serveFilmPages } from './fixtures/film-pages.ts';
import { startKodi } from './fixtures/kodi.ts';
import { startMpv } from './fixtures/mpv.ts';
import { padFilms } from './fixtures/padded-films.ts';
import { hasPlayer } from './fixtures/players.ts';
import { type Playing, playThrough } from './fixtures/playing.ts';
import { findProgram } from './fixtures/programs.ts';
import { mountWithRclone } from './fixtures/rclone-mount.ts';
import { run } from './fixtures/run.ts';
import { strmFiles } from './fixtures/strm-files.ts';
import { startVlc } from './fixtures/vlc.ts';
import { mediaFile } from './media/index.ts';

/** Plays a film to the end and looks at what that took. */
async function plays(t: Test, started: Started, film: string, player: Playing): Promise<void> {
  const { mode, isShort } = started.way;
  await playThrough(player, planOf(started.way)).catch((error: unknown) => {
    const { requests } = seen(started, film);
    throw new Error(`${film}: ${String(error)}; the host saw ${requests.join(', ')}`, { cause: error });
  });
  const { links, requests, refused, heads } = seen(started, film);
  t.ok(requests.length > 1, `${requests.length} requests at the host`);
  if (isShort) t.ok(links > 1, `${links} links, one after another`);
  else t.same({ links, refused, heads }, { links: 1, refused: 0, heads: 0 }, `${mode}: one link did`);
}

const exec = promisify(execFile);

/** The suite plays with each client in one way; `npm run test:players` with each in all. */
const inSuite = {
  Kodi: 'redirect',
  VLC: 'auto',
  Chromium: 'redirect',
  mpv: 'auto',
  ffmpeg: 'auto',
  'rclone cat': 'proxy',
  'rclone mount': 'auto',
} as const;
const isWhole = process.env.PASSERELLE_ALL_WAYS === '1';
const isPlayed = (client: keyof typeof inSuite, { mode }: Way) => isWhole || inSuite[client] === mode;
const inWay = (client: keyof typeof inSuite, way: Way) =>
  isPlayed(client, way) ? {} : { skip: 'npm run test:players' };

// Players mostly wait for time to pass; it is their start that takes power.
t.jobs = 4;
const isReady = await hasPlayer(t, 'ffmpeg');
// Before the folder is asked for: what is registered only later, tap does when it has taken the folder away.
const open: Started[] = [];
t.teardown(() => Promise.all(open.map((started) => started.close())));
const dir = t.testdir();
const padded = isReady ? await padFilms(dir) : undefined;
const allStarted = padded ? await Promise.all(ways.map((way) => startFor(t, way, padded, dir))) : [];
open.push(...allStarted);

// First, because it takes longest.
t.test('Kodi plays STRM files, jumps three times and comes to the end', async (t) => {
  const kodi = await findProgram(t, 'kodi');
  const xvfb = await findProgram(t, 'Xvfb');
  if (!kodi || !xvfb || allStarted.length === 0) return;
  const player = await startKodi(t, { kodi, xvfb });
  // One bridge after the other, because a Kodi without a graphics card takes all the power there is.
  for (const started of allStarted.filter(({ way }) => isPlayed('Kodi', way))) {
    const { id } = started.simulator.account.file(`/Films/${films.kodi}`);
    const strm = (await strmFiles(started.libraryDir)).find(({ fileId }) => fileId === id);
    t.comment(started.way.words);
    await plays(t, started, films.kodi, await player.play(join(started.libraryDir, strm?.path as string)));
  }
});

for (const started of allStarted) {
  const { way } = started;

  t.test(`${way.words}: VLC plays, jumps three times and comes to the end`, inWay('VLC', way), async (t) => {
    const program = await findProgram(t, 'cvlc');
    if (!program) return;
    await plays(t, started, films.vlc, await startVlc(t, program, started.streamUrl(`/Films/${films.vlc}`)));
  });

  t.test(
    `${way.words}: Chromium plays, jumps three times and comes to the end`,
    inWay('Chromium', way),
    async (t) => {
      const program = await findProgram(t, 'chromium', 'chromium-browser', 'google-chrome');
      if (!program) return;
      const film = films.chromium;
      const site = await serveFilmPages(t, new Map([['film', started.streamUrl(`/Films/${film}`)]]));
      await plays(t, started, film, await startChromium(t, program, `${site}play/film`));
    },
  );

  t.test(
    `${way.words}: ffprobe and ffmpeg as Jellyfin starts them see each kind of media whole`,
    inWay('ffmpeg', way),
    async (t) => {
      if (!(await hasPlayer(t, 'ffprobe'))) return;
      const each = Object.entries(kinds).map(async ([film, file]) => {
        const url = started.streamUrl(`/Films/${film}`);
        const { path } = mediaFile(file);
        t.strictSame(await probeAsJellyfin(url), await probeAsJellyfin(path), `${film}: ffprobe`);
        const start = way.isShort ? 58 : 40;
        const pictures = await picturesFrom(start, path);
        t.ok(pictures.split('\n').length > 20, 'pictures came');
        t.equal(await picturesFrom(start, url, way.isShort), pictures, `${film}: ffmpeg`);
      });
      await Promise.all(each);
    },
  );

  t.test(
    `${way.words}: rclone cat gives the bytes that were asked for`,
    inWay('rclone cat', way),
    async (t) => {
      if (!(await hasPlayer(t, 'rclone'))) return;
      const film = films.cat;
      // It lists the folder of a file before it reads the file.
      const site = await serveFilmPages(t, new Map([[film, started.streamUrl(`/Films/${film}`)]]));
      const bytes = await readFile(started.padded.mkv);
      for (const [offset, count] of [
        [0, 1000],
        [12_345_678, 70_000],
        [bytes.length - 10, 10],
      ] as const) {
        const { stdout } = await exec(
          'rclone',
          ['cat', '--offset', `${offset}`, '--count', `${count}`, `:http,url='${site}':${film}`],
          { encoding: 'buffer', env: { ...process.env, RCLONE_CONFIG: '' } },
        );
        t.ok(stdout.equals(bytes.subarray(offset, offset + count)), `${count} bytes from ${offset}`);
      }
    },
  );

  t.test(
    `${way.words}: a film plays out of a mount of rclone, a chunk at a time`,
    inWay('rclone mount', way),
    async (t) => {
      if (!(await hasPlayer(t, 'rclone')) || !(await canMount(t))) return;
      const film = films.mount;
      const site = await serveFilmPages(t, new Map([[film, started.streamUrl(`/Films/${film}`)]]));
      // Nothing ahead of time, and each chunk is a request of its own.
      const chunks = ['--buffer-size=0', '--vfs-read-chunk-size=2M', '--vfs-read-chunk-size-limit=2M'];
      const path = join(await mountWithRclone(t, site, chunks), film);
      const { mkv } = started.padded;
      t.strictSame(await probeAsJellyfin(path), await probeAsJellyfin(mkv), 'ffprobe');
      t.equal(await picturesFrom(56, path, way.isShort), await picturesFrom(56, mkv), 'ffmpeg');
      const { links } = seen(started, film);
      if (way.isShort) t.ok(links > 1, `${links} links, one after another`);
    },
  );

  t.test(`${way.words}: mpv plays, jumps three times and comes to the end`, inWay('mpv', way), async (t) => {
    if (!(await hasPlayer(t, 'mpv'))) return;
    await plays(t, started, films.mpv, await startMpv(t, started.streamUrl(`/Films/${films.mpv}`)));
  });

  if (!way.isShort) continue;

  t.test('a STRM file is read through a mount of the tree', async (t) => {
    if (!(await hasPlayer(t, 'rclone')) || !(await canMount(t))) return;
    const tree = `${started.url.replace('://', '://passerelle:test-password@')}/strm/`;
    const mounted = await mountWithRclone(t, tree);
    const strms = await strmFiles(started.libraryDir);
    t.equal(strms.length, Object.keys({ ...films, ...kinds }).length);
    for (const { path, url } of strms) {
      t.equal((await run('cat', [join(mounted, path)])).stdout.trim(), url, path);
    }
  });
}
