import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import t from 'tap';
import { eventSentences } from '../src/commands/format/log-events.ts';
import { createLogLine } from '../src/commands/format/log-line.ts';
import { createProcessLog } from '../src/commands/start/process-log.ts';
import { BridgeError } from '../src/core/errors.ts';
import type { LogEvent } from '../src/core/log/readable-log.ts';

const root = join(import.meta.dirname, '..');
const at = Date.UTC(2026, 10, 28, 18, 23, 38);
const zone = 'Europe/Paris';

/** What stands behind the time. */
function shown(words: string, values: object = {}, level: LogEvent['level'] = 'info'): string | undefined {
  const line = createLogLine({ zone })({ level, at, words, values: values as LogEvent['values'] });
  return line?.replace('11-28 19:23:38  ', '');
}

t.test('every event of a day has its sentence', async (t) => {
  const film = { title: 'Metropolis (1927)', client: 'kodi', give: 'bytes' };
  const rows: [words: string, values: object, line: string | undefined][] = [
    [
      'folder listed',
      { path: '/Films/Horreur', files: 12, added: 3, calls: 14, maxCalls: 10_000 },
      'listed /Films/Horreur: 12 files, 3 new · call 14 (10,000 at most)',
    ],
    [
      'folder listed',
      { path: '/Films/Horreur', files: 12, added: 3, calls: 14, folder: 13, folders: 10_000 },
      'listed /Films/Horreur: 12 files, 3 new · call 14, folder 13 of 10,000',
    ],
    [
      'folder listed',
      { path: '/Films/Horreur', files: 12, added: 3, calls: 14, maxCalls: 10_000, folder: 13, folders: 500 },
      'listed /Films/Horreur: 12 files, 3 new · call 14, folder 13 of 500',
    ],
    ['folder listed', { path: '/', files: 1, added: 0, calls: 1 }, 'listed /: 1 file · call 1'],
    [
      'sync done',
      { ms: 3100, arrived: { films: 2, episodes: 1 }, calls: 7 },
      'synced in 3 s: 2 films, 1 episode new, 7 calls',
    ],
    ['sync done', { ms: 900, calls: 1, removed: 2 }, 'synced in 1 s: nothing new, 2 files taken out, 1 call'],
    ['sync done', { ms: 90, calls: 1 }, 'synced in 1 s: nothing new, 1 call'],
    [
      'playing',
      { ...film, cached: true, calls: 0 },
      'playing "Metropolis (1927)" on Kodi: bytes, from the cache, 0 calls',
    ],
    [
      'playing',
      { ...film, give: 'redirect', lease: 'new', calls: 1 },
      'playing "Metropolis (1927)" on Kodi: redirect, with a new link, 1 call',
    ],
    [
      'played',
      { ...film, ended: 'left at 34 %', ms: 2_460_000, bytes: 1_200_000_000, calls: 1 },
      'played "Metropolis (1927)" on Kodi: left at 34 % after 41 min; 1.2 GB, 1 call',
    ],
    ['host call', { verb: 'folder/ls', task: 'listing a folder', outcome: 'ok' }, undefined],
    ['request', { method: 'GET', url: '/dav/', status: 207 }, undefined],
    [
      'request',
      {
        method: 'GET',
        url: '/api/v1/plays?limit=500',
        status: 400,
        ip: '192.168.1.20',
        agent: 'curl/8',
        code: 'BRIDGE_BAD_REQUEST',
        why: 'This request cannot be read: limit must be at most 200',
      },
      'refused GET /api/v1/plays?limit=500 for 192.168.1.20 (curl/8): This request cannot be read: limit must be at most 200',
    ],
    [
      'request',
      {
        method: 'POST',
        url: '/api/v1/files/changes/move',
        status: 409,
        code: 'BRIDGE_EXISTS',
        why: 'there already',
      },
      'refused POST /api/v1/files/changes/move for a command of this machine: there already',
    ],
    [
      'request',
      { method: 'MKCOL', url: '/dav/account/A/B/', status: 409, code: 'BRIDGE_CONFLICT' },
      undefined,
    ],
    [
      'a wrong password or token was shown',
      { ip: '192.168.1.20', agent: 'curl/8', kind: 'password' },
      'a wrong password from 192.168.1.20 (curl/8)',
    ],
    [
      'too many wrong passwords or tokens were shown',
      { ip: '::1', agent: '', kind: 'token', until: new Date(at).toISOString(), remedy: 'wait' },
      'too many wrong tokens from ::1 (no name): told to wait until 2026-11-28 19:23:38 -> wait',
    ],
    [
      'upload',
      { name: 'Alien.mkv', node: '127.0.0.1:1', bytes: 300_000, ms: 28, outcome: 'stored' },
      'uploaded "Alien.mkv" in 1 s: 300 kB',
    ],
    [
      'upload',
      { name: 'Alien.mkv', node: '127.0.0.1:1', bytes: 300_000, ms: 28, outcome: 'BRIDGE_HOST_TIMEOUT' },
      'uploading "Alien.mkv" failed: The host did not answer in time',
    ],
    ['the host was asked to fetch', { addresses: 3 }, 'the host was asked to fetch 3 addresses'],
    ['a folder was made in the account', { folder: '/Backup' }, 'a folder was made in the account: /Backup'],
    [
      'what lay in the trash is removed for good',
      { removed: 2 },
      'removed for good from the trash: 2 things',
    ],
    [
      'something new was found between crawls',
      { path: '/Films', why: 'quiet', changed: 1, newFolders: 0 },
      'found between syncs in /Films: 1 change',
    ],
    [
      'a gateway serves',
      { kind: 'jellyfin', server: 'http://192.168.1.20:8096', port: 18097 },
      'a gateway serves at port 18097, before jellyfin at http://192.168.1.20:8096',
    ],
    [
      'a new key signs stream addresses',
      { files: 13 },
      'a new key signs stream addresses; 13 files written anew',
    ],
    [
      'a new key signs stream addresses',
      {},
      'a new key signs stream addresses; the next sync writes the files anew',
    ],
    ['request', { method: 'GET', url: '/x', status: 404, code: 'BRIDGE_NOT_FOUND' }, undefined],
    [
      'a media server was told of changes',
      { server: 'jellyfin', words: '3 folders' },
      'told jellyfin: 3 folders',
    ],
  ];
  for (const [words, values, line] of rows) t.equal(shown(words, values), line);
});

