import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { PassThrough, Writable } from 'node:stream';
import t from 'tap';
import { exitCodes } from '../src/commands/context.ts';
import { watchOutput } from '../src/commands/line/output-watch.ts';
import { cleanEnv } from './fixtures/bridge-process.ts';
import { mainWith, passerelle } from './fixtures/passerelle.ts';

/** What commands read and write: a person who stops them while they wait, and answers that nobody can have. */

const readers = ['recognise', 'add --to /Films', 'fetch /Films'];

t.test(
  'a command that reads says at a terminal what it waits for, and ends when it is stopped',
  async (t) => {
    for (const words of readers)
      for (const isTTY of [true, false]) {
        const stop = new AbortController();
        const stdin = Object.assign(new PassThrough(), { isTTY });
        const ran = passerelle(words.split(' '), { cwd: t.testdir(), stdin, signal: stop.signal });
        setImmediate(() => stop.abort(new Error('stopped by SIGINT')));
        const { code, stdout, stderr } = await ran;
        t.equal(code, exitCodes.failed, words);
        t.equal(stdout, '');
        t.match(stderr, isTTY ? /^[\w ]+, one a line; Ctrl-D ends\n$/ : /^$/);
        t.ok(stdin.destroyed, 'nothing keeps the process');
        t.equal(
          (await passerelle(words.split(' '), { cwd: t.testdir(), stdin, signal: stop.signal })).code,
          1,
        );
      }
  },
);

t.test('what nobody reads is not worked out', async (t) => {
  const unread = new AbortController();
  const stdin = new PassThrough();
  const ran = passerelle(['recognise'], { cwd: t.testdir(), stdin, unread: unread.signal });
  stdin.write('Film.2001.mkv\n');
  unread.abort();
  t.equal((await ran).code, exitCodes.done, 'its input goes on, and it does not wait for that to end');
});

/** Fails with this from the first byte on. */
function failing(code: string): Writable {
  const write: Writable['_write'] = (_chunk, _encoding, done) =>
    done(Object.assign(new Error(code), { code }));
  return new Writable({ write });
}

t.test('an answer that could not be written is a failure, and one that nobody wanted is none', async (t) => {
  for (const [code, own, ends, says] of [
    [
      'ENOSPC',
      exitCodes.done,
      exitCodes.failed,
      /standard output is on a disk that is full \(ENOSPC\)\nMake room\n/,
    ],
    ['EIO', exitCodes.refused, exitCodes.refused, /standard output cannot be written.*\(EIO\)/],
    ['EPIPE', exitCodes.done, exitCodes.done, /^$/],
    ['EPIPE', exitCodes.wrongUse, exitCodes.wrongUse, /^$/],
  ] as const) {
    const out = failing(code);
    let told = '';
    const err = new Writable({
      write(chunk, _encoding, done) {
        told += chunk;
        done();
      },
    });
    const watch = watchOutput(out, err);
    out.write('an answer\n');
    t.equal(await watch.end(own), ends, code);
    t.match(told, says);
    t.ok(watch.unread.aborted);
  }
  const quiet = watchOutput(new PassThrough(), failing('ENOSPC'));
  t.equal(await quiet.end(exitCodes.done), exitCodes.done);
});

t.test('so it is in a process of its own', async (t) => {
  const cwd = t.testdir();
  const start = (words: string[], stdout: number | 'pipe', env = {}) =>
    spawn(...mainWith(words), { cwd, env: { ...cleanEnv(), ...env }, stdio: ['pipe', stdout, 'pipe'] });

  const reading = start(['recognise'], 'pipe');
  reading.stdin?.write('Film.2001.mkv\n');
  await once(reading.stdout as NodeJS.ReadableStream, 'data');
  reading.kill('SIGINT');
  t.strictSame(await once(reading, 'exit'), [1, null], 'its input is open, and it ends');

  const wrong = start(['doctor'], 'pipe', { PASSERELLE_PORT: 'none' });
  wrong.stdout?.destroy();
  t.strictSame(await once(wrong, 'exit'), [2, null], 'nobody reads it, and its code is its own');

  if (!existsSync('/dev/full')) return;
  const full = openSync('/dev/full', 'w');
  const lost = start(['recognise', 'Film.2001.mkv'], full);
  closeSync(full);
  let told = '';
  lost.stderr?.on('data', (chunk: Buffer) => {
    told += chunk;
  });
  t.strictSame(await once(lost, 'close'), [1, null]);
  t.match(told, /^passerelle: What it says could not be written: .*full \(ENOSPC\)\nMake room\n$/);
});
