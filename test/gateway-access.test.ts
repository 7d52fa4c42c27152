import t from 'tap';
import { request } from 'undici';
import type { Arrived } from './fixtures/fake-media-server.ts';
import { sendJson } from './fixtures/fake-media-server.ts';
import { itemId, setupGateway } from './fixtures/gateway.ts';
import { createHandClock, hourMs, minuteMs } from './fixtures/hand-clock.ts';

/** Who gets a film through the gateway, seen from outside: what a server without eyes would give to anybody. */

const otherId = itemId.replace('d5', 'd6');
/** May see everything; may see nothing of this library; an API key. Whoever is not here is refused. */
const tokens = new Map([
  ['root', 'sees'],
  ['guest', 'blind'],
  ['key', 'key'],
]);
const tokenOf = ({ headers, url }: Arrived) =>
  /Token="([^"]*)"/.exec(headers.authorization ?? '')?.[1] ??
  new URL(url, 'http://server').searchParams.get('ApiKey') ??
  '';

/** What an API key gets for an item by its id: of a Jellyfin 12 that was seen, 400. */
let nobodysStatus = 400;

const clock = createHandClock();
/** As Jellyfin 12 answers (facts/gateway 10.3). */
const one = await setupGateway(
  t as never,
  (asked, response, strm) => {
    const { pathname } = new URL(asked.url, 'http://server');
    const who = tokens.get(tokenOf(asked));
    const item = {
      Id: itemId,
      MediaSources: [{ Id: itemId, Path: strm, Protocol: 'Http', IsRemote: true, ETag: 'x' }],
    };
    if (/^\/videos\//i.test(pathname)) return sendJson(response, { Message: 'passed on' }, 418);
    if (who === undefined) return sendJson(response, '', 401);
    if (pathname === '/Users/Me') return sendJson(response, {}, who === 'key' ? 400 : 200);
    // It shows by its id what a user may not see.
    if (pathname === '/Items') return sendJson(response, { Items: [item] });
    if (who === 'blind') return sendJson(response, '', 404);
    if (who === 'key' && pathname === `/Items/${itemId}`) return sendJson(response, '', nobodysStatus);
    return sendJson(response, item);
  },
  { overrides: { clock } },
);
const { gatewayUrl, simulator, origin } = one;

async function ticketOf(token: string): Promise<{ status: number; ticket: string; text: string }> {
  const { statusCode, body } = await request(`${gatewayUrl}/Items/${itemId}/PlaybackInfo`, {
    method: 'POST',
    headers: { authorization: `MediaBrowser Client="Android TV", Token="${token}"` },
    body: '{}',
  });
  const text = await body.text();
  return { status: statusCode, ticket: /"ETag":"(p1\.[^"]+)"/.exec(text)?.[1] ?? '', text };
}

/** @returns the status, once it is sure that nothing of a film came with a wrong one */
async function play(
  t: Tap,
  id: string,
  query: string,
  headers: Record<string, string> = {},
): Promise<number> {
  let status = 0;
  for (const method of ['HEAD', 'GET'] as const) {
    const links = simulator.counters.tokens;
    const answer = await request(
      `${gatewayUrl}/Videos/${id}/stream?static=true&mediaSourceId=${id}&${query}`,
      {
        method,
        headers: { range: 'bytes=0-9', ...headers },
      },
    );
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    status = answer.statusCode;
    if (status === 206 || status === 200) continue;
    t.equal(answer.headers.location, undefined);
    t.notMatch(bytes.toString('latin1'), /stream\//);
    t.equal(simulator.counters.tokens, links, 'no link was asked for');
  }
  return status;
}
type Tap = Pick<typeof t, 'equal' | 'notMatch'>;

const passedOn = 418;

t.test('who sees the film gets it, by ticket, by token and by API key', async (t) => {
  const { ticket } = await ticketOf('root');
  t.equal(await play(t, itemId, `tag=${ticket}`), 206);
  t.equal(await play(t, itemId, 'ApiKey=root'), 206);
  t.equal(await play(t, itemId, '', { authorization: 'MediaBrowser Token="root"' }), 206);
  for (const status of [400, 404]) {
    nobodysStatus = status;
    clock.jump(clock.now() + minuteMs);
    t.equal(await play(t, itemId, 'ApiKey=key'), 206, `where it is told ${status}`);
  }
  t.match((await ticketOf('key')).ticket, /^p1/);
});

t.test('who does not see it gets no ticket, no link and no byte', async (t) => {
  const refused = await ticketOf('guest');
  t.match(refused, { status: 404, ticket: '' });
  t.equal(await play(t, itemId, 'ApiKey=guest'), passedOn);
  t.equal(await play(t, itemId, '', { authorization: 'MediaBrowser Token="guest"' }), passedOn);
  const asked = origin.arrived.filter((one) => tokenOf(one) === 'guest' && /^\/Items\?/.test(one.url));
  t.strictSame(asked, [], 'the list that shows too much is not asked for');
  t.equal(await play(t, itemId, 'ApiKey=root', { authorization: 'MediaBrowser Token="guest"' }), passedOn);
});

t.test('no token, no ticket; another item, altered, old', async (t) => {
  const { ticket } = await ticketOf('root');
  t.equal(await play(t, itemId, ''), passedOn);
  t.equal(await play(t, itemId, 'ApiKey=00000000000000000000000000000000'), passedOn);
  t.equal(await play(t, otherId, `tag=${ticket}`), passedOn);
  t.equal(await play(t, otherId, 'ApiKey=key'), passedOn, 'of another item than was answered');
  const [mark, end, file = '', user, signature = ''] = ticket.split('.');
  const altered = [
    [mark, `${end}z`, file, user, signature],
    [mark, end, file.replace(/^./, (c) => (c === 'a' ? 'b' : 'a')), user, signature],
    [mark, end, file, '00000000', signature],
    [mark, end, file, user, signature.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))],
    [mark, end, file, user, ''],
  ];
  for (const parts of altered) t.equal(await play(t, itemId, `tag=${parts.join('.')}`), passedOn);
  t.equal(await play(t, itemId, `tag=${ticket}`), 206);
  clock.jump(clock.now() + 24 * hourMs);
  t.equal(await play(t, itemId, `tag=${ticket}`), passedOn, 'a day later');
});

t.test(
  'a token that was revoked is refused within a minute, and one that lost the library too',
  async (t) => {
    t.equal(await play(t, itemId, 'ApiKey=root'), 206);
    tokens.delete('root');
    clock.jump(clock.now() + minuteMs);
    t.equal(await play(t, itemId, 'ApiKey=root'), passedOn);
    tokens.set('root', 'blind');
    t.equal(await play(t, itemId, 'ApiKey=root'), passedOn);
    tokens.set('root', 'sees');
    t.equal(await play(t, itemId, 'ApiKey=root'), 206, 'a refusal is not remembered');
    tokens.delete('key');
    clock.jump(clock.now() + minuteMs);
    t.equal(await play(t, itemId, 'ApiKey=key'), passedOn);
  },
);
