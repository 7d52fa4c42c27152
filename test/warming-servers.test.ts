import t from 'tap';
import { createConnect } from '../src/notify/http.ts';
import { serversOf } from '../src/notify/servers/servers.ts';
import { pageItems } from '../src/notify/servers/shown-items.ts';
import { createCountedAgent } from './fixtures/counted-agent.ts';
import { fakeMediaServer, sendJson } from './fixtures/fake-media-server.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { signal, type Test } from './fixtures/setup.ts';

/** How each kind of server is asked for what it has not looked into, and asked to look. */

/** A server of this kind with so many films, that knows none of them until it is asked for one. */
async function library(t: Test, count: number) {
  const probed = new Map<string, string>();
  const source = (id: string) => ({
    Id: id,
    Path: `http://bridge/${id}`,
    ...(probed.has(id) && { RunTimeTicks: 3_000_230_000 }),
  });
  const origin = await fakeMediaServer(t, ({ method, url, headers }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://server');
    const has = headers.authorization ?? headers['x-emby-token'];
    if (has !== 'MediaBrowser Token="k%20y"' && has !== 'k y') return sendJson(response, '', 401);
    if (pathname === '/Users')
      return sendJson(response, [{ Id: 'u' }, { Id: 'boss', Policy: { IsAdministrator: true } }]);
    const id = /^\/Items\/(\w+)\/PlaybackInfo$/.exec(pathname)?.[1];
    if (id !== undefined) {
      probed.set(id, `${method} ${url}`);
      return sendJson(response, { MediaSources: [source(id)], PlaySessionId: 'x' });
    }
    const ids = searchParams.get('Ids')?.split(',');
    const start = Number(searchParams.get('StartIndex') ?? 0);
    const all = ids ?? Array.from({ length: count }, (_, n) => `i${n}`).slice(start, start + pageItems);
    return sendJson(response, {
      Items: all.map((one) => ({
        ...source(one),
        Path: `/library/Movies/${one}.strm`,
        MediaSources: ids && [source(one)],
      })),
    });
  });
  return { origin, probed };
}

for (const kind of ['jellyfin', 'emby'] as const)
  t.test(`${kind}: all pages, its own form of the question, and no body`, async (t) => {
    const { origin, probed } = await library(t, pageItems + 3);
    const clock = createHandClock();
    const wire = createCountedAgent();
    t.teardown(() => wire.agent.destroy());
    const connect = createConnect({ dispatcher: wire.agent, userAgent: 'test', clock });
    const [server] = serversOf([{ kind, url: origin.url, token: 'k y' }], []);
    if (!server) return t.fail('no server');
    const { adapter } = server;
    const [first, second] = [0, 1].map((page) =>
      adapter.unprobed?.(page, undefined, connect(server, signal)),
    );
    t.match(await first, { items: { length: pageItems }, isLast: false });
    t.match(await second, { items: [{ id: `i${pageItems}` }, {}, {}], isLast: true });
    t.ok(origin.arrived.every(({ method, url }) => method === 'GET' && url.length < 2000));
    const item = { id: 'i7', addresses: ['http://bridge/i7'] };
    t.equal(await adapter.probe?.(item, connect(server, signal)), true);
    const query = kind === 'emby' ? '?UserId=boss&IsPlayback=true' : '';
    t.equal(probed.get('i7'), `GET /Items/i7/PlaybackInfo${query}`);
    t.equal(origin.arrived.at(-1)?.body, '');
    const other = { id: 'i8', addresses: ['http://bridge/another'] };
    t.equal(await adapter.probe?.(other, connect(server, signal)), true, 'a version that is gone');
  });

t.test(
  'films with hundreds of tracks are asked for in fewer at once, and one that is too much not at all',
  async (t) => {
    const asked: number[] = [];
    const bytes = new Map([['i3', 2_000_000]]);
    const origin = await fakeMediaServer(t, ({ url }, response) => {
      const ids = new URL(url, 'http://server').searchParams.get('Ids')?.split(',');
      if (ids) asked.push(ids.length);
      const Items = (ids ?? Array.from({ length: 40 }, (_, n) => `i${n}`)).map((Id) => ({
        Id,
        Path: `/l/${Id}.strm`,
        MediaSources: ids && [{ Path: `http://bridge/${Id}`, Long: 'x'.repeat(bytes.get(Id) ?? 90_000) }],
      }));
      return sendJson(response, { Items });
    });
    const clock = createHandClock();
    const wire = createCountedAgent();
    t.teardown(() => wire.agent.destroy());
    const [server] = serversOf([{ kind: 'jellyfin', url: origin.url, token: 'k' }], []);
    if (!server) return t.fail('no server');
    const connection = createConnect({ dispatcher: wire.agent, userAgent: 'test', clock })(server, signal);
    const page = await server.adapter.unprobed?.(0, undefined, connection);
    t.equal(page?.items.length, 39);
    t.ok(asked.length <= 16, `${asked.length} questions`);
  },
);
