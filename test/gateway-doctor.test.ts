import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { Agent } from 'undici';
import { systemClock } from '../src/core/clock.ts';
import { checkGateways } from '../src/doctor/gateways.ts';
import { type NetworkSettings, waysRound } from '../src/doctor/ways-round.ts';
import type { GatewaySetting } from '../src/gateway/setting.ts';
import { makeCertificate } from './fixtures/certificates.ts';
import { fakeMediaServer, sendJson } from './fixtures/fake-media-server.ts';
import { recorded } from './fixtures/gateway.ts';
import { findProgram } from './fixtures/programs.ts';
import { signal, type Test } from './fixtures/setup.ts';

/** What a server is like; everything is right as it stands. */
const good = {
  product: 'Jellyfin Server' as string | undefined,
  version: '12.0.0',
  isSetUp: true,
  key: 'k',
  trusts: true,
  refusesOutside: false,
  network: { AutoDiscovery: false } as NetworkSettings,
  libraries: ['/library/Movies'],
};

async function findings(t: Test, like: Partial<typeof good> = {}, setting: Partial<GatewaySetting> = {}) {
  const server = { ...good, ...like };
  const kind = setting.kind ?? 'jellyfin';
  const origin = await fakeMediaServer(t, ({ url, headers }, response) => {
    if (url === '/System/Info/Public')
      return sendJson(response, {
        Version: server.version,
        ProductName: server.product,
        StartupWizardCompleted: server.isSetUp,
      });
    const given = kind === 'emby' ? headers['x-emby-token'] : headers.authorization;
    if (given !== (kind === 'emby' ? server.key : `MediaBrowser Token="${server.key}"`))
      return sendJson(response, '', 401);
    const isOutside = server.trusts && headers['x-forwarded-for'] === '203.0.113.5';
    if (isOutside && server.refusesOutside) return sendJson(response, '', 403);
    if (url === '/System/Info') return sendJson(response, { Version: server.version });
    if (url === '/System/Endpoint')
      return sendJson(response, { IsLocal: !isOutside, IsInNetwork: !isOutside });
    if (url === '/System/Configuration/network') return sendJson(response, server.network);
    if (url === '/Library/VirtualFolders')
      return sendJson(response, [{ Name: 'Films', Locations: server.libraries }]);
    return sendJson(response, '', 404);
  });
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  t.teardown(() => listener.close());
  const { port } = listener.address() as { port: number };
  const gateway: GatewaySetting = {
    kind,
    url: origin.url,
    host: '127.0.0.1',
    port,
    apiKey: 'k',
    knownProxy: true,
    ...setting,
  };
  const dir = t.testdir();
  mkdirSync(join(dir, 'Movies'), { recursive: true });
  const dispatcher = new Agent();
  t.teardown(() => dispatcher.destroy());
  const found = await checkGateways(
    {
      settings: { gateways: [gateway], notify: [{ kind, url: gateway.url, pathMap: { [dir]: '/library' } }] },
      trees: [{ name: '', dir }],
      dispatcher,
      userAgent: 'test',
      clock: systemClock,
    },
    signal,
  );
  const before = `port ${gateway.port}, ${kind} ${gateway.url}: `;
  if (found.some(({ words }) => !words.startsWith(before)) || /Token/.test(JSON.stringify(found)))
    throw new Error(JSON.stringify(found));
  return found.map(({ words, ...one }) => ({ ...one, words: words.slice(before.length) }));
}

