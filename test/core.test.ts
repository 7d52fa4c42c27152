import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { joinAccountPath } from '../src/core/account-path.ts';
import { exists } from '../src/core/files/exists.ts';
import { filePieces } from '../src/core/files/file-pieces.ts';
import { whyNoConnection, whyNoPort } from '../src/core/http/connection-words.ts';
import { header } from '../src/core/http/headers.ts';
import { shellWord } from '../src/core/shell-word.ts';

/** The small things that every room stands on. */

t.test('a path of the account has one slash between its parts', async (t) => {
  t.equal(joinAccountPath('/', 'Films'), '/Films');
  t.equal(joinAccountPath('/Films', 'a.mkv'), '/Films/a.mkv');
  t.equal(joinAccountPath(joinAccountPath('/', 'Films'), 'Horror'), '/Films/Horror');
});

t.test('what stands at a path is there, also a folder and a link that leads nowhere', async (t) => {
  const dir = t.testdir({ folder: {} });
  writeFileSync(join(dir, 'file'), '');
  symlinkSync(join(dir, 'nowhere'), join(dir, 'link'));
  for (const name of ['folder', 'file', 'link']) t.ok(await exists(join(dir, name)), name);
  for (const name of ['none', 'file/below', 'none/below']) t.notOk(await exists(join(dir, name)), name);
});

t.test('of a header that came twice the first counts', async (t) => {
  const headers = { 'content-length': '12', 'set-cookie': ['a', 'b'], via: [] };
  t.equal(header(headers, 'content-length'), '12');
  t.equal(header(headers, 'set-cookie'), 'a');
  t.equal(header(headers, 'via'), undefined);
  t.equal(header(headers, 'etag'), undefined);
});

t.test('a name is one word of a shell, whatever is in it', async (t) => {
  const names = [
    '/Films/Heat (1995).mkv',
    '/Mamma.Mia!.2008.mkv',
    '/a "b" \'c\' $HOME `id` \\ !! $(id).mkv',
    "/L'Armée des ombres.mkv",
    '',
  ];
  const script = `printf '%s\\n' ${names.map(shellWord).join(' ')}`;
  t.same(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\n'), [...names, '']);
  // A shell at a terminal reads an exclamation mark in double quotes.
  for (const name of names.filter((one) => one.includes('!'))) t.match(shellWord(name), /^'/);
});

t.test(
  'what a connection came to nothing for is told in words, and by nothing that holds an address',
  (t) => {
    const rows: [error: unknown, words: string | undefined][] = [
      [
        { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 10.0.0.7:80' },
        'nobody listens there (ECONNREFUSED)',
      ],
      [{ code: 'ENOTFOUND' }, 'there is no such name (ENOTFOUND)'],
      [{ code: 'EHOSTUNREACH' }, 'no way leads there (EHOSTUNREACH)'],
      [{ code: 'UND_ERR_CONNECT_TIMEOUT' }, 'it does not answer in time (UND_ERR_CONNECT_TIMEOUT)'],
      [
        { code: 'ERR_SSL_WRONG_VERSION_NUMBER' },
        'what answers there does not speak https (ERR_SSL_WRONG_VERSION_NUMBER)',
      ],
      [{ code: 'E_NEW' }, 'E_NEW'],
      [new Error('x'), undefined],
      [undefined, undefined],
    ];
    for (const [error, words] of rows) t.equal(whyNoConnection(error), words);
    const at = { host: '192.0.2.1', port: 80 };
    for (const [code, detail, remedy] of [
      [
        'EADDRINUSE',
        /^192\.0\.2\.1 port 80: another program listens there/,
        /stop it; else set another port/,
      ],
      ['EADDRNOTAVAIL', /this machine has no such address/, /0\.0\.0\.0/],
      ['EACCES', /this user may not listen there/, /from 1024 on/],
    ] as const)
      t.match(whyNoPort(at, { code }), { detail, remedy }, code);
    t.same(whyNoPort(at, { code: 'E_NEW' }), { detail: '192.0.2.1 port 80 (E_NEW)' });
    t.end();
  },
);

t.test('the pieces of a file are its bytes, lie in two buffers, and end with the file closed', async (t) => {
  const path = join(t.testdir(), 'file');
  const all = Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 251));
  writeFileSync(path, all);
  const open = () => readdirSync('/proc/self/fd').filter((fd) => linkOf(fd) === path).length;
  const linkOf = (fd: string) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return undefined;
    }
  };
  const [seen, homes]: [Buffer[], Set<unknown>] = [[], new Set()];
  for await (const piece of filePieces(path, 300)) {
    seen.push(Buffer.from(piece));
    homes.add(piece.buffer);
  }
  t.same(Buffer.concat(seen), all);
  t.same([seen.map(({ length }) => length), homes.size], [[300, 300, 300, 100], 2]);
  for await (const _piece of filePieces(path, 300)) break;
  t.equal(open(), 0, 'left early, it is closed too');
  await t.rejects(filePieces(join(path, 'no')).next(), { code: 'ENOTDIR' });
  writeFileSync(path, '');
  t.same(await filePieces(path).next(), { done: true, value: undefined });
});
