import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { films, type House, houseOf, kinds, planOf, seen, ways } from './fixtures/adapters.ts';
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
async function plays(t: Test, house: House, film: string, player: Playing): Promise<void> {
  const { mode, isShort } = house.way;
  await playThrough(player, planOf(house.way)).catch((error: unknown) => {
    const { requests } = seen(house, film);
    throw new Error(`${film}: ${String(error)}; the host saw ${requests.join(', ')}`, { cause: error });
  });
  const { links, requests, refused, heads } = seen(house, film);
  t.ok(requests.length > 1, `${requests.length} requests at the host`);
  if (isShort) t.ok(links > 1, `${links} links, one after another`);
  else t.same({ links, refused, heads }, { links: 1, refused: 0, heads: 0 }, `${mode}: one link did`);
}

const exec = promisify(execFile);

// Players mostly wait for time to pass; it is their start that takes power.
t.jobs = 8;
const isReady = await hasPlayer(t, 'ffmpeg');
// Before the folder is asked for: what is registered only later, tap does when it has taken the folder away.
const open: House[] = [];
t.teardown(() => Promise.all(open.map((house) => house.close())));
const dir = t.testdir();
const padded = isReady ? await padFilms(dir) : undefined;
const houses = padded ? await Promise.all(ways.map((way) => houseOf(t, way, padded, dir))) : [];
open.push(...houses);

// First, because it takes longest.
t.test('Kodi plays the STRM files of every bridge, jumps three times and comes to the end', async (t) => {
  const kodi = await findProgram(t, 'kodi');
  const xvfb = await findProgram(t, 'Xvfb');
  if (!kodi || !xvfb || houses.length === 0) return;
  const player = await startKodi(t, { kodi, xvfb });
  // One bridge after the other, because a Kodi without a graphics card takes all the power there is.
  for (const house of houses) {
    const { id } = house.simulator.account.file(`/Films/${films.kodi}`);
    const strm = (await strmFiles(house.libraryDir)).find(({ fileId }) => fileId === id);
    t.comment(house.way.words);
    await plays(t, house, films.kodi, await player.play(join(house.libraryDir, strm?.path as string)));
  }
});

for (const house of houses) {
  const { way } = house;

  t.test(`${way.words}: VLC plays, jumps three times and comes to the end`, async (t) => {
    const program = await findProgram(t, 'cvlc');
    if (!program) return;
    await plays(t, house, films.vlc, await startVlc(t, program, house.streamUrl(`/Films/${films.vlc}`)));
  });

  t.test(`${way.words}: Chromium plays, jumps three times and comes to the end`, async (t) => {
    const program = await findProgram(t, 'chromium', 'chromium-browser', 'google-chrome');
    if (!program) return;
    const film = films.chromium;
    const site = await serveFilmPages(t, new Map([['film', house.streamUrl(`/Films/${film}`)]]));
    await plays(t, house, film, await startChromium(t, program, `${site}play/film`));
  });

  t.test(
    `${way.words}: ffprobe and ffmpeg as Jellyfin starts them see each kind of media whole`,
    async (t) => {
      if (!(await hasPlayer(t, 'ffprobe'))) return;
      const each = Object.entries(kinds).map(async ([film, file]) => {
        const url = house.streamUrl(`/Films/${film}`);
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

  t.test(`${way.words}: rclone cat gives the bytes that were asked for`, async (t) => {
    if (!(await hasPlayer(t, 'rclone'))) return;
    const film = films.cat;
    // It lists the folder of a file before it reads the file.
    const site = await serveFilmPages(t, new Map([[film, house.streamUrl(`/Films/${film}`)]]));
    const bytes = await readFile(house.padded.mkv);
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
  });

  t.test(`${way.words}: a film plays out of a mount of rclone, a chunk at a time`, async (t) => {
    if (!(await hasPlayer(t, 'rclone')) || !(await canMount(t))) return;
    const film = films.mount;
    const site = await serveFilmPages(t, new Map([[film, house.streamUrl(`/Films/${film}`)]]));
    // Nothing ahead of time, and each chunk is a request of its own.
    const chunks = ['--buffer-size=0', '--vfs-read-chunk-size=2M', '--vfs-read-chunk-size-limit=2M'];
    const path = join(await mountWithRclone(t, site, chunks), film);
    const { mkv } = house.padded;
    t.strictSame(await probeAsJellyfin(path), await probeAsJellyfin(mkv), 'ffprobe');
    t.equal(await picturesFrom(56, path, way.isShort), await picturesFrom(56, mkv), 'ffmpeg');
    const { links } = seen(house, film);
    if (way.isShort) t.ok(links > 1, `${links} links, one after another`);
  });

  if (!way.isShort) continue;

  t.test(`${way.words}: mpv plays, jumps three times and comes to the end`, async (t) => {
    if (!(await hasPlayer(t, 'mpv'))) return;
    await plays(t, house, films.mpv, await startMpv(t, house.streamUrl(`/Films/${films.mpv}`)));
  });

  t.test('a STRM file is read through a mount of the tree', async (t) => {
    if (!(await hasPlayer(t, 'rclone')) || !(await canMount(t))) return;
    const tree = `${house.url.replace('://', '://passerelle:test-password@')}/strm/`;
    const mounted = await mountWithRclone(t, tree);
    const strms = await strmFiles(house.libraryDir);
    t.equal(strms.length, Object.keys({ ...films, ...kinds }).length);
    for (const { path, url } of strms) {
      t.equal((await run('cat', [join(mounted, path)])).stdout.trim(), url, path);
    }
  });
}