const rows: [what: string, like: Partial<typeof good>, setting: Partial<GatewaySetting>, told: object[]][] = [
  [
    'all is well',
    {},
    {},
    [
      { state: 'ok', words: 'answers, version 12.0.0 and accepts the key' },
      { state: 'ok', words: 'the gateway listens' },
      { state: 'ok', words: 'it is told the addresses of its apps, and believes them' },
      { state: 'ok', words: 'it leads no app to its own address' },
      { state: 'ok', words: 'knows /library' },
    ],
  ],
  ['no key', {}, { apiKey: undefined as never }, [{ state: 'ok', words: /without a key/ }, { state: 'ok' }]],
  [
    'wrong key',
    { key: 'other' },
    {},
    [{ state: 'fail', words: /does not accept the token \(401\)/, remedy: /API Keys/ }],
  ],
  [
    'another kind',
    { product: undefined },
    {},
    [{ state: 'fail', words: /is no jellyfin/, remedy: 'write kind: emby' }],
  ],
  ['first steps', { isSetUp: false }, {}, [{ state: 'fail', words: /first steps/ }]],
  ['old', { version: '10.9.11' }, {}, [{ state: 'fail', words: /10\.9\.11/, remedy: /10\.10 or newer/ }]],
  [
    'nobody there',
    {},
    { url: 'http://127.0.0.1:9' },
    [{ state: 'fail', words: /does not answer: nobody listens there \(ECONNREFUSED\)/ }],
  ],
  [
    'no gateway',
    {},
    { port: 9 },
    [{ state: 'ok' }, { state: 'warn', words: /nobody listens/, remedy: /passerelle serve/ }],
  ],
  [
    'no proxy of it',
    { trusts: false, network: { KnownProxies: ['10.0.0.1'] } },
    {},
    [{}, {}, { state: 'warn', words: /every app for this machine.*10\.0\.0\.1/, remedy: /Known proxies/ }],
  ],
  [
    'nothing is told',
    { trusts: false },
    { knownProxy: false },
    [{}, {}, { state: 'ok', words: /knownProxy: false/ }],
  ],
  ['refuses the outside', { refusesOutside: true }, {}, [{}, {}, { state: 'ok', words: /believes them/ }]],
  [
    'discovery',
    { network: { AutoDiscovery: true } },
    {},
    [{}, {}, {}, { state: 'warn', words: /look for servers/, remedy: /all=http:/ }],
  ],
  [
    'no library',
    { libraries: ['/media/x'] },
    {},
    [{}, {}, {}, {}, { state: 'warn', words: /no library of it holds \/library; they hold \/media\/x/ }],
  ],
  [
    'emby',
    { product: undefined, version: '4.9.1.90' },
    { kind: 'emby' },
    [
      { words: /version 4\.9\.1\.90 and accepts/ },
      {},
      { state: 'ok' },
      { state: 'ok', words: /type the address/ },
      { words: 'knows /library' },
    ],
  ],
];

for (const [what, like, setting, told] of rows)
  t.test(`what is found of a gateway: ${what}`, async (t) => {
    const found = await findings(t, like, setting);
    t.match(found.slice(0, told.length), told);
    if (what === 'no key' || (told[0] && 'remedy' in told[0])) t.equal(found.length, told.length);
  });

t.test('a certificate that nobody vouches for is told as that', async (t) => {
  if ((await findProgram(t, 'openssl')) === undefined) return;
  const { cert, key } = await makeCertificate(t.testdir(), 'own');
  const server = createTlsServer({ cert, key }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as { port: number };
  const [first] = await findings(t, {}, { url: `https://127.0.0.1:${port}` });
  t.match(first, { state: 'fail', words: /certificate/, remedy: /NODE_EXTRA_CA_CERTS/ });
});

t.test('where apps are led', async (t) => {
  const table: [NetworkSettings, 'ok' | 'warn'][] = [
    [{}, 'ok'],
    [{ AutoDiscovery: false, PublishedServerUriBySubnet: [] }, 'ok'],
    [{ AutoDiscovery: true }, 'warn'],
    [{ AutoDiscovery: true, PublishedServerUriBySubnet: ['all=http://192.168.1.5:8097'] }, 'ok'],
    [
      {
        AutoDiscovery: true,
        PublishedServerUriBySubnet: ['192.168.1.0/24=http://nas:8097', 'all=https://x:8097/jf'],
      },
      'ok',
    ],
    [{ PublishedServerUriBySubnet: ['all=http://192.168.1.5:8096'] }, 'warn'],
    [{ PublishedServerUriBySubnet: ['http://nas:8097', 'external=https://films.example.org'] }, 'warn'],
    [{ PublishedServerUriBySubnet: ['nonsense'] }, 'warn'],
  ];
  for (const [network, state] of table)
    t.equal(waysRound(network, { port: 8097 }).state, state, JSON.stringify(network));
});

t.test('what a real Jellyfin 12 says of itself is read', async (t) => {
  const { response } = recorded('system-info-public');
  t.match(response.body, { Version: '12.0.0', ProductName: 'Jellyfin Server', StartupWizardCompleted: true });
});
