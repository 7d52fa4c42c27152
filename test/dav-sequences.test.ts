import t from 'tap';
import { ask, type DavAnswer } from './fixtures/dav.ts';
import { beginPut, bytes, film, type Writing, writing } from './fixtures/dav-writing.ts';

/**
 * What Finder, Explorer and Excel send when a person copies or saves one file, step by step as servers have logged it:
 * `WebDAVFS` in pydio/pydio-core#581, couling/WebDAV-Daemon#18 and owncloud/core#24753; `Microsoft-WebDAV-MiniRedir` in
 * mar10/wsgidav#112, swisspol/GCDWebServer#319, 9001/copyparty#910, nextcloud/server#9790 and hacdias/webdav#357.
 */

const film2 = 'Nosferatu.1922.mkv';

const lockInfo = (owner: string) =>
  `<?xml version="1.0" encoding="utf-8"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner><D:href>${owner}</D:href></D:owner></D:lockinfo>`;

/** The steps of a client over one bridge, each with the headers that it sends of itself. */
function stepsOf({ door, url }: Writing, own: Record<string, string>) {
  const send = (method: string, path: string, headers: Record<string, string> = {}, body?: string | Buffer) =>
    ask(`${door}${path}`, method, { headers: { ...own, ...headers }, ...(body !== undefined && { body }) });
  return {
    send,
    look: async (path: string, depth = '0') => (await send('PROPFIND', path, { depth })).status,
    async lock(path: string, headers: Record<string, string>): Promise<string> {
      const answer: DavAnswer = await send('LOCK', path, headers, lockInfo('somebody'));
      return `${answer.status} ${/^<(.+)>$/.exec(String(answer.headers['lock-token']))?.[1]}`;
    },
    /** As Finder sends: in pieces, with the length beside it. */
    async putInPieces(path: string, body: Buffer, token: string): Promise<string> {
      const put = beginPut(url, `/dav/account${path}`, [
        `User-Agent: ${own['user-agent']}`,
        'Transfer-Encoding: chunked',
        `X-Expected-Entity-Length: ${body.length}`,
        `If: (<${token}>)`,
      ]);
      for (let at = 0; at < body.length; at += 32_768) {
        const piece = body.subarray(at, at + 32_768);
        put.write(`${piece.length.toString(16)}\r\n`);
        put.write(piece);
        put.write('\r\n');
      }
      put.write('0\r\n\r\n');
      const text = await put.answered();
      put.end();
      return text.slice(9, 12);
    },
  };
}

const tokenIn = (locked: string) => locked.slice(4);

t.test('Finder copies a film: one upload, and nothing of its own at the host', async (t) => {
  const started = await writing(t);
  const { names, simulator, door } = started;
  const finder = stepsOf(started, {
    'user-agent': 'WebDAVFS/3.0.0 (03008000) Darwin/21.1.0 (x86_64)',
  });
  const body = bytes(200_000, 3);
  const forks = bytes(4096, 4);
  const timeout = { timeout: 'Second-600', depth: '0' };
  const path = `/Films/${film2}`;

  t.equal(await finder.look('/Films/', '1'), 207);
  t.equal(await finder.look('/Films/._.'), 404);
  // Its own notes on the folder.
  for (const name of ['.DS_Store', '._.DS_Store']) {
    t.equal(await finder.look(`/Films/${name}`), 404);
    t.equal((await finder.send('PUT', `/Films/${name}`, { 'content-length': '0' })).status, 201);
    const locked = await finder.lock(`/Films/${name}`, timeout);
    t.match(locked, /^200 opaquelocktoken:/);
    t.equal(await finder.putInPieces(`/Films/${name}`, bytes(6148, 5), tokenIn(locked)), '204');
    const unlocked = await finder.send('UNLOCK', `/Films/${name}`, { 'lock-token': `<${tokenIn(locked)}>` });
    t.equal(unlocked.status, 204);
  }
  // The film: empty first, then under a lock, while what lies beside it is made.
  t.equal(await finder.look(path), 404);
  t.equal((await finder.send('PUT', path, { 'content-length': '0' })).status, 201);
  t.equal(await finder.look(path), 207);
  const film = await finder.lock(path, timeout);
  t.match(film, /^200 /);
  t.equal(await finder.look(`/Films/._${film2}`), 404);
  t.equal((await finder.send('PUT', `/Films/._${film2}`, { 'content-length': '0' })).status, 201);
  const fork = await finder.lock(`/Films/._${film2}`, timeout);
  t.match(fork, /^200 /);
  t.equal((await finder.send('GET', `/Films/._${film2}`)).body.length, 0);
  t.equal(await finder.putInPieces(path, body, tokenIn(film)), '204');
  t.equal(await finder.putInPieces(`/Films/._${film2}`, forks, tokenIn(fork)), '204');
  t.equal(await finder.look(`/Films/._${film2}`), 207);
  for (const [at, locked] of [
    [`/Films/._${film2}`, fork],
    [path, film],
  ] as const)
    t.equal((await finder.send('UNLOCK', at, { 'lock-token': `<${tokenIn(locked)}>` })).status, 204);

  t.same((await ask(`${door}${path}`, 'GET')).body, body);
  t.same((await ask(`${door}/Films/._${film2}`, 'GET')).body, forks, 'Finder finds what it left');
  t.same(names('/Films'), [film2, 'Metropolis.1927.1080p.mkv', 'Old'].sort());
  t.equal(simulator.counters.uploads, 1);
});

