import t from 'tap';
import { readRule } from '../config/rules.ts';
import { clientOf, type NetworkZone, networkZoneOf } from '../src/delivery/policy/client.ts';
import { type Family, familyOf } from '../src/delivery/policy/client-traits.ts';
import { rangeCounts, weighConditions } from '../src/delivery/policy/conditions.ts';
import { decide } from '../src/delivery/policy/decide.ts';
import { contentRange, parseContentRange, parseRange } from '../src/delivery/policy/range.ts';
import { builtInRules, ruleFor, type Situation } from '../src/delivery/policy/rules.ts';

/** What is decided of a request before anything is done: its range, its conditions, who asks, and who is redirected. */

t.test('ranges, by RFC 9110 section 14', async (t) => {
  const rows: [string | undefined, number, ReturnType<typeof parseRange>][] = [
    [undefined, 100, 'whole'],
    ['bytes=0-', 100, { start: 0, end: 99 }],
    ['bytes=0-0', 100, { start: 0, end: 0 }],
    ['bytes=99-99', 100, { start: 99, end: 99 }],
    ['bytes=50-1000', 100, { start: 50, end: 99 }],
    ['BYTES=1-2', 100, { start: 1, end: 2 }],
    ['bytes = 1 - 2', 100, { start: 1, end: 2 }],
    ['bytes=-1', 100, { start: 99, end: 99 }],
    ['bytes=-100', 100, { start: 0, end: 99 }],
    ['bytes=-1000', 100, { start: 0, end: 99 }],
    ['bytes=-0', 100, 'unsatisfiable'],
    ['bytes=100-', 100, 'unsatisfiable'],
    ['bytes=100-200', 100, 'unsatisfiable'],
    [`bytes=${'9'.repeat(60)}-`, 100, 'unsatisfiable'],
    ['bytes=0-', 0, 'unsatisfiable'],
    ['bytes=-5', 0, 'whole'],
    ['bytes=9-1', 100, 'whole'],
    ['bytes=0-1,2-3', 100, 'whole'],
    ['bytes=', 100, 'whole'],
    ['bytes=-', 100, 'whole'],
    ['bytes=a-b', 100, 'whole'],
    ['bytes=1.5-2', 100, 'whole'],
    ['bytes=+1-2', 100, 'whole'],
    ['bytes=0x1-2', 100, 'whole'],
    ['lines=1-2', 100, 'whole'],
    ['bytes 1-2', 100, 'whole'],
    ['', 100, 'whole'],
    [`bytes=0-0${','.repeat(1000)}`, 100, 'whole'],
  ];
  for (const [header, size, expected] of rows)
    t.same(parseRange(header, size), expected, `${header?.slice(0, 40)} of ${size}`);
  t.equal(contentRange({ start: 1, end: 2 }, 10), 'bytes 1-2/10');
  t.same(parseContentRange('bytes 1-2/10'), { start: 1, end: 2, total: 10 });
  t.same(parseContentRange('bytes 1-2/*'), { start: 1, end: 2, total: undefined });
  for (const odd of [undefined, 'bytes */10', '1-2/10', 'bytes 1-2'])
    t.equal(parseContentRange(odd), undefined);
});

t.test('conditional requests, in the order of RFC 9110 section 13.2.2', async (t) => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  const file = { etag: '"tag"', lastModified: at };
  const same = 'Fri, 02 Jan 2026 03:04:05 GMT';
  const before = 'Thu, 01 Jan 2026 03:04:05 GMT';
  const after = 'Sat, 03 Jan 2026 03:04:05 GMT';
  const rows: [Record<string, string>, 304 | 412 | undefined][] = [
    [{}, undefined],
    [{ 'if-match': '"tag"' }, undefined],
    [{ 'if-match': '*' }, undefined],
    [{ 'if-match': '"a", "tag"' }, undefined],
    [{ 'if-match': 'W/"tag"' }, 412],
    [{ 'if-match': '"other"' }, 412],
    [{ 'if-match': '"other"', 'if-none-match': '"tag"' }, 412],
    [{ 'if-none-match': '"tag"' }, 304],
    [{ 'if-none-match': 'W/"tag"' }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': '"other"' }, undefined],
    [{ 'if-none-match': '"other"', 'if-modified-since': after }, undefined],
    [{ 'if-modified-since': same }, 304],
    [{ 'if-modified-since': after }, 304],
    [{ 'if-modified-since': before }, undefined],
    [{ 'if-modified-since': 'yesterday' }, undefined],
    [{ 'if-modified-since': '5' }, undefined],
    [{ 'if-modified-since': 'Friday, 02-Jan-26 03:04:05 GMT' }, 304],
    [{ 'if-modified-since': 'Fri Jan  2 03:04:05 2026' }, 304],
    [{ 'if-unmodified-since': before }, 412],
    [{ 'if-unmodified-since': same }, undefined],
    [{ 'if-match': '"tag"', 'if-unmodified-since': before }, undefined],
  ];
  for (const [headers, expected] of rows)
    t.equal(weighConditions(headers, file), expected, JSON.stringify(headers));
  t.equal(
    weighConditions({ 'if-modified-since': same }, { etag: '"tag"', lastModified: undefined }),
    undefined,
    'no date is known',
  );
  const counts: [string | undefined, boolean][] = [
    [undefined, true],
    ['"tag"', true],
    ['W/"tag"', false],
    ['"other"', false],
    [same, true],
    [before, false],
    [after, false],
    ['tag', false],
  ];
  for (const [ifRange, expected] of counts)
    t.equal(rangeCounts(ifRange ? { 'if-range': ifRange } : {}, file), expected, `If-Range: ${ifRange}`);
});