t.test('a sentence is held to the line that it is for', async (t) => {
  const sources = ['src', 'plugins'].flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.includes('format'))
      .map((name) => readFileSync(join(root, room, name), 'utf8')),
  );
  for (const words of eventSentences.keys())
    t.ok(
      sources.some((code) => code.includes(`'${words}'`)),
      words,
    );
});

t.test('warnings and errors are one line with what to do', async (t) => {
  const rows: [words: string, values: object, line: string][] = [
    [
      'a side-car could not be fetched',
      { fileId: 'abcdefghij0123456789', name: 'Alien.srt', err: new BridgeError('BRIDGE_HOST_TIMEOUT') },
      'warning  a side-car could not be fetched: Alien.srt: The host did not answer in time -> Wait and try again',
    ],
    [
      'calls to the host are blocked',
      { why: 'BRIDGE_HOST_TIMEOUT', backoffMs: 300_000, blockedUntil: at + 300_000 },
      'warning  calls to the host are blocked: The host did not answer in time (backoff 5 min, blocked until 2026-11-28 19:28:38) -> Wait and try again',
    ],
    [
      'host call',
      { task: 'listing a folder', outcome: 'BRIDGE_HOST_TIMEOUT', hostMessage: 'slow' },
      'warning  listing a folder failed: The host did not answer in time ("slow")',
    ],
    [
      'The host did not answer in time',
      { err: new BridgeError('BRIDGE_HOST_TIMEOUT', { detail: 'slow' }), method: 'GET', name: 'Alien.mkv' },
      'warning  Alien.mkv: The host did not answer in time: slow -> Wait and try again',
    ],
    [
      'plays could not be kept',
      { err: Object.assign(new Error('no space left'), { code: 'ENOSPC' }) },
      'warning  plays could not be kept: no space left -> Make room, or look at the rights of dataDir and library.dir',
    ],
    [
      'sync failed',
      {
        err: new BridgeError('BRIDGE_DISK', { says: 'it is empty', remedy: 'Mount it' }),
        port: 18_097,
        pid: 12_345,
      },
      'warning  sync failed: it is empty (port 18097, pid 12345) -> Mount it',
    ],
    [
      'could not be kept on disk',
      { err: new Error('no room'), fileId: 'x1' },
      'warning  could not be kept on disk: no room (file id x1)',
    ],
    [
      'a look',
      { verb: 'folder/ls', status: 200, ms: 38.4, pauseMs: 4000 },
      'warning  a look (verb folder/ls, status 200, took 38 ms, pause 4 s)',
    ],
    [
      'left alone',
      { path: 'a/b.strm', reason: 'edited', files: ['x', 'y'], ok: true, tries: 1200 },
      'warning  left alone: a/b.strm: edited (files x, y, ok yes, tries 1,200)',
    ],
  ];
  for (const [words, values, line] of rows) t.equal(shown(words, values, 'warn'), line);
  const foreseen = shown('sync failed', { err: new BridgeError('BRIDGE_DISK') }, 'error');
  t.match(foreseen, /^error {2}sync failed: The disk is full .* -> Make room/);
  t.notMatch(foreseen, /\n/, 'no stack');
  t.match(
    shown('a request failed inside', { err: new TypeError('x is not a function') }, 'error'),
    /\n {4}at /,
  );
});

