import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { Agent } from 'undici';
import { type BridgeError, type ErrorCode, isBridgeError } from '../src/core/errors.ts';
import { HostRefusal } from '../src/host/fichier/refusals.ts';
import { folder, top } from './fixtures/ids.ts';
import { item, link, mockedHost, page, testKey } from './fixtures/mocked-host.ts';

/** The calls to the host: what is asked, what is logged and remembered, and how a call ends. */
const hourMs = 3_600_000;
const now = { urgency: 'play' } as const;

const thrown = (promise: Promise<unknown>): Promise<BridgeError> =>
  promise.then(
    () => {
      throw new Error('did not fail');
    },
    (error) => error,
  );

t.test('each method asks what it should', async (t) => {
  const { client, answer, seen } = mockedHost(t);
  answer('folder/ls', { status: 'OK', folder_id: 12, files: 1, items: [item] });
  t.match(await client.listFolder(folder(12), now), { id: folder(12), files: [{ name: 'Film.mkv' }] });
  answer('file/ls', { status: 'OK', count: 0, items: [] });
  await client.listFiles({ folderId: 'all', sentAfter: Date.UTC(2021, 5, 22, 12, 57, 25) }, now);
  answer('file/info', item);
  t.match(await client.fileInfo(`${page}&af=1`, now), { name: 'Film.mkv' });
  answer('download/get_token', { status: 'OK', url: link });
  t.equal(await client.directLink(page, { ...now, password: 'secret' }), link);
  answer('download/get_token', { status: 'OK', url: link });
  await client.directLink('https://tenvoi.com/?zzzzz', now);
  const authorization = `Bearer ${testKey}`;
  const headers = { authorization, 'content-type': 'application/json', 'user-agent': 'Passerelle/0.0.0' };
  t.match(seen, [
    { path: '/v1/folder/ls.cgi', headers },
    { path: '/v1/file/ls.cgi', headers },
    { path: '/v1/file/info.cgi', headers },
    { path: '/v1/download/get_token.cgi', headers },
    {},
  ]);
  t.same(
    seen.map(({ body }) => body),
    [
      { folder_id: 12, files: 1 },
      { folder_id: -1, sent_after: '2021-06-22 14:57:25' },
      { url: page },
      { url: page, inline: 0, cdn: 0, single: 0, pass: 'secret' },
      { url: 'https://tenvoi.com/?zzzzz', inline: 0, cdn: 0, single: 0 },
    ],
  );
});

t.test('one line is logged for a call, with no key, link, password or mail in it', async (t) => {
  const { client, answer, lines, clock } = mockedHost(t);
  answer('folder/ls', { status: 'OK', folder_id: 12, items: [] });
  await client.listFolder(folder(12), now);
  t.same(lines.at(-1)?.values, {
    verb: 'folder/ls',
    task: 'listing a folder',
    folderId: '12',
    status: 200,
    ms: 0,
    outcome: 'ok',
  });
  answer('download/get_token', { status: 'OK', url: link });
  await client.directLink(page, { ...now, password: 'pass-word' });
  t.same(lines.at(-1)?.values, {
    verb: 'download/get_token',
    task: 'making a link',
    status: 200,
    ms: 0,
    outcome: 'ok',
  });
  answer(
    'download/get_token',
    { status: 'KO', message: `Bad token ${testKey} from me@example.com at ${link}` },
    403,
  );
  const error = await thrown(client.directLink(page, now));
  t.same(error.message, 'The host does not accept the API key: Bad token [key] from [e-mail] at [link]');
  t.ok(lines.some(({ values }) => values.status === 403 && values.outcome === 'BRIDGE_HOST_KEY'));
  t.equal(lines.filter(({ text }) => text.endsWith('host call')).length, 3);
  t.notMatch(lines.map(({ text }) => text).join('\n'), /AbCdEf|p2086|pass-word|example\.com|abcdefghij/);
  t.equal(clock.sleeping(), 0);
});