t.test('who asks, and from where', async (t) => {
  const agents: [string, Family][] = [
    ['Lavf/59.27.100', 'ffmpeg'],
    ['Lavf/60.16.100', 'ffmpeg'],
    ['libmpv', 'mpv'],
    ['mpv 0.35.1', 'mpv'],
    ['rclone/v1.60.1', 'rclone'],
    ['ExoPlayerLib/2.18', 'exoplayer'],
    ['Jellyfin Android AndroidXMedia3/1.4', 'exoplayer'],
    ['VLC/3.0.24 LibVLC/3.0.24', 'vlc'],
    ['Kodi/20.1 (X11; Linux x86_64)', 'kodi'],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
      'chromium',
    ],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0', 'firefox'],
    ['Mozilla/5.0 (Macintosh) AppleWebKit/605 (KHTML, like Gecko) Version/18 Safari/605', 'safari'],
    ['AppleCoreMedia/1.0.0.21F90 (Apple TV; U; CPU OS 17_5)', 'apple'],
    ['Jellyfin-Server/12.0.0', 'jellyfin'],
    ['Infuse-Direct/8', 'infuse'],
    ['davfs2/1.6.1 neon/0.32.5', 'davfs2'],
    ['cadaver/0.24 neon/0.32.5', 'neon'],
    ['WebDAVFS/3.0.0 (03008000) Darwin/23.5.0', 'finder'],
    ['Microsoft-WebDAV-MiniRedir/10.0.19045', 'windows'],
    ['gvfs/1.50.3', 'gvfs'],
    ['', 'unknown'],
    ['notLavf/1', 'unknown'],
  ];
  for (const [agent, expected] of agents) t.equal(familyOf(agent), expected, agent);
  const addresses: [string, NetworkZone][] = [
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['192.168.1.5', 'private'],
    ['10.9.8.7', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['::ffff:192.168.1.5', 'private'],
    ['fe80::1%eth0', 'private'],
    ['fd00::1', 'private'],
    ['172.32.0.1', 'elsewhere'],
    ['8.8.8.8', 'elsewhere'],
    ['::ffff:8.8.8.8', 'elsewhere'],
    ['2001:db8::1', 'elsewhere'],
    ['100.64.0.1', 'elsewhere'],
    ['', 'elsewhere'],
    ['nonsense', 'elsewhere'],
  ];
  for (const [address, expected] of addresses) t.equal(networkZoneOf(address), expected, address);
});

