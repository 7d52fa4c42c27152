import { connect } from 'node:net';
import t from 'tap';
import { redirect } from './fixtures/listed.ts';
import { findProgram } from './fixtures/programs.ts';
import { type Setup, setupListed } from './fixtures/setup.ts';
import { openWebPage } from './fixtures/web-page.ts';
import { mediaFile } from './media/index.ts';

/** What pages of other origins may do with our addresses, and what a browser may take our answers for. */

const film = mediaFile('h264-moov-first.mp4');
const account = {
  folders: [
    {
      name: 'Films',
      files: [
        { name: 'Heat (1995).mp4', content: { path: film.path } },
        {
          name: 'Heat (1995).fr.srt',
          content: Buffer.from('1\n00:00:01,000 --> 00:00:09,000\nBonsoir <i>à tous</i>\n'),
        },
        {
          name: 'Heat (1995).en.vtt',
          content: Buffer.from('WEBVTT\n\n00:01.000 --> 00:09.000\nGood evening\n'),
        },
      ],
    },
  ],
};
const path = '/Films/Heat (1995).mp4';

/** Everything that comes back for these bytes, with a password where one is wanted. */
function raw(url: string, method: string, target: string, head = ''): Promise<string> {
  const { hostname, port } = new URL(url);
  const password = Buffer.from('passerelle:test-password').toString('base64');
  const authorization = head.includes('Authorization') ? '' : `Authorization: Basic ${password}\r\n`;
  const host = head.includes('Host') ? '' : 'Host: x\r\n';
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () =>
      socket.write(`${method} ${target} HTTP/1.1\r\n${host}Connection: close\r\n${authorization}${head}\r\n`),
    );
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('close', () => resolve(text)).on('error', () => undefined);
  });
}

/** Status and headers of a raw answer; of one that came twice both values. */
function headOf(answer: string): { status: number; headers: Record<string, string> } {
  const [first = '', ...lines] = answer.split('\r\n\r\n', 1)[0]?.split('\r\n') ?? [];
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [name = '', value = ''] = line.split(/: (.*)/s);
    const key = name.toLowerCase();
    headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
  }
  return { status: Number(first.split(' ')[1]), headers };
}

/** Requests of every kind, with the status that each gets. */
function requests(
  one: Setup,
): [what: string, status: number, ...request: [method: string, target: string, head?: string]][] {
  const signed = new URL(one.streamUrl(path)).pathname;
  const range = 'Range: bytes=0-9\r\n';
  const token = `Authorization: Bearer ${one.bridge.secrets.adminToken}\r\n`;
  return [
    ['a health check', 200, 'GET', '/healthz'],
    ['readiness', 200, 'GET', '/readyz'],
    ['no address', 404, 'GET', '/nothing'],
    ['the page for people', 200, 'GET', '/'],
    ['what the page lacks', 404, 'GET', '/ui/none/main.ts'],
    ['who is logged in', 200, 'GET', '/session'],
    ['a log-in by another page', 401, 'POST', '/session', 'Content-Length: 0\r\n'],
    ['a way that leads on', 302, 'GET', '/browse'],
    ['a listing', 200, 'GET', '/browse/'],
    ['a listing of the tree', 200, 'GET', '/strm/'],
    ['a STRM file', 200, 'GET', '/strm/Movies/Heat%20(1995)/Heat%20(1995).strm'],
    ['a film in a listing', 206, 'GET', '/browse/account/Films/Heat%20(1995).mp4', range],
    ['the playlist', 200, 'GET', '/library.m3u'],
    ['WebDAV', 207, 'PROPFIND', '/dav/', 'Depth: 0\r\n'],
    ['what WebDAV can', 200, 'OPTIONS', '/dav/'],
    ['what WebDAV refuses', 403, 'DELETE', '/dav/library/x'],
    ['the page of the API', 200, 'GET', '/api/docs/'],
    ['its script', 200, 'GET', '/api/docs/static/swagger-ui-bundle.js'],
    ['what its page lacks', 404, 'GET', '/api/docs/static/none.js'],
    ['the API without its token', 401, 'GET', '/api/v1/status'],
    ['the API', 200, 'GET', '/api/v1/status', token],
    ['a method that is none of an address', 405, 'POST', '/healthz'],
    ['a broken escape', 400, 'GET', '/strm/%zz'],
    ['an address that is too long', 414, 'GET', `/${'a'.repeat(9000)}`],
    ['headers that are too long', 431, 'GET', `/${'a'.repeat(20_000)}`],
    ['no request', 400, 'GET', '/\0'],
    ['no host', 400, 'GET', '/healthz', 'X-Host: x\r\n'],
    ['an expectation', 417, 'GET', '/healthz', 'Expect: wonders\r\n'],
    ['a stream', 206, 'GET', signed, range],
    ['a stream that is asked about', 200, 'HEAD', signed],
    ['a stream as it was', 304, 'GET', signed, 'If-None-Match: *\r\n'],
    ['a stream of another version', 412, 'GET', signed, 'If-Match: "a"\r\n'],
    ['a stream beyond its end', 416, 'GET', signed, 'Range: bytes=99999999999-\r\n'],
    ['a stream with a wrong signature', 404, 'GET', signed.replace(/[^/]+(?=\/Heat)/, 'A'.repeat(16))],
    ['a stream without a name', 404, 'GET', '/stream/x/y'],
    ['a stream with a broken escape', 400, 'GET', `${signed}%zz`],
    ['a stream that is written to', 405, 'POST', signed, 'Content-Length: 0\r\n'],
    [
      'what a stream allows',
      204,
      'OPTIONS',
      signed,
      'Origin: http://a.test\r\nAccess-Control-Request-Method: GET\r\n',
    ],
  ];
}