const windows = {
  'user-agent': 'Microsoft-WebDAV-MiniRedir/10.0.19041',
  'cache-control': 'no-cache',
  pragma: 'no-cache',
  translate: 'f',
};
const dates = `<?xml version="1.0" encoding="utf-8" ?><D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:set><D:prop><Z:Win32CreationTime>Thu, 09 Oct 2025 17:54:43 GMT</Z:Win32CreationTime><Z:Win32LastAccessTime>Thu, 09 Oct 2025 17:55:31 GMT</Z:Win32LastAccessTime><Z:Win32LastModifiedTime>Thu, 09 Oct 2025 17:54:43 GMT</Z:Win32LastModifiedTime><Z:Win32FileAttributes>00000020</Z:Win32FileAttributes></D:prop></D:set></D:propertyupdate>`;
const xml = { 'content-type': 'text/xml; charset="utf-8"' };

/** Explorer writes every file so, whatever it is. */
async function explorerWrites(client: ReturnType<typeof stepsOf>, path: string, body: Buffer) {
  const told: (number | string)[] = [await client.look(path)];
  const say = async (...asked: Parameters<typeof client.send>) =>
    void told.push((await client.send(...asked)).status);
  await say('PUT', path, { 'content-length': '0' });
  const locked = await client.lock(path, { ...xml, timeout: 'Second-3600' });
  told.push(locked.slice(0, 3));
  const held = { if: `(<${tokenIn(locked)}>)` };
  await say('PROPPATCH', path, { ...xml, ...held }, dates);
  await say('HEAD', path);
  await say('PUT', path, held, body);
  await say('PROPPATCH', path, { ...xml, ...held }, dates);
  await say('UNLOCK', path, { 'lock-token': `<${tokenIn(locked)}>` });
  return told;
}

const asLogged = [404, 201, '200', 207, 200, 204, 207, 204];

t.test('Explorer copies a film: one upload, and nothing of its own at the host', async (t) => {
  const started = await writing(t);
  const { names, simulator, door } = started;
  const explorer = stepsOf(started, windows);
  const body = bytes(200_000, 3);
  t.equal((await explorer.send('OPTIONS', '/')).status, 200);
  t.equal(await explorer.look('/Films', '1'), 207);
  for (const name of ['desktop.ini', 'Thumbs.db']) t.equal(await explorer.look(`/Films/${name}`), 404);
  t.same(await explorerWrites(explorer, `/Films/${film2}`, body), asLogged);
  t.same(await explorerWrites(explorer, '/Films/Thumbs.db', bytes(9000)), asLogged);
  t.same((await ask(`${door}/Films/${film2}`, 'GET')).body, body);
  t.same(names('/Films'), [film2, film, 'Old'].sort());
  t.equal(simulator.counters.uploads, 1);
});

t.test('Excel saves beside a file and takes its name: the file is what was saved last', async (t) => {
  const started = await writing(t);
  const { names, simulator, door, put } = started;
  const excel = stepsOf(started, windows);
  const [before, after] = [bytes(20_000, 1), bytes(30_000, 2)];
  const [book, fresh, aside] = ['/Films/Book.xlsx', '/Films/34429E5E.tmp', '/Films/A9A97EC7.tmp'];
  t.equal((await put(book, before)).status, 201);
  simulator.reset();

  const opened = await excel.lock(book, { ...xml, timeout: 'Second-3600' });
  t.equal(opened.slice(0, 3), '200');
  t.same((await excel.send('GET', book)).body, before);
  t.same(await explorerWrites(excel, '/Films/~$Book.xlsx', bytes(165)), asLogged);
  t.same(await explorerWrites(excel, fresh, after), asLogged);
  t.equal((await excel.send('UNLOCK', book, { 'lock-token': `<${tokenIn(opened)}>` })).status, 204);
  t.equal(await excel.look(aside), 404);
  for (const [from, to] of [
    [book, aside],
    [fresh, book],
  ] as const) {
    const locked = await excel.lock(from, { ...xml, timeout: 'Second-3600' });
    const moved = await excel.send('MOVE', from, {
      destination: `${door}${to}`,
      overwrite: 'F',
      if: `(<${tokenIn(locked)}>)`,
    });
    t.equal(moved.status, 201, `${from} to ${to}`);
  }
  t.equal((await excel.send('DELETE', aside)).status, 204);
  t.equal((await excel.send('DELETE', '/Films/~$Book.xlsx')).status, 204);
  t.same((await excel.send('GET', book)).body, after);
  t.same(names('/Films'), ['Book.xlsx', film, 'Old'].sort());
  t.equal(simulator.counters.uploads, 1);
});
