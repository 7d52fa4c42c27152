import { Writable } from 'node:stream';
import t from 'tap';
import { request } from 'undici';
import { z } from 'zod';
import { readLog } from '../src/api/log.ts';
import { createProcessLog } from '../src/commands/start/process-log.ts';
import { createRecentLines, type RecentLines } from '../src/core/log/recent-lines.ts';
import { createRedactor } from '../src/core/log/redact.ts';
import { ofArea } from '../src/core/log.ts';
import { createRecentLog } from '../src/recent-log.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { setup } from './fixtures/setup.ts';

const sink = () => new Writable({ write: (_chunk, _encoding, done) => done() });
const keptIn = (lines: RecentLines) => ({ write: () => {}, writeKept: lines.write, kept: lines });
/** A line as it stands among others. */
const copyInto = (lines: RecentLines, line: string) => {
  const bytes = Buffer.from(`before\n${line}after`);
  lines.copy(bytes, 7, bytes.length - 5);
};
const query = { level: 'debug', limit: 100, after: 0 } as const;

t.test('the last lines are there, in a memory that does not grow', async (t) => {
  const ring = createRecentLines({ maxBytes: 4096, maxLines: 32 });
  t.strictSame([...ring.after(0)], []);
  for (let count = 1; count <= 1000; count++) {
    const text = `${count} ${'é'.repeat(count % 90)}`;
    if (count % 3 === 0) ring.write(`${text}\n`);
    else copyInto(ring, `${text}\n`);
    const kept = [...ring.after(0)];
    t.equal(ring.newest(), count);
    t.strictSame(kept[0], { seq: count, text });
    // Each is whole, and none is between them that was let go.
    for (const [at, one] of kept.entries())
      if (one.seq !== count - at || one.text !== `${one.seq} ${'é'.repeat(one.seq % 90)}`)
        t.fail(`line ${one.seq} of ${count}: ${one.text}`);
    if (kept.length > 32) t.fail(`${kept.length} lines`);
    const bytes = kept.reduce((sum, one) => sum + Buffer.byteLength(one.text), 0);
    if (bytes > 4096) t.fail(`${bytes} bytes`);
  }
  t.ok([...ring.after(0)].length > 10, 'most of the room is used');
  t.strictSame(
    [...ring.after(998)].map(({ seq }) => seq),
    [1000, 999],
  );
  ring.write(`${'😀'.repeat(10_000)}\n`);
  const [long] = ring.after(1000);
  t.equal(long?.text, '😀'.repeat(64), 'a long line is cut behind a whole character');
  t.ok([...ring.after(0)].length > 5, 'and does not push the others out');
  copyInto(ring, `${'😀'.repeat(10_000)}\n`);
  t.strictSame([...ring.after(1001)], [{ ...long, seq: 1002 }], 'nor does one of bytes');
});