t.test('a refusal is an error of the table, and a lock stops the next call before it goes out', async (t) => {
  const { client, answer, clock, governor } = mockedHost(t);
  answer('download/get_token', { status: 'KO', message: 'Only 1 location allowed at a time #887' }, 403);
  const location = await thrown(client.directLink(page, now));
  t.ok(isBridgeError(location, 'BRIDGE_HOST_LOCATION'));
  t.equal(location.retryAt, clock.now() + 5 * 60_000);
  answer('folder/ls', { status: 'KO', message: 'Flood detected: IP Locked #374' }, 403);
  const flood = await thrown(client.listFolder(top, now));
  t.ok(flood instanceof HostRefusal);
  t.match(flood, { code: 'BRIDGE_HOST_FLOOD', retryAt: clock.now() + 5 * 60_000 });
  const closed = await thrown(client.directLink(page, now));
  t.match(closed, { code: 'BRIDGE_GATE_CLOSED', retryAt: clock.now() + 5 * 60_000 });
  t.match(governor.state(), { isBlocked: true, callsMade: 2 });
});

t.test('a folder that no number stands for is none of this host, and it is not asked', async (t) => {
  const { client, seen } = mockedHost(t);
  for (const id of ['abc', '-1', '1.5', '', '1e3', '9'.repeat(16)]) {
    t.match(await thrown(client.listFolder(folder(id), now)), { code: 'BRIDGE_HOST_FILE_GONE' }, id);
    t.match(await thrown(client.listFiles({ folderId: folder(id) }, now)), { code: 'BRIDGE_HOST_FILE_GONE' });
  }
  t.equal(seen.length, 0);
});

t.test('a listing with illegal escapes is mended and said so', async (t) => {
  const { client, answer, lines } = mockedHost(t);
  answer('folder/ls', String.raw`{"folder_id":0,"items":[{"url":"${page}","filename":"a\xb.mkv","size":1}]}`);
  t.equal((await client.listFolder(top, now)).files[0]?.name, 'a\\xb.mkv');
  t.ok(lines.some(({ level, text }) => level === 'warn' && /mended/.test(text)));
});

t.test('user/info is asked once and remembered, for this key', async (t) => {
  const { client, answer, seen, clock } = mockedHost(t);
  const body = { status: 'OK', email: 'me@example.com', offer: '1', subscription_end: '2027-01-31 12:00:00' };
  answer('user/info', {
    ...body,
    cdn: '12.5',
    use_cdn: 1,
    available_storage: '-5',
    overquota: 'Yes',
    upload_forbidden: 'No',
    '2fa': 0,
  });
  const info = await client.userInfo(now);
  t.match(info, {
    email: 'me@example.com',
    offer: 'premium',
    premiumUntil: Date.UTC(2027, 0, 31, 11),
    cdnCreditsGb: 12.5,
    usesCdnCredits: true,
    availableStorageBytes: -5,
    overQuota: true,
    uploadForbidden: false,
    askedAt: clock.now(),
  });
  await clock.advance(5 * hourMs);
  t.same(await client.userInfo(now), info);
  t.equal(seen.length, 1);
  clock.jump(clock.now() - 6 * hourMs);
  t.same(await client.userInfo(now), info, 'too early by a clock that was set back: what is known');
  await clock.advance(7 * hourMs);
  answer('user/info', { status: 'OK', offer: 0 });
  t.match(await client.userInfo(now), { offer: 'free' });
});

t.test('user/info that failed has nothing to give back, and says when it may be asked', async (t) => {
  const { client, answer, clock } = mockedHost(t);
  answer('user/info', { status: 'OK' });
  t.match(await thrown(client.userInfo(now)), { code: 'BRIDGE_HOST_ODD_ANSWER' });
  const early = await thrown(client.userInfo(now));
  t.match(early, { code: 'BRIDGE_GATE_BUSY', retryAt: clock.now() + 10 * 60_000 });
});

t.test('the network has errors of its own', async (t) => {
  const { client, pool, clock, governor } = mockedHost(t);
  const network = (code: string) =>
    pool
      .intercept({ path: '/v1/folder/ls.cgi', method: 'POST' })
      .replyWithError(Object.assign(new Error(`to 10.0.0.1 ${code}`), { code }));
  const codes: [string, ErrorCode][] = [
    ['ECONNREFUSED', 'BRIDGE_HOST_UNREACHABLE'],
    ['ENOTFOUND', 'BRIDGE_HOST_UNREACHABLE'],
    ['UND_ERR_SOCKET', 'BRIDGE_HOST_UNREACHABLE'],
    ['UND_ERR_CONNECT_TIMEOUT', 'BRIDGE_HOST_TIMEOUT'],
    ['UND_ERR_HEADERS_TIMEOUT', 'BRIDGE_HOST_TIMEOUT'],
    ['ETIMEDOUT', 'BRIDGE_HOST_TIMEOUT'],
  ];
  for (const [from, code] of codes) {
    network(from);
    const error = await thrown(client.listFolder(top, now));
    t.equal(error.code, code);
    t.notMatch(error.message, /10\.0/);
  }
  t.equal(governor.state().isBlocked, false, 'no network is no lock');
  t.equal(clock.sleeping(), 0);
});

