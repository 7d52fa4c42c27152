import t from 'tap';
import { loadSettings } from '../config/load.ts';
import { toFileId } from '../src/core/ids.ts';
import { streamPath } from '../src/delivery/address.ts';
import { createSigner } from '../src/delivery/signature.ts';
import { readFetchReport } from '../src/host/fichier/writes/remote.ts';
import { createOwnAddresses } from '../src/own-addresses.ts';
import { createAddressRule, shownAddress } from '../src/uploads/remote/addresses.ts';
import { setup, type Test } from './fixtures/setup.ts';

/** Which addresses the host is asked to fetch, what others see of them, and what it tells of its jobs. */

const token = 'a-token-of-ours-+/1';
const signer = createSigner([{ secret: 'one' }]);
const id = toFileId('abcdefghij0123456789');
const signed = streamPath(id, signer.sign(id), 'Film.mkv');

async function rules(t: Test, isHere = false) {
  const { bridge, home } = await setup(t);
  const { settings } = loadSettings({
    env: {
      PASSERELLE_BASE_URL: 'https://films.example.net/bridge',
      FICHIER_API_KEY: bridge.settings.fichier.apiKey ?? '',
    },
    file: `${home}/none.yaml`,
  });
  const { limits } = bridge.host;
  return createAddressRule({
    host: { ...bridge.host, limits: { ...limits, fetching: { ...limits.fetching, isHere } } },
    isOwn: createOwnAddresses(settings, 'https://films.example.net/bridge', signer),
    secrets: () => [token, 'short', ''],
  });
}

t.test('what is asked for, as it is asked for', async (t) => {
  const rule = await rules(t);
  for (const [given, asked] of [
    ['https://example.com/Film (2001).mkv', 'https://example.com/Film%20(2001).mkv'],
    [' HTTP://EXAMPLE.com:80/a.mkv#t=12 ', 'http://example.com/a.mkv'],
    ['http://93.184.216.34/a.mkv?x=1&y=2', 'http://93.184.216.34/a.mkv?x=1&y=2'],
    ['http://[2606:2800:220:1::1]/a.mkv', 'http://[2606:2800:220:1::1]/a.mkv'],
    ['https://films.example.net:8443/a.mkv', 'https://films.example.net:8443/a.mkv'],
    ['https://münchen.example/ü.mkv', 'https://xn--mnchen-3ya.example/%C3%BC.mkv'],
    ['https://example.com/stream/x/y/z.mkv', 'https://example.com/stream/x/y/z.mkv'],
  ] as const)
    t.same(rule(given), { url: asked }, given);
});

t.test('what is not asked for, and why', async (t) => {
  const rule = await rules(t);
  const rows: [RegExp, string[]][] = [
    [
      /no http or https/,
      ['', 'x', 'ftp://example.com/a', 'file:///etc/passwd', 'javascript:alert(1)', 'http://', '//x/a'],
    ],
    [/more than 2000/, [`https://example.com/${'a'.repeat(2000)}`]],
    [
      /name or a password/,
      ['https://me@example.com/a', 'https://me:secret@example.com/a', 'https://:x@example.com/a'],
    ],
    [
      /key, a token or a password/,
      [
        `https://example.com/?t=${token}`,
        `https://example.com/?t=${encodeURIComponent(token)}`,
        `https://example.com/${token}/a`,
      ],
    ],
    [
      /this Passerelle itself/,
      [
        'https://films.example.net/',
        'https://films.example.net:443/bridge/dav/a.mkv',
        'http://films.example.net:8790/a.mkv',
        `https://another.example.org${signed}`,
        `https://proxy.example.org/?u=http://x${signed}`,
      ],
    ],
    [/page of the host/, ['https://1fichier.com/?abcdefghij0123456789', 'https://1fichier.com/dir/AbCdEfGh']],
    [
      /nobody on the internet/,
      [
        ...[
          'localhost',
          'a.localhost',
          'nas',
          'nas.local',
          'nas.lan',
          'router.home.arpa',
          'x.internal',
          'nas.local.',
        ],
        ...[
          '127.0.0.1',
          '127.1',
          '2130706433',
          '0x7f.1',
          '0177.0.0.1',
          '0',
          '10.1.2.3',
          '172.16.0.1',
          '172.31.9.9',
        ],
        ...['192.168.1.1', '169.254.169.254', '100.64.0.1', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
        ...[
          '[::1]',
          '[::]',
          '[fe80::1]',
          '[fd00::1]',
          '[ff02::1]',
          '[::ffff:192.168.1.1]',
          '[::ffff:7f00:1]',
        ],
        ...['[64:ff9b::10.0.0.1]', '[2001:db8::1]', '[::127.0.0.1]'],
      ].map((host) => `http://${host}/a.mkv`),
    ],
  ];
  for (const [why, all] of rows) for (const one of all) t.match(rule(one), { why }, one.slice(0, 60));
  const here = await rules(t, true);
  t.match(
    here('http://127.0.0.1:1/a.mkv'),
    { url: 'http://127.0.0.1:1/a.mkv' },
    'a host on this machine reaches it',
  );
  t.match(here(`http://127.0.0.1:1${signed}`), { why: /itself/ });
});

t.test('others see of an address whose it is and what it is called', (t) => {
  for (const [address, shown] of [
    ['https://example.com/Film%20(2001).mkv', 'https://example.com/Film (2001).mkv'],
    ['https://me:x@example.com/token/dl/a.mkv?key=secret#x', 'https://example.com/…/a.mkv'],
    ['https://example.com/d/0123456789abcdef', 'https://example.com/…/…'],
    ['https://example.com/?id=12', 'https://example.com/…'],
    ['https://example.com/a/b/%ff.mkv', 'https://example.com/…/%ff.mkv'],
    ['no address', '…'],
  ] as const)
    t.equal(shownAddress(address), shown);
  t.equal(shownAddress('https://example.com/…/a.mkv'), 'https://example.com/…/a.mkv', 'twice is as once');
  t.end();
});

t.test('what the host is known to tell of a job', (t) => {
  const url = 'https://example.com/a.mkv';
  const page = 'https://1fichier.com/?abcdefghij0123456789';
  t.match(readFetchReport({ id: '7', execution_date: '1970-01-01 00:00:00', links: [url], result: [] }), {
    addresses: [url],
    isOver: false,
    results: [],
  });
  t.match(readFetchReport({ execution_date: '2026-08-01 12:00:00', result: null }), {
    isOver: true,
    results: [],
  });
  const read = (result: object) => readFetchReport({ result: [result] }).results[0];
  t.match(read({ status: 'OK', url, download_link: `${page}&af=1`, message: '12 GB at 180 MB/s' }), {
    outcome: 'stored',
    address: url,
    page: { url: page },
    says: '12 GB at 180 MB/s',
  });
  t.match(read({ status: 'KO', url, message: 'see https://10.0.0.1/x for 10.0.0.1' }), {
    outcome: 'refused',
    says: 'see [link] for [address]',
  });
  for (const odd of [
    { status: 'OK', url },
    { status: 'ok', download_link: 'https://example.com/?abcdefgh' },
  ])
    t.match(read(odd), { outcome: 'unclear' });
  t.match(read({}), { outcome: 'refused', address: '', says: '' });
  for (const odd of [{ result: 'x' }, { result: Array(1001).fill({}) }, { links: {} }])
    t.match(readFetchReport(odd), { results: [] }, 'what cannot be read says nothing');
  t.end();
});