for (const [mode, env] of [
  ['proxy', { PASSERELLE_DELIVERY: 'proxy' }],
  ['redirect', redirect],
] as const) {
  t.test(
    `${mode}: no answer is taken for another type; pages may read what is signed, and nothing else`,
    async (t) => {
      const one = await setupListed(t, { env, simulator: { account } });
      for (const [what, status, method, target, head] of requests(one)) {
        const answer = headOf(await raw(one.url, method, target, head));
        const leads = mode === 'redirect' && status === 206 ? 302 : status;
        t.equal(answer.status, leads, what);
        t.equal(answer.headers['x-content-type-options'], 'nosniff', `${what}: its type counts`);
        const isSigned = target.startsWith('/stream/');
        t.equal(
          answer.headers['access-control-allow-origin'],
          isSigned ? '*' : undefined,
          `${what}: for pages`,
        );
        t.equal(
          answer.headers['access-control-expose-headers'],
          isSigned ? 'Content-Range, Content-Length, Accept-Ranges' : undefined,
          `${what}: what pages see of it`,
        );
        t.notOk(answer.headers['access-control-allow-credentials'], what);
      }
    },
  );
}

t.test('a page is told what it may ask with, and the host hears nothing of it', async (t) => {
  const one = await setupListed(t, { simulator: { account } });
  const { pathname } = new URL(one.streamUrl(path));
  for (const target of [pathname, pathname.replace(/[^/]+(?=\/Heat)/, 'A'.repeat(16))]) {
    const { status, headers } = headOf(await raw(one.url, 'OPTIONS', target, 'Origin: http://a.test\r\n'));
    t.equal(status, 204);
    t.match(headers, {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
      'access-control-allow-headers': 'Range, If-Range',
      'access-control-max-age': '86400',
    });
  }
  const { counters } = one.simulator;
  t.same([counters.requests.length, counters.downloadRequests.length], [0, 0]);
});