t.test('lines are found by level, text and what they are about', async (t) => {
  const ring = createRecentLines();
  const log = createProcessLog({ level: 'debug', format: 'json' }, sink(), keptIn(ring));
  const recent = createRecentLog(ring, createRedactor(['planted-secret']));
  const host = ofArea(log, 'host');
  host.debug({ verb: 'folder/ls' }, 'host call');
  log.warn(
    { path: '/Films/L’Été <b>"quoted"</b>.mkv', token: 'a-token' },
    'a file of the tree is left alone',
  );
  log.plain({ method: 'GET', url: '/dav/' }, 'request');
  host.error({ err: new Error('planted-secret https://a.1fichier.com/p12345/abc') }, 'failed');
  const found = (more: Partial<Parameters<typeof recent.read>[0]>) =>
    recent.read({ ...query, ...more }).lines.map(({ words }) => words);
  t.strictSame(found({}), ['failed', 'request', 'a file of the tree is left alone', 'host call']);
  t.strictSame(found({ level: 'warn' }), ['failed', 'a file of the tree is left alone']);
  t.strictSame(found({ area: 'host' }), ['failed', 'host call']);
  t.strictSame(found({ area: 'requests' }), ['request']);
  t.strictSame(found({ area: 'server' }), ['a file of the tree is left alone']);
  t.strictSame(found({ text: 'L’ÉTÉ' }), ['a file of the tree is left alone']);
  t.strictSame(found({ text: 'left ALONE' }), ['a file of the tree is left alone']);
  t.strictSame(found({ text: '.mkv"' }), ['a file of the tree is left alone'], 'as it stands in JSON');
  t.strictSame(found({ limit: 1 }), ['failed']);
  t.strictSame(found({ after: 3 }), ['failed']);
  t.strictSame(found({ after: 4 }), []);
  t.equal(found({ after: 1000 }).length, 4, 'of the process before');
  // The page's own requests push nothing out of sight: what went well is seen by who asks for it.
  log.plain({ method: 'GET', url: '/api/v1/doctor', status: 200 }, 'request');
  host.info({ verb: 'folder/ls', outcome: 'ok' }, 'host call');
  log.plain({ method: 'GET', url: '/api/v1/plays', status: 400 }, 'request');
  const more = { level: 'info', after: 4 } as const;
  t.strictSame(found(more), ['request'], 'the one that was refused');
  t.strictSame(found({ ...more, area: 'requests' }), ['request', 'request']);
  t.strictSame(found({ ...more, area: 'host' }), ['host call']);
  t.equal(found({ after: 4 }).length, 3, 'and everything at debug');
  const [failed, , left] = recent.read(query).lines.slice(3);
  t.match(left?.values, { path: '/Films/L’Été <b>"quoted"</b>.mkv', token: '***' });
  t.notMatch(JSON.stringify(failed), /planted-secret|p12345/);
});

t.test('on a terminal the same lines are kept, as JSON', async (t) => {
  const ring = createRecentLines();
  const log = createProcessLog({ level: 'info', format: 'pretty' }, sink(), keptIn(ring));
  log.debug({}, 'not at this level');
  log.info({ path: '/Films' }, 'folder listed');
  t.match(createRecentLog(ring, String).read(query).lines, [
    { words: 'folder listed', values: { path: '/Films' } },
  ]);
  t.equal(ring.newest(), 1);
});

t.test('over the API: at once, and as it comes', async (t) => {
  const recentLines = createRecentLines();
  const log = createProcessLog({ level: 'info', format: 'json' }, sink(), keptIn(recentLines));
  const clock = createHandClock();
  const { url, bridge } = await setup(t, { log, overrides: { recentLines, clock } });
  const headers = { authorization: `Bearer ${bridge.secrets.adminToken}` };
  const ask = async (text: string) => (await request(`${url}/api/v1/log${text}`, { headers })).body.json();
  log.warn({ name: '<img src=x>' }, 'one');
  t.match(await ask('?level=warn'), { lines: [{ words: 'one', values: { name: '<img src=x>' } }] });
  t.match(await ask('?area=requests&text=level%3Dwarn'), { lines: [{ words: 'request' }] });
  t.match(await ask('?limit=1001'), { code: 'BRIDGE_BAD_REQUEST' });
  t.match(await ask('?area=none'), { code: 'BRIDGE_BAD_REQUEST' });
  t.equal((await request(`${url}/api/v1/log`)).statusCode, 401);

  const live = await request(`${url}/api/v1/log?level=warn`, {
    headers: { ...headers, accept: 'text/event-stream' },
  });
  const events = live.body.setEncoding('utf8').iterator();
  const told = async () => {
    const { value } = await events.next();
    const [, data = ''] = /^event: lines\ndata: (.*)\n\n$/s.exec(z.string().parse(value)) ?? [];
    return readLog.answer.parse(JSON.parse(data)).lines.map(({ words }) => words);
  };
  t.strictSame(await told(), ['one']);
  log.error({}, 'two');
  log.info({}, 'not that');
  await clock.advance(1000);
  t.strictSame(await told(), ['two'], 'what was told is not told again');
  live.body.destroy();
});
