import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { picturesFrom } from './fixtures/as-jellyfin.ts';
import { freePort } from './fixtures/bridge-process.ts';
import { hasPlayer } from './fixtures/players.ts';
import { frameAfterJump, probe } from './fixtures/probe.ts';
import { run } from './fixtures/run.ts';
import { type Setup, setup } from './fixtures/setup.ts';
import { strmFiles } from './fixtures/strm-files.ts';

const modes = ['redirect', 'proxy'] as const;

/** The demo account, synced; STRM files carry the address of the server under test. */
async function library(t: Parameters<typeof setup>[0], mode: string): Promise<Setup> {
  const port = await freePort();
  const started = await setup(t, {
    env: { PASSERELLE_DELIVERY: mode, PASSERELLE_BASE_URL: `http://127.0.0.1:${port}` },
    port,
  });
  await started.sync();
  started.simulator.reset();
  return started;
}

/** The file on disk that a STRM of the demo account stands for. */
function original(started: Setup, fileId: string): string {
  const { content } = started.simulator.account.file(fileId);
  if (!('path' in content)) throw new Error('the demo account holds real files only');
  return content.path;
}

/** What ffprobe and ffmpeg say of the file itself: several films of the account are one file, and it does not change. */
const looked = new Map<string, ReturnType<typeof look>>();
function lookedAt(file: string) {
  const known = looked.get(file) ?? look(file);
  looked.set(file, known);
  return known;
}
const look = async (file: string) => ({
  probed: await probe(file),
  framedAt: await frameAfterJump(file, 33),
  pictures: await picturesFrom(40, file),
});

for (const mode of modes) {
  t.test(
    `${mode}: ffprobe with Jellyfin's arguments sees every film of the tree as it is, and jumps land right`,
    async (t) => {
      if (!(await hasPlayer(t, 'ffprobe'))) return;
      const started = await library(t, mode);
      const films = await strmFiles(started.libraryDir);
      t.equal(films.length, 13, 'twelve, and the trailer of one');
      for (const film of films) {
        const { probed, framedAt } = await lookedAt(original(started, film.fileId));
        t.same(await probe(film.url), probed, film.path);
        t.equal(await frameAfterJump(film.url, 33), framedAt, `${film.path}: jump`);
      }
      t.equal(started.simulator.counters.tokens, 13, 'one API call a film');
    },
  );

  t.test(
    `${mode}: ffmpeg -ss starts in the middle of each kind of media and reads on to the end`,
    async (t) => {
      if (!(await hasPlayer(t, 'ffmpeg'))) return;
      const started = await library(t, mode);
      const films = await strmFiles(started.libraryDir);
      const kinds = new Map(films.map((film) => [original(started, film.fileId), film]));
      t.equal(kinds.size, 5);
      for (const [file, film] of kinds) {
        const { pictures } = await lookedAt(file);
        t.ok(pictures.split('\n').length > 20, 'pictures came');
        t.equal(await picturesFrom(40, film.url), pictures, film.path);
      }
    },
  );

  t.test(`${mode}: mpv plays, jumps back and forth and reaches the end`, async (t) => {
    if (!(await hasPlayer(t, 'mpv'))) return;
    const started = await library(t, mode);
    const [film] = (await strmFiles(started.libraryDir)).filter((one) => one.path.includes('Gendarme'));
    // A socket's path may have 107 bytes: the test's own folder is too deep for one.
    const home = await mkdtemp(join(tmpdir(), 'mpv-'));
    t.teardown(() => rm(home, { recursive: true, force: true }));
    const socket = join(home, 'ipc');
    const options = [
      '--no-config',
      '--vo=null',
      '--ao=null',
      '--ao-null-untimed',
      '--no-ytdl',
      '--cache=no',
      '--untimed',
      '--pause',
      '--keep-open=yes',
      '--idle=yes',
    ];
    const mpv = spawn('mpv', [...options, `--input-ipc-server=${socket}`], { stdio: 'ignore' });
    t.teardown(() => mpv.kill('SIGKILL'));
    const ipc = await connectTo(socket);
    await ipc.until('playback-restart', ['loadfile', film?.url]);
    for (const seconds of [50, 5, 33]) {
      await ipc.until('playback-restart', ['seek', seconds, 'absolute', 'exact']);
      const { data } = await ipc.ask(['get_property', 'time-pos']);
      t.ok(Math.abs((data as number) - seconds) < 0.2, `at ${data} s instead of ${seconds} s`);
    }
    await ipc.until('playback-restart', ['seek', 62, 'absolute', 'exact']);
    const ended = ipc.property('eof-reached', true);
    ipc.send(['observe_property', 1, 'eof-reached']);
    ipc.send(['set_property', 'pause', false]);
    await ended;
    t.pass('the end is reached');
    ipc.send(['quit']);
    await once(mpv, 'close');
  });
}

