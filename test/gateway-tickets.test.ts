import t, { type Test } from 'tap';
import { request } from 'undici';
import { buildGateway } from '../src/gateway-app.ts';
import { type Arrived, sendJson } from './fixtures/fake-media-server.ts';
import { itemId, setupGateway } from './fixtures/gateway.ts';
import { createHandClock, minuteMs } from './fixtures/hand-clock.ts';

/** How long a ticket lives: as long as the log-in that it was given to, and its right to see the film. */

const tokenOf = ({ headers, url }: Arrived) =>
  /Token="([^"]*)"/.exec(headers.authorization ?? '')?.[1] ??
  new URL(url, 'http://server').searchParams.get('ApiKey') ??
  '';
/** What the server says to the bearer of a token about the film. */
const people = new Map<string, number>();
/** What it says to everything else. */
let elseStatus = 204;
const versionId = itemId.replace('d5', 'a1');
const clock = createHandClock();
const one = await setupGateway(
  t as never,
  (asked, response, strm) => {
    const { pathname } = new URL(asked.url, 'http://server');
    const status = people.get(tokenOf(asked)) ?? 401;
    if (/^\/videos\//i.test(pathname)) return sendJson(response, { Message: 'passed on' }, 418);
    if (pathname === '/Users/Me') return sendJson(response, {}, status === 401 ? 401 : 200);
    const sources = [itemId, versionId].map((Id) => ({ Id, Path: strm, Protocol: 'Http', ETag: 'x' }));
    const item = { Id: itemId, MediaSources: sources };
    if (pathname.startsWith(`/Items/${itemId}`))
      return sendJson(response, status === 200 ? item : '', status);
    return sendJson(response, '', elseStatus);
  },
  { overrides: { clock } },
);
const { origin, bridge } = one;
let { gatewayUrl } = one;

const test = (what: string, run: (t: Test) => Promise<void>) =>
  t.test(what, (t) => {
    people.clear();
    for (const token of ['anna', 'ben']) people.set(token, 200);
    elseStatus = 204;
    clock.jump(clock.now() + 10 * minuteMs);
    return run(t);
  });

const as = (token: string) => ({ authorization: `MediaBrowser Client="Android TV", Token="${token}"` });

/** @returns tickets for the item itself and for its other version */
async function ticketsOf(token: string): Promise<string[]> {
  const { body } = await request(`${gatewayUrl}/Items/${itemId}/PlaybackInfo`, {
    method: 'POST',
    headers: as(token),
  });
  return [...(await body.text()).matchAll(/"ETag":"(p1\.[^"]+)"/g)].map(([, ticket = '']) => ticket);
}

/** @returns the status, and how often the server was asked for it */
async function play(ticket: string, id = itemId): Promise<string> {
  const before = origin.arrived.length;
  const { statusCode, body } = await request(
    `${gatewayUrl}/Videos/${id}/stream?static=true&mediaSourceId=${id}&tag=${ticket}`,
    { headers: { range: 'bytes=0-9' } },
  );
  await body.dump();
  return `${statusCode} after ${origin.arrived.length - before}`;
}

async function ask(token: string, method: string, path: string): Promise<void> {
  const { body } = await request(gatewayUrl + path, { method: method as 'GET', headers: as(token) });
  await body.dump();
}

test('a film that is watched asks nothing of the server for five minutes, and once then', async (t) => {
  const [ticket = '', other = ''] = await ticketsOf('anna');
  for (let minute = 0; minute < 5; minute++) {
    t.equal(await play(ticket), '206 after 0');
    clock.jump(clock.now() + minuteMs);
  }
  const many = await Promise.all(Array.from({ length: 20 }, () => play(ticket)));
  t.ok(many.every((one) => one.startsWith('206')));
  const checks = origin.arrived.filter(({ method, url }) => method === 'GET' && url === `/Items/${itemId}`);
  t.equal(checks.length, 1, 'twenty at once are one question');
  t.match(checks[0]?.headers.authorization, /Token="anna"/, 'with the token of who watches');
  t.equal(await play(ticket), '206 after 0');
  t.equal(
    await play(other, versionId),
    '206 after 1',
    'another version is asked for by the item that has it',
  );
});

test('with a log-out the tickets end, and nobody else is touched', async (t) => {
  const [annas = '', version = ''] = await ticketsOf('anna');
  const [bens = ''] = await ticketsOf('ben');
  t.equal(await play(annas), '206 after 0');
  const token = `${gatewayUrl}/Videos/${itemId}/stream?static=true&ApiKey=anna`;
  t.equal((await request(token, { method: 'HEAD' })).statusCode, 200);
  people.delete('anna');
  await ask('anna', 'POST', '/Sessions/Logout');
  t.equal(await play(annas), '418 after 1', 'passed on, and nothing else asked');
  t.equal(await play(version, versionId), '418 after 1');
  t.equal((await request(token, { method: 'HEAD' })).statusCode, 418, 'nor is the token believed any more');
  t.equal(await play(bens), '206 after 0');
  people.set('anna', 200);
  t.equal(await play(annas), '418 after 1', 'over is over');
  clock.jump(clock.now() + 1000);
  t.equal(await play((await ticketsOf('anna'))[0] ?? ''), '206 after 0', 'and a new one is a new one');
});

test('a log-out that the server refuses ends nothing', async (t) => {
  const [ticket = ''] = await ticketsOf('anna');
  elseStatus = 500;
  await ask('anna', 'POST', '/Sessions/Logout');
  t.equal(await play(ticket), '206 after 0');
  elseStatus = 401;
  await ask('anna', 'POST', '/Sessions/Logout');
  t.equal(await play(ticket), '206 after 1', 'after a 401 it is asked');
  t.equal(await play(ticket), '206 after 0', 'once');
});

test('a token that the server refuses takes its tickets along', async (t) => {
  const [ticket = ''] = await ticketsOf('anna');
  people.delete('anna');
  t.equal(await play(ticket), '206 after 0', 'nobody knows yet');
  elseStatus = 401;
  await ask('anna', 'GET', '/Users/anna/Views');
  const many = await Promise.all(Array.from({ length: 5 }, () => play(ticket)));
  t.ok(
    many.every((one) => one.startsWith('418')),
    'all that come at once wait for its word',
  );
  t.equal(await play(ticket), '418 after 1', 'and for good');
});

test('what people do to others is looked into at the next use', async (t) => {
  const changes: [method: string, path: string][] = [
    ['POST', '/Users/ben/Password'],
    ['POST', '/Users/Password?userId=ben'],
    ['POST', '/emby/Users/ben/Policy'],
    ['DELETE', '/Users/ben'],
    ['DELETE', '/Devices?id=ben'],
    ['POST', '/Devices/Delete?Id=ben'],
    ['DELETE', '/Library/VirtualFolders?name=Films'],
  ];
  for (const [method, path] of changes) {
    people.set('ben', 200);
    clock.jump(clock.now() + 1000);
    const [annas = ''] = await ticketsOf('anna');
    const [bens = ''] = await ticketsOf('ben');
    await ask('anna', method, path);
    people.set('ben', path.includes('VirtualFolders') ? 404 : 401);
    t.match(await play(bens), /^418/, `${method} ${path}`);
    t.equal(await play(annas), '206 after 1');
    t.equal(await play(annas), '206 after 0');
  }
  const [annas = ''] = await ticketsOf('anna');
  for (const [method, path] of [
    ['GET', '/Users/ben/Policy'],
    ['POST', '/Users/AuthenticateByName'],
    ['POST', '/Users/anna/PlayedItems/1'],
    ['POST', '/Sessions/Playing/Progress'],
  ] as const) {
    await ask('anna', method, path);
    t.equal(await play(annas), '206 after 0', `${method} ${path} is of no matter`);
  }
});

test('an API key that is deleted takes its tickets along', async (t) => {
  people.set('abcdef', 200);
  const [ticket = ''] = await ticketsOf('abcdef');
  await ask('anna', 'DELETE', '/Auth/Keys/ABCDEF');
  t.equal(await play(ticket), '418 after 1');
});

test('who lost the library is noticed within five minutes, without any request of theirs', async (t) => {
  const [ticket = ''] = await ticketsOf('anna');
  people.set('anna', 404);
  clock.jump(clock.now() + 5 * minuteMs);
  t.equal(await play(ticket), '418 after 3', 'the item, who it is, and then the stream is passed on');
});

test('a server that is broken ends nothing', async (t) => {
  const [ticket = ''] = await ticketsOf('anna');
  people.set('anna', 503);
  clock.jump(clock.now() + 5 * minuteMs);
  t.equal(await play(ticket), '206 after 1');
  t.equal(await play(ticket), '206 after 0', 'and is not asked for each request');
  people.set('anna', 401);
  clock.jump(clock.now() + minuteMs);
  t.match(await play(ticket), /^418/, 'a minute later it is again');
});

test('wrong tokens by the thousand push out no end of another', async (t) => {
  const [ticket = ''] = await ticketsOf('anna');
  await ask('anna', 'POST', '/Sessions/Logout');
  elseStatus = 401;
  for (let at = 0; at < 1200; at += 100)
    await Promise.all(Array.from({ length: 100 }, (_, n) => ask(`wrong${at + n}`, 'GET', '/Users/x/Views')));
  t.equal(await play(ticket), '418 after 1');
});

test('after a restart a log-out still counts, and other tickets go on', async (t) => {
  const [annas = ''] = await ticketsOf('anna');
  const [bens = ''] = await ticketsOf('ben');
  await ask('anna', 'POST', '/Sessions/Logout');
  const again = await buildGateway(bridge, {
    kind: 'jellyfin',
    url: origin.url,
    port: 0,
    host: '127.0.0.1',
    knownProxy: true,
  });
  t.teardown(() => again.close());
  gatewayUrl = await again.listen({ host: '127.0.0.1', port: 0 });
  t.equal(await play(annas), '418 after 1');
  t.equal(await play(bens), '206 after 0');
});