t.test('an id of a file stands for its name where that is known', async (t) => {
  const nameOfFile = (id: string) => (id === 'x1' ? 'Alien.mkv' : undefined);
  const line = (values: object) =>
    createLogLine({ zone, nameOfFile })({ level: 'info', at, words: 'broke off', values: values as never });
  t.match(line({ fileId: 'x1', why: 'cut' }), /broke off: Alien\.mkv: cut$/);
  t.match(line({ fileId: 'x2' }), /broke off \(file id x2\)$/);
  t.match(line({ fileId: 'x1', path: '/Films/A.mkv' }), /broke off: \/Films\/A\.mkv$/);
});

t.test('names of strangers neither steer the terminal nor fill it, and secrets stay out', async (t) => {
  const hostile = '\u001b]0;owned\u0007\u009b2J\r\n11-28 19:23:38  all is well';
  const line = shown('a file of the tree is left alone', { path: hostile, reason: hostile }, 'warn') ?? '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
  t.notMatch(line, /[\u0000-\u001f\u007f-\u009f]/);
  const agent =
    shown('request', { method: 'GET', url: '/dav/', status: 403, ip: '::1', agent: hostile }) ?? '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
  t.notMatch(agent, /[\u0000-\u001f\u007f-\u009f]/);
  t.ok((shown('folder listed', { path: `/${'x'.repeat(9000)}/end`, files: 1, calls: 1 }) ?? '').length < 200);
  t.ok((shown('odd', { words: '進'.repeat(9000) }) ?? '').length < 700);
  const { stream, text } = sink(true);
  createProcessLog({ level: 'info', format: 'auto' }, stream).warn(
    {
      apiKey: 'SECRET',
      why: 'see https://a-1.1fichier.com/p123456789 and /stream/abc/SIGNATURE/x.mkv?token=TOKEN',
    },
    'odd',
  );
  t.match(text(), /odd: see/);
  t.notMatch(text(), /SECRET|p123456789|SIGNATURE|TOKEN/);
});

function sink(isTTY: boolean) {
  const chunks: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY }), text: () => chunks.join('') };
}

t.test(
  'lines are for people on a terminal and JSON where they are piped, unless the settings say so',
  async (t) => {
    const rows: [format: 'auto' | 'pretty' | 'json', isTTY: boolean, isJson: boolean][] = [
      ['auto', true, false],
      ['auto', false, true],
      ['pretty', false, false],
      ['json', true, true],
    ];
    for (const [format, isTTY, isJson] of rows) {
      const { stream, text } = sink(isTTY);
      const log = createProcessLog({ level: 'info', format }, stream);
      log.debug({ a: 1 }, 'not shown');
      log.info({ path: '/Films', files: 2, added: 0, calls: 3, token: 'SECRET' }, 'folder listed');
      log.plain({ status: 200 }, 'request');
      const lines = text().trim().split('\n');
      if (isJson)
        t.match(
          lines.map((line) => JSON.parse(line)),
          [{ msg: 'folder listed', calls: 3 }, { msg: 'request' }],
        );
      else t.match(lines, [/listed \/Films: 2 files · call 3$/]);
      t.equal(lines.length, isJson ? 2 : 1);
      t.notMatch(text(), /SECRET/);
    }
    const debug = sink(true);
    createProcessLog({ level: 'debug', format: 'auto' }, debug.stream).plain(
      { status: 200, url: '/dav/' },
      'request',
    );
    t.match(debug.text(), /request: \/dav\/ \(status 200\)/, 'at debug nothing is left out');
  },
);

t.test('JSON tells what we foresaw without a stack, and with what to do', async (t) => {
  const write = (level: 'info' | 'debug', err: Error) => {
    const { stream, text } = sink(false);
    createProcessLog({ level, format: 'json' }, stream).error({ err }, 'failed');
    return JSON.parse(text()).err;
  };
  const foreseen = write(
    'info',
    new BridgeError('BRIDGE_DISK', { detail: '/data', cause: new Error('ENOSPC') }),
  );
  t.match(foreseen, {
    type: 'BridgeError',
    code: 'BRIDGE_DISK',
    message: /\/data: ENOSPC/,
    remedy: /Make room/,
  });
  t.notOk('stack' in foreseen);
  t.match(write('info', new TypeError('x')).stack, /at /);
  t.match(write('debug', new BridgeError('BRIDGE_DISK')).stack, /at /);
});