t.test('the table of rules: who is given what, and the line that says why', async (t) => {
  const usual: Situation = {
    family: 'ffmpeg',
    zone: 'private',
    asks: 'jump',
    isLocked: false,
    ttlOutlivesFilm: false,
  };
  const rows: [Partial<Situation>, string, 'bytes' | 'redirect'][] = [
    [{}, 'returning', 'redirect'],
    [{ zone: 'loopback' }, 'returning', 'redirect'],
    [{ asks: 'start' }, 'probe', 'bytes'],
    [{ asks: 'end', family: 'rclone' }, 'probe', 'bytes'],
    [{ zone: 'elsewhere' }, 'elsewhere', 'bytes'],
    [{ isLocked: true }, 'location-lock', 'bytes'],
    [{ family: 'mpv' }, 'returning', 'redirect'],
    [{ family: 'exoplayer' }, 'returning', 'redirect'],
    [{ family: 'vlc' }, 'sticky', 'bytes'],
    [{ family: 'kodi' }, 'sticky', 'bytes'],
    [{ family: 'chromium' }, 'sticky', 'bytes'],
    [{ family: 'firefox' }, 'sticky', 'bytes'],
    [{ family: 'unknown' }, 'sticky', 'bytes'],
    [{ family: 'vlc', ttlOutlivesFilm: true }, 'long-life', 'redirect'],
    [{ family: 'vlc', ttlOutlivesFilm: true, zone: 'elsewhere' }, 'elsewhere', 'bytes'],
    [{ family: 'finder', ttlOutlivesFilm: true }, 'webdav-clients', 'bytes'],
    [{ family: 'windows' }, 'webdav-clients', 'bytes'],
    [{ family: 'davfs2', asks: 'start' }, 'webdav-clients', 'bytes'],
    [{ family: 'neon' }, 'webdav-clients', 'bytes'],
  ];
  for (const [situation, name, give] of rows)
    t.match(ruleFor(builtInRules, { ...usual, ...situation }), { name, give }, JSON.stringify(situation));
  const reading = readRule({ name: 'tv', client: ['vlc'], from: 'private', give: 'redirect' });
  if (!('value' in reading)) throw new Error(JSON.stringify(reading.wrongs));
  const own = reading.value;
  t.match(ruleFor([own, ...builtInRules], { ...usual, family: 'vlc' }), { name: 'tv', give: 'redirect' });
  t.match(ruleFor([own, ...builtInRules], { ...usual, family: 'vlc', zone: 'loopback' }), {
    name: 'sticky',
  });
  for (const wrong of [
    'x',
    null,
    [],
    {},
    { give: 'maybe' },
    { give: 'bytes', client: ['nobody'] },
    { give: 'bytes', from: [] },
    { give: 'bytes', colour: 'red' },
    { give: 'bytes', name: 'two words' },
    { give: 'bytes', name: 7 },
  ])
    t.match(readRule(wrong), { wrongs: [{ right: /must be|keys are/ }] }, JSON.stringify(wrong));
});

t.test('the decision, as a table', async (t) => {
  const file = { sizeBytes: 100, etag: '"tag"', lastModified: 0 };
  const near = { userAgent: 'Lavf/60', address: '192.168.1.2' };
  const far = { userAgent: 'Lavf/60', address: '8.8.8.8' };
  const browser = { userAgent: 'Mozilla/5.0', address: '192.168.1.2' };
  const ask = (more: object) =>
    decide({
      method: 'GET',
      headers: {},
      file,
      mode: 'auto',
      client: near,
      rules: builtInRules,
      circumstancesOf: (_file: object, position: number) => ({
        asks: position < 10 ? 'start' : 'jump',
        isLocked: false,
        ttlOutlivesFilm: false,
      }),
      ...more,
    } as never);
  const whole = { kind: 'proxy', status: 200, range: { start: 0, end: 99 } };
  t.match(ask({ headers: { range: 'bytes=50-' } }), { kind: 'redirect', mayReuse: true, start: 50 });
  t.match(ask({}), { ...whole, rule: { name: 'probe' } }, 'a beginning is kept here');
  t.match(
    ask({ client: far, headers: { range: 'bytes=50-' } }),
    { kind: 'proxy', status: 206, range: { start: 50, end: 99 }, rule: { name: 'elsewhere' } },
    'another public address always gets bytes',
  );
  t.match(ask({ client: browser, headers: { range: 'bytes=5-' } }), {
    kind: 'proxy',
    status: 206,
    range: { start: 5, end: 99 },
    rule: { name: 'sticky' },
  });
  t.match(ask({ client: browser, mode: 'redirect' }), {
    kind: 'redirect',
    mayReuse: false,
    rule: { name: 'mode' },
  });
  t.match(ask({ mode: 'proxy' }), { ...whole, rule: { name: 'mode' } });
  t.same(ask({ method: 'HEAD', headers: { range: 'bytes=500-' } }), { kind: 'head' });
  t.same(ask({ headers: { range: 'bytes=500-' } }), { kind: 'unsatisfiable' });
  t.match(ask({ headers: { range: 'bytes=500-', 'if-range': '"old"' } }), whole);
  t.same(ask({ headers: { 'if-none-match': '"tag"' } }), { kind: 'notModified' });
  t.same(ask({ headers: { 'if-match': '"x"' }, method: 'HEAD' }), { kind: 'preconditionFailed' });
  t.same(ask({ file: { ...file, sizeBytes: 0 } }), { kind: 'empty' });
});

t.test('who comes through a proxy that is not ours counts as far away', async (t) => {
  const forwarded = { 'x-forwarded-for': '203.0.113.7', 'user-agent': 'libmpv' };
  t.same(clientOf(forwarded, '192.168.1.2', false), { userAgent: 'libmpv', address: '' });
  t.same(clientOf(forwarded, '203.0.113.7', true), { userAgent: 'libmpv', address: '203.0.113.7' });
  t.same(clientOf({ via: '1.1 x' }, '127.0.0.1', false), { userAgent: '', address: '' });
  t.same(clientOf({}, '127.0.0.1', false), { userAgent: '', address: '127.0.0.1' });
});
