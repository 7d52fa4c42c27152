import t from 'tap';
import { request } from 'undici';
import { requestKind } from '../src/gateway/request-kind.ts';
import { showSystemInfo } from '../src/gateway/system-info.ts';
import { recorded, recordedVersions, setupGateway } from './fixtures/gateway.ts';

/** Apps keep the addresses that a server says of itself: behind a gateway they must stay there. */

/** As Emby's reference lists them; the last line is none of its. */
const emby = {
  SystemUpdateLevel: 'Release',
  LocalAddress: 'http://192.168.1.20:8096',
  LocalAddresses: ['http://192.168.1.20:8096', 'http://172.17.0.2:8096'],
  WanAddress: 'http://203.0.113.9:8096',
  RemoteAddresses: ['http://203.0.113.9:8096', 'http://[2001:db8::1]:8096'],
  HttpServerPortNumber: 8096,
  HttpsPortNumber: 8920,
  WebSocketPortNumber: 8096,
  SupportsHttps: false,
  Id: 'a',
  Version: '4.9.1.90',
  Unknown: null,
};

t.test('the gateway stands where the server named itself, and nothing else changes', async (t) => {
  const names = ['system-info', 'system-info-public'];
  for (const [version, name] of recordedVersions.flatMap((one) =>
    names.map((name) => [one, name] as const),
  )) {
    const { body } = recorded(name, version).response;
    const shown = JSON.parse(showSystemInfo(JSON.stringify(body), 'http://nas:8097') ?? '');
    const expected: Record<string, unknown> = { ...(body as object), LocalAddress: 'http://nas:8097' };
    if (name === 'system-info') expected.WebSocketPortNumber = 8097;
    t.strictSame(shown, expected);
    t.strictSame(Object.keys(shown), Object.keys(expected), 'in their order');
  }
  const url = 'https://films.example.org/emby';
  t.strictSame(JSON.parse(showSystemInfo(JSON.stringify(emby), url) ?? ''), {
    ...emby,
    LocalAddress: url,
    LocalAddresses: [url],
    WanAddress: url,
    RemoteAddresses: [url],
    HttpServerPortNumber: 443,
    HttpsPortNumber: 443,
    WebSocketPortNumber: 443,
  });
});

t.test('what is not there does not come, and numbers stay as they were written', async (t) => {
  const table: [text: string, shown: string | undefined][] = [
    [
      '{"Big":12345678901234567890,"LocalAddress":"http://a","X":1.0}',
      '{"Big":12345678901234567890,"LocalAddress":"http://nas:8097","X":1.0}',
    ],
    ['{"localAddress":"http://a"}', '{"localAddress":"http://nas:8097"}'],
    ['{"LocalAddress":"","WanAddress":null,"RemoteAddresses":[]}', undefined],
    ['{"Version":"12.0.0"}', undefined],
    ['{"LocalAddress":{"a":1},"LocalAddresses":"x","WebSocketPortNumber":"8096"}', undefined],
    ['[]', undefined],
    ['null', undefined],
    ['{', undefined],
    ['', undefined],
  ];
  for (const [text, shown] of table) t.equal(showSystemInfo(text, 'http://nas:8097'), shown, text);
  t.equal(showSystemInfo('{"LocalAddress":"http://a"}', 'http://a b<>'), undefined, 'a host that is none');
});

t.test('only these two addresses are taken apart', async (t) => {
  const table: [path: string, is: string][] = [
    ['/System/Info', 'systemInfo'],
    ['/system/info/public', 'systemInfo'],
    ['/emby/System/Info/Public', 'systemInfo'],
    ['/jf/System/Info', 'systemInfo'],
    ['/System/Info/Storage', 'other'],
    ['/System/Endpoint', 'other'],
    ['/web/System/Info', 'other'],
  ];
  for (const [path, is] of table)
    t.equal(requestKind(path, { kind: 'jellyfin', serverPath: '/jf' }).is, is, path);
});

t.test('an app is told the address at which it came, whatever stands before the gateway', async (t) => {
  let answer: { status: number; headers: Record<string, string>; text: string };
  const one = await setupGateway(
    t,
    (_asked, response) => void response.writeHead(answer.status, answer.headers).end(answer.text),
    { path: '/jf', env: { PASSERELLE_TRUST_PROXY: '10.1.1.1' } },
  );
  const host = new URL(one.gatewayUrl).host;
  const json = { 'content-type': 'application/json; charset=utf-8', etag: '"old"' };
  const text = '{"LocalAddress":"http://192.168.1.20:8096/jf","Id":"a"}';
  const ask = async (headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') => {
    const got = await request(`${one.gatewayUrl}/jf/System/Info/Public`, { headers, method });
    return { status: got.statusCode, headers: got.headers, text: await got.body.text() };
  };
  answer = { status: 200, headers: json, text };
  const shown = `{"LocalAddress":"http://${host}/jf","Id":"a"}`;
  const first = await ask({ 'accept-encoding': 'gzip' });
  t.equal(first.text, shown);
  t.match(first.headers, { 'content-length': String(shown.length), etag: undefined });
  t.equal(one.origin.arrived.at(-1)?.headers['accept-encoding'], 'identity');
  t.match((await ask({ host: 'nas.home:8097' })).text, '"http://nas.home:8097/jf"');
  const forged = {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '203.0.113.5',
  };
  t.match((await ask(forged)).text, `"http://${host}/jf"`, 'nobody may say that of us but a proxy of ours');
  for (const [status, type, body] of [
    [503, 'text/html', 'starting'],
    [401, 'application/json', text],
    [200, 'text/xml', '<LocalAddress>x</LocalAddress>'],
    [200, 'application/json', '{"LocalAddress'],
  ] as const) {
    answer = { status, headers: { 'content-type': type, 'content-length': String(body.length) }, text: body };
    t.match(await ask(), { status, text: body });
  }
  answer = { status: 200, headers: { ...json, 'content-length': String(text.length) }, text: '' };
  t.equal((await ask({}, 'HEAD')).status, 200);
});

t.test('behind a proxy of ours the address is the one that it was asked at', async (t) => {
  const text = '{"LocalAddress":"http://192.168.1.20:8096"}';
  const one = await setupGateway(
    t,
    (_asked, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(text),
    { env: { PASSERELLE_TRUST_PROXY: 'true' } },
  );
  const headers = {
    'x-forwarded-host': 'films.example.org',
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '203.0.113.5',
  };
  const { body } = await request(`${one.gatewayUrl}/System/Info`, { headers });
  t.equal(await body.text(), '{"LocalAddress":"https://films.example.org"}');
});
