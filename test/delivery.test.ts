import t from 'tap';
import { streamPath } from '../src/delivery/address.ts';
import { clientOf, type Family, familyOf, type Place, placeOf } from '../src/delivery/client.ts';
import { rangeCounts, weighConditions } from '../src/delivery/conditions.ts';
import { decide } from '../src/delivery/decide.ts';
import { mediaType } from '../src/delivery/media-type.ts';
import { createPatience } from '../src/delivery/patience.ts';
import { contentRange, parseContentRange, parseRange } from '../src/delivery/range.ts';
import { builtInRules, type Rule, readRule, ruleFor, type Situation } from '../src/delivery/rules.ts';
import { createSigner, newSigningKey } from '../src/delivery/signature.ts';
import { TransferFault } from '../src/delivery/transfer.ts';
import { BridgeError } from '../src/errors.ts';
import { withoutSecretFields, withoutSecrets } from '../src/redact.ts';
import { createHandClock } from './fixtures/hand-clock.ts';

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
  const addresses: [string, Place][] = [
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
  for (const [address, expected] of addresses) t.equal(placeOf(address), expected, address);
});

t.test('the table of rules: who is given what, and the line that says why', async (t) => {
  const usual: Situation = {
    family: 'ffmpeg',
    place: 'private',
    asks: 'jump',
    isLocked: false,
    lifeOutlivesFilm: false,
  };
  const rows: [Partial<Situation>, string, 'bytes' | 'redirect'][] = [
    [{}, 'returning', 'redirect'],
    [{ place: 'loopback' }, 'returning', 'redirect'],
    [{ asks: 'start' }, 'probe', 'bytes'],
    [{ asks: 'end', family: 'rclone' }, 'probe', 'bytes'],
    [{ place: 'elsewhere' }, 'elsewhere', 'bytes'],
    [{ isLocked: true }, 'location-lock', 'bytes'],
    [{ family: 'mpv' }, 'returning', 'redirect'],
    [{ family: 'exoplayer' }, 'returning', 'redirect'],
    [{ family: 'vlc' }, 'sticky', 'bytes'],
    [{ family: 'kodi' }, 'sticky', 'bytes'],
    [{ family: 'chromium' }, 'sticky', 'bytes'],
    [{ family: 'firefox' }, 'sticky', 'bytes'],
    [{ family: 'unknown' }, 'sticky', 'bytes'],
    [{ family: 'vlc', lifeOutlivesFilm: true }, 'long-life', 'redirect'],
    [{ family: 'vlc', lifeOutlivesFilm: true, place: 'elsewhere' }, 'elsewhere', 'bytes'],
    [{ family: 'finder', lifeOutlivesFilm: true }, 'webdav-clients', 'bytes'],
    [{ family: 'windows' }, 'webdav-clients', 'bytes'],
    [{ family: 'davfs2', asks: 'start' }, 'webdav-clients', 'bytes'],
    [{ family: 'neon' }, 'webdav-clients', 'bytes'],
  ];
  for (const [situation, name, give] of rows)
    t.match(ruleFor(builtInRules, { ...usual, ...situation }), { name, give }, JSON.stringify(situation));
  const own = readRule({ name: 'tv', client: ['vlc'], from: 'private', give: 'redirect' }) as Rule;
  t.match(ruleFor([own, ...builtInRules], { ...usual, family: 'vlc' }), { name: 'tv', give: 'redirect' });
  t.match(ruleFor([own, ...builtInRules], { ...usual, family: 'vlc', place: 'loopback' }), {
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
    t.equal(readRule(wrong), undefined, JSON.stringify(wrong));
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
      look: (_file: object, position: number) => ({
        asks: position < 10 ? 'start' : 'jump',
        isLocked: false,
        lifeOutlivesFilm: false,
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

t.test('patience: what is put up with, for how long, and when a new link is worth a call', async (t) => {
  const clock = createHandClock();
  const house = () => createPatience({ clock, tries: 4, resumeForMs: 60_000 });
  const cut = new TransferFault('cut', 'x');
  const link = new TransferFault('link', 'x');
  const later = new TransferFault('later', 'x', { code: 'BRIDGE_TOO_MANY_STREAMS', waitMs: 180_000 });

  const before = house();
  t.same(
    [1, 2, 3].map(() => before.afterFault(cut, false)),
    [
      { pauseMs: 0, dropLease: false, isRefused: false },
      { pauseMs: 250, dropLease: true, isRefused: false },
      { pauseMs: 500, dropLease: false, isRefused: false },
    ],
    'a server that cannot be reached twice: another link may name another one',
  );
  t.throws(() => before.afterFault(cut, false), { code: 'BRIDGE_UPSTREAM_CUT' });

  const begun = house();
  begun.progress();
  let waited = 0;
  t.throws(
    () => {
      for (;;) {
        const { pauseMs } = begun.afterFault(cut, false);
        waited += pauseMs;
        clock.jump(clock.now() + pauseMs);
      }
    },
    { code: 'BRIDGE_UPSTREAM_CUT' },
  );
  t.ok(waited > 50_000 && waited <= 60_000, `a film that has begun is held on to for ${waited} ms`);

  const dead = house();
  t.same(dead.afterFault(link, false), { pauseMs: 0, dropLease: true, isRefused: true });
  t.throws(() => dead.afterFault(link, false), { code: 'BRIDGE_LINK_DEAD', retryAt: clock.now() + 60_000 });

  const busy = house();
  t.equal(busy.afterFault(later, false).pauseMs, 1000);
  t.throws(() => busy.afterFault(later, false), {
    code: 'BRIDGE_TOO_MANY_STREAMS',
    retryAt: clock.now() + 180_000,
  });
  t.throws(() => house().afterFault(new TransferFault('changed', 'x'), true), {
    code: 'BRIDGE_UPSTREAM_CHANGED',
  });

  const passing = new BridgeError('BRIDGE_HOST_NOT_READY', { retryAt: clock.now() + 10_000 });
  t.throws(() => house().afterRefusal(passing), passing, 'before the first byte the player is told');
  const film = house();
  film.progress();
  t.same(film.afterRefusal(passing), { pauseMs: 10_000, dropLease: false, isRefused: false });
  t.throws(
    () => film.afterRefusal(new BridgeError('BRIDGE_HOST_FLOOD', { retryAt: clock.now() + 300_000 })),
    { code: 'BRIDGE_HOST_FLOOD' },
  );
  t.throws(() => film.afterRefusal(new BridgeError('BRIDGE_HOST_FILE_GONE')), {
    code: 'BRIDGE_HOST_FILE_GONE',
  });
  t.throws(() => film.afterRefusal(new TypeError('ours')), TypeError);
});

t.test('a signature fits one file under one key, and rotation keeps the old ones good', async (t) => {
  const old = newSigningKey();
  const fresh = newSigningKey();
  const before = createSigner([old]);
  const after = createSigner([fresh, old]);
  const signature = before.sign('aaaaaaaaaaaaaaaaaaaa');
  t.match(signature, /^[\w-]{16}$/);
  t.ok(before.verify('aaaaaaaaaaaaaaaaaaaa', signature));
  t.ok(after.verify('aaaaaaaaaaaaaaaaaaaa', signature));
  t.not(after.sign('aaaaaaaaaaaaaaaaaaaa'), signature);
  t.notOk(createSigner([fresh]).verify('aaaaaaaaaaaaaaaaaaaa', signature));
  t.notOk(before.verify('aaaaaaaaaaaaaaaaaaab', signature));
  for (const wrong of [
    '',
    signature.slice(1),
    `${signature}A`,
    signature.toUpperCase(),
    'é'.repeat(16),
    `A${signature.slice(1)}`,
  ]) {
    if (wrong !== signature) t.notOk(before.verify('aaaaaaaaaaaaaaaaaaaa', wrong), wrong);
  }
});

t.test('addresses hold nothing that breaks a player', async (t) => {
  t.equal(streamPath('abc', 'sig', 'a "b" | c#d%.mkv'), '/stream/abc/sig/a%20%22b%22%20%7C%20c%23d%25.mkv');
  t.equal(
    streamPath('abc', 'sig', "it's (1999) [x]*!.mkv"),
    '/stream/abc/sig/it%27s%20%281999%29%20%5Bx%5D%2A%21.mkv',
  );
  t.equal(streamPath('abc', 'sig', 'list.m3u8'), '/stream/abc/sig/list%2Em3u8');
  t.equal(streamPath('abc', 'sig', '\ud800.mkv'), '/stream/abc/sig/%EF%BF%BD.mkv', 'half a character');
  t.equal(
    decodeURIComponent(streamPath('abc', 'sig', '１２ é 🎬.mkv').split('/')[4] as string),
    '１２ é 🎬.mkv',
  );
});

t.test('types come from the name; what is unknown is bytes', async (t) => {
  const rows = {
    'a.mkv': 'video/x-matroska',
    'a.MP4': 'video/mp4',
    'a.ts': 'video/mp2t',
    'a.avi': 'video/x-msvideo',
    'a.webm': 'video/webm',
    'a.qqq': 'application/octet-stream',
    a: 'application/octet-stream',
  };
  for (const [name, type] of Object.entries(rows)) t.equal(mediaType(name), type, name);
});

t.test('texts for people and logs hold no secrets', async (t) => {
  const text =
    'GET /stream/abc/SIGNATURE/x.mkv via https://a-1.1fichier.com/p123456?x with Bearer abc-DEF= and Basic dXNlcg==';
  const clean = withoutSecrets(text);
  t.notMatch(clean, /SIGNATURE|p123456|abc-DEF|dXNlcg/);
  t.match(clean, /\/stream\/abc\/\*\*\*\/x\.mkv/);
  t.notMatch(
    withoutSecrets('http://host//stream//abc//SIGNATURE/x.mkv'),
    /SIGNATURE/,
    'slashes that are too many',
  );
  t.equal(
    withoutSecrets('/browse/?kind=movie&api_key=K1&X-Plex-Token=K2&password=K3 and on'),
    '/browse/?kind=movie&api_key=***&X-Plex-Token=***&password=*** and on',
  );
  const plain = { status: 200, headers: { range: 'bytes=0-' } };
  t.equal(withoutSecretFields(plain), plain, 'nothing is copied when nothing is secret');
  const secret = {
    apiKey: 'K',
    token: 'T',
    link: 'L',
    cookie: 'C',
    headers: { authorization: 'A', cookie: 'C', range: 'r' },
  };
  t.same(withoutSecretFields(secret), {
    apiKey: '***',
    token: '***',
    link: '***',
    cookie: '***',
    headers: { authorization: '***', cookie: '***', range: 'r' },
  });
  t.equal(secret.apiKey, 'K', 'the caller keeps its own');
});