t.test('Chromium reads ranges, plays and shows subtitles from a page of another origin', async (t) => {
  const program = await findProgram(t, 'chromium', 'chromium-browser', 'google-chrome');
  if (!program) return;
  const one = await setupListed(t, { env: { PASSERELLE_DELIVERY: 'proxy' }, simulator: { account } });
  const url = one.streamUrl(path);
  const vtt = one.streamUrl('/Films/Heat (1995).en.vtt');
  const srt = one.streamUrl('/Films/Heat (1995).fr.srt').replace(/srt$/, 'vtt');
  const page = await openWebPage(
    t,
    program,
    `<video crossorigin="anonymous" muted src="${url}"><track kind="subtitles" srclang="en" default src="${vtt}"><track kind="subtitles" srclang="fr" src="${srt}"></video>`,
  );
  const read = await page.run(`(async () => {
    const first = await fetch(${JSON.stringify(url)}, { method: 'HEAD' });
    const headers = { Range: 'bytes=10-19', 'If-Range': new Date(first.headers.get('last-modified') ?? 0).toUTCString() };
    const part = await fetch(${JSON.stringify(url)}, { headers });
    const none = await fetch(${JSON.stringify(url.replace(/[^/]+(?=\/Heat)/, 'A'.repeat(16)))});
    return {
      status: part.status,
      range: part.headers.get('content-range'),
      length: part.headers.get('content-length'),
      ranges: part.headers.get('accept-ranges'),
      bytes: (await part.arrayBuffer()).byteLength,
      none: none.status,
      why: (await none.json()).code,
    };
  })()`);
  const size = one.simulator.account.file(path).sizeBytes;
  t.strictSame(read, {
    status: 206,
    range: `bytes 10-19/${size}`,
    length: '10',
    ranges: 'bytes',
    bytes: 10,
    none: 404,
    why: 'BRIDGE_NOT_FOUND',
  });
  const played = await page.run(`(async () => {
    const video = document.querySelector('video');
    await video.play();
    video.currentTime = 5;
    await new Promise((resolve, reject) => {
      video.onseeked = resolve;
      video.onerror = () => reject(new Error(video.error.message));
    });
    const tracks = [...video.textTracks];
    for (const track of tracks) track.mode = 'showing';
    const isLoading = () => tracks.some((track) => !track.cues?.length);
    for (let turn = 0; turn < 100 && isLoading(); turn++) await new Promise((done) => setTimeout(done, 20));
    // A picture of another origin cannot be read back unless it was fetched as one that may be.
    const canvas = document.createElement('canvas');
    canvas.getContext('2d').drawImage(video, 0, 0);
    canvas.toDataURL();
    return { wide: video.videoWidth > 0, cues: tracks.map((track) => [...track.cues].map(({ text }) => text)) };
  })()`);
  t.strictSame(played, { wide: true, cues: [['Good evening'], ['Bonsoir <i>à tous</i>']] });
});

t.test('a subtitle asked for as WebVTT comes from what is kept of it, without the host', async (t) => {
  const one = await setupListed(t, { simulator: { account } });
  const srt = one.streamUrl('/Films/Heat (1995).fr.srt');
  const { pathname } = new URL(srt.replace(/srt$/, 'vtt'));
  const answer = await raw(one.url, 'GET', pathname);
  const { status, headers } = headOf(answer);
  t.match({ status, ...headers }, { status: 200, 'content-type': 'text/vtt; charset=utf-8' });
  t.equal(headers['access-control-allow-origin'], '*');
  t.match(answer, /\r\n\r\nWEBVTT\n\n00:00:01\.000 --> 00:00:09\.000\nBonsoir/);
  t.equal(headOf(await raw(one.url, 'GET', pathname, `If-None-Match: ${headers.etag}\r\n`)).status, 304);
  t.equal(headOf(await raw(one.url, 'HEAD', pathname)).headers['content-length'], headers['content-length']);
  const { counters } = one.simulator;
  t.same([counters.requests.length, counters.downloadRequests.length], [0, 0]);
  const film = new URL(one.streamUrl(path)).pathname.replace(/mp4$/, 'vtt');
  t.equal(headOf(await raw(one.url, 'HEAD', film)).headers['content-type'], 'video/mp4', 'a film stays one');
});