t.test('a call ends at its time limit, and with the reason of who cancels it', async (t) => {
  const { client, pool, clock, lines } = mockedHost(t, { timeLimitMs: 20_000 });
  const slow = () =>
    pool.intercept({ path: '/v1/folder/ls.cgi', method: 'POST' }).reply(200, {}).delay(60_000);
  slow();
  const late = thrown(client.listFolder(top, now));
  await clock.advance(20_000);
  t.ok(isBridgeError(await late, 'BRIDGE_HOST_TIMEOUT'));
  slow();
  const controller = new AbortController();
  const cancelled = thrown(client.listFolder(top, { ...now, signal: controller.signal }));
  await clock.advance(1000);
  const reason = new Error('the player has gone');
  controller.abort(reason);
  t.equal(await cancelled, reason);
  t.same(lines.at(-1)?.values, {
    verb: 'folder/ls',
    task: 'listing a folder',
    folderId: '0',
    ms: 1000,
    outcome: 'cancelled',
  });
  t.equal(clock.sleeping(), 0);
});

t.test('an answer of 40 MB is not swallowed', async (t) => {
  const { client, answer } = mockedHost(t);
  answer('folder/ls', `{"items":[${' '.repeat(40 * 1024 * 1024)}]}`);
  t.match(await thrown(client.listFolder(top, now)), { code: 'BRIDGE_HOST_ODD_ANSWER', message: /32 MiB/ });
});

t.test(
  'over real sockets: a flood of bytes, a cut, a trickle and a cancel end the call and its connection',
  async (t) => {
    const { connect, sockets } = await listen(t);
    const { client, agent, clock } = connect('big');
    t.match(await thrown(client.listFolder(top, now)), { code: 'BRIDGE_HOST_ODD_ANSWER', message: /32 MiB/ });
    t.match(await thrown(connect('cut').client.listFolder(top, now)), { code: 'BRIDGE_HOST_UNREACHABLE' });
    const trickle = connect('trickle');
    const controller = new AbortController();
    const cancelled = thrown(trickle.client.listFolder(top, { ...now, signal: controller.signal }));
    await sockets.trickles;
    const reason = new Error('gone');
    controller.abort(reason);
    t.equal(await cancelled, reason);
    t.match(await connect('good').client.listFolder(top, now), { files: [{ name: 'Film.mkv' }] });
    t.equal(clock.sleeping() + trickle.clock.sleeping(), 0);
    await agent.close();
  },
);

t.test('a key that cannot be sent and a URL that is none never reach the host', async (t) => {
  for (const apiKey of ['', ' \n', 'clé']) {
    const { client, seen } = mockedHost(t, { apiKey });
    t.match(await thrown(client.listFolder(top, now)), { code: 'BRIDGE_HOST_KEY' });
    t.equal(seen.length, 0);
  }
  const { client, governor } = mockedHost(t);
  t.match(await thrown(client.directLink('https://example.com/?abcdefghij', now)), {
    code: 'BRIDGE_BAD_REQUEST',
  });
  t.equal(governor.state().callsMade, 0);
});

/** A host on loopback whose answer depends on the first part of the path. */
async function listen(t: Test) {
  const trickles = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    const kind = request.url?.split('/')[1];
    response.writeHead(200, { 'content-type': 'application/json' });
    if (kind === 'good') return void response.end(JSON.stringify({ status: 'OK', items: [item] }));
    if (kind === 'big') return void response.end(Buffer.alloc(40 * 1024 * 1024, ' '));
    response.write('{"status":');
    if (kind === 'cut') setImmediate(() => response.destroy());
    else setImmediate(trickles.resolve);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const connect = (kind: string) => {
    const agent = new Agent();
    t.teardown(() => agent.destroy());
    return {
      ...mockedHost(t, { apiUrl: `http://127.0.0.1:${port}/${kind}`, dispatcher: agent }),
      agent,
    };
  };
  return { connect, sockets: { trickles: trickles.promise } };
}