t.test('rclone lists the STRM tree over HTTP and copies it byte for byte', async (t) => {
  if (!(await hasPlayer(t, 'rclone'))) return;
  const started = await library(t, 'auto');
  const remote = `:http,url='${started.url.replace('://', '://passerelle:test-password@')}/strm/':`;
  const env = { ...process.env, RCLONE_CONFIG: '' };
  const listed = await run('rclone', ['lsf', '-R', '--files-only', remote], { env });
  t.equal(listed.code, 0, listed.stderr);
  const here = await readdir(started.libraryDir, { recursive: true, withFileTypes: true });
  const names = here
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(started.libraryDir.length + 1));
  t.same(listed.stdout.trim().split('\n').sort(), names.sort());
  const copy = join(started.home, 'copy');
  const copied = await run('rclone', ['copy', remote, copy], { env });
  t.equal(copied.code, 0, copied.stderr);
  for (const name of names) {
    t.ok((await readFile(join(copy, name))).equals(await readFile(join(started.libraryDir, name))), name);
    t.equal(
      Math.floor((await stat(join(copy, name))).mtimeMs / 1000),
      Math.floor((await stat(join(started.libraryDir, name))).mtimeMs / 1000),
      `${name}: time`,
    );
  }
  const [film] = await strmFiles(started.libraryDir);
  const file = join(started.home, 'film');
  const fetched = await run('rclone', ['copyurl', film?.url as string, file], { env });
  t.equal(fetched.code, 0, fetched.stderr);
  t.ok(
    (await readFile(file)).equals(await readFile(original(started, film?.fileId as string))),
    'a whole film',
  );
});

interface Ipc {
  send(command: unknown[]): void;
  ask(command: unknown[]): Promise<{ data: unknown }>;
  /** Sends a command and waits for an event that comes after it. */
  until(event: string, command: unknown[]): Promise<unknown>;
  property(name: string, value: unknown): Promise<unknown>;
}

type Message = { event?: string; request_id?: number; name?: string; data?: unknown };

/** mpv's JSON socket (https://mpv.io/manual/stable/#json-ipc); waits for it to appear. */
async function connectTo(path: string): Promise<Ipc> {
  const socket = await new Promise<ReturnType<typeof connect>>((resolve) => {
    const attempt = () => {
      const one = connect(path, () => resolve(one));
      one.once('error', () => setTimeout(attempt, 20));
    };
    attempt();
  });
  const waiting = new Set<{ fits: (message: Message) => boolean; resolve: (message: never) => void }>();
  createInterface({ input: socket }).on('line', (line) => {
    const message = JSON.parse(line) as Message;
    for (const one of waiting) {
      if (!one.fits(message)) continue;
      waiting.delete(one);
      one.resolve(message as never);
    }
  });
  let id = 0;
  const next = (fits: (message: Message) => boolean) =>
    new Promise<never>((resolve) => waiting.add({ fits, resolve }));
  const send = (command: unknown[], request_id = 0) =>
    void socket.write(`${JSON.stringify({ command, request_id })}\n`);
  return {
    send: (command) => send(command),
    ask(command) {
      const request = ++id;
      const answer = next((message) => message.request_id === request && message.event === undefined);
      send(command, request);
      return answer;
    },
    until(event, command) {
      const seen = next((message) => message.event === event);
      send(command);
      return seen;
    },
    property: (name, value) =>
      next(
        (message) => message.event === 'property-change' && message.name === name && message.data === value,
      ),
  };
}
