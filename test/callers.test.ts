import t from 'tap';
import { request } from 'undici';
import { loadSettings } from '../config/load.ts';
import { readTrustProxy } from '../config/trust-proxy.ts';
import { canonicalAddress, createCallerReader, networkOf } from '../src/edge/caller.ts';
import { noFile } from './fixtures/checkout.ts';
import { setupListed } from './fixtures/setup.ts';

/** Who asks, where proxies stand between. */
function trusted(raw: unknown) {
  const reading = readTrustProxy(raw);
  if (!('value' in reading)) throw new Error(JSON.stringify(reading));
  return reading.value;
}

const who = (trust: unknown, peer: string | undefined, row?: string, more = {}) => {
  const { address, isForwarder } = createCallerReader(trusted(trust))(peer, {
    ...(row !== undefined && { 'x-forwarded-for': row }),
    ...more,
  });
  return isForwarder ? `${address} for somebody` : address;
};

t.test('a row of addresses is read from its end, as far as proxies of ours wrote it', async (t) => {
  const table: [trust: unknown, peer: string | undefined, row: string | undefined, right: string][] = [
    [false, '192.168.1.9', undefined, '192.168.1.9'],
    [false, '192.168.1.9', '203.0.113.5', '192.168.1.9 for somebody'],
    [false, '203.0.113.5', '192.168.1.9', '203.0.113.5 for somebody'],
    [true, '192.168.1.9', undefined, '192.168.1.9'],
    [true, '127.0.0.1', '203.0.113.5', '203.0.113.5'],
    [true, '127.0.0.1', '192.168.1.50', '192.168.1.50'],
    [true, '127.0.0.1', '203.0.113.5, 192.168.1.7', '203.0.113.5'],
    [true, '127.0.0.1', '203.0.113.5, 10.0.0.1, 172.16.0.1, 192.168.1.7', '203.0.113.5'],
    [true, '127.0.0.1', '192.168.1.1, 203.0.113.5, 192.168.1.7', '203.0.113.5 for somebody'],
    [true, '127.0.0.1', '192.168.1.1, 203.0.113.5', '203.0.113.5 for somebody'],
    [true, '127.0.0.1', '198.51.100.1, 203.0.113.5', '203.0.113.5 for somebody'],
    [true, '198.51.100.1', '192.168.1.50', '198.51.100.1 for somebody'],
    [true, '198.51.100.1', undefined, '198.51.100.1'],
    [true, undefined, '192.168.1.50', ' for somebody'],
    [true, '127.0.0.1', '', '127.0.0.1'],
    [true, '127.0.0.1', ' , ,', '127.0.0.1'],
    [true, '127.0.0.1', ',203.0.113.5,,', '203.0.113.5'],
    [true, '127.0.0.1', 'unknown', '127.0.0.1 for somebody'],
    [true, '127.0.0.1', '203.0.113.5, unknown', '127.0.0.1 for somebody'],
    [true, '127.0.0.1', 'unknown, 203.0.113.5', '203.0.113.5 for somebody'],
    [true, '127.0.0.1', '<script>', '127.0.0.1 for somebody'],
    [true, '127.0.0.1', '999.1.1.1', '127.0.0.1 for somebody'],
    [true, '127.0.0.1', '203.0.113.5:4711', '203.0.113.5'],
    [true, '127.0.0.1', '203.0.113.5:4711, 192.168.1.7:80', '203.0.113.5'],
    [true, '127.0.0.1', '[2001:db8::5]:4711', '2001:db8::5'],
    [true, '127.0.0.1', '"[2001:db8::5]"', '2001:db8::5'],
    [true, '::1', '2001:DB8:0:0:0:0:0:5', '2001:db8::5'],
    [true, 'fe80::1%eth0', '2001:db8::5', '2001:db8::5'],
    [true, '::ffff:127.0.0.1', '203.0.113.5, ::ffff:192.168.1.7', '203.0.113.5'],
    [true, '::ffff:127.0.0.1', '::ffff:c0a8:132', '192.168.1.50'],
    [true, '::ffff:203.0.113.9', '192.168.1.50', '203.0.113.9 for somebody'],
    [true, 'fd00::1', '2001:db8::5, fd00::2', '2001:db8::5'],
    [1, '127.0.0.1', '203.0.113.5, 192.168.1.7', '192.168.1.7 for somebody'],
    [2, '127.0.0.1', '203.0.113.5, 192.168.1.7', '203.0.113.5'],
    [2, '127.0.0.1', '10.0.0.1, 203.0.113.5, 192.168.1.7', '203.0.113.5 for somebody'],
    [2, '198.51.100.1', '203.0.113.5', '203.0.113.5'],
    [3, '127.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['1', '127.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['0', '127.0.0.1', '203.0.113.5', '127.0.0.1 for somebody'],
    ['yes', '127.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['198.51.100.0/24', '198.51.100.7', '203.0.113.5', '203.0.113.5'],
    ['198.51.100.0/24', '127.0.0.1', '203.0.113.5', '127.0.0.1 for somebody'],
    ['198.51.100.0/255.255.255.0', '198.51.100.7', '203.0.113.5', '203.0.113.5'],
    ['loopback, 192.168.1.7', '127.0.0.1', '203.0.113.5, 192.168.1.7', '203.0.113.5'],
    ['loopback', '127.0.0.1', '203.0.113.5, 192.168.1.7', '192.168.1.7 for somebody'],
    [['2001:db8:1::/48', 'loopback'], '2001:db8:1::7', '203.0.113.5', '203.0.113.5'],
    [['uniquelocal'], '::ffff:192.168.1.7', '203.0.113.5', '203.0.113.5'],
    [['192.168.1.7'], '192.168.1.7', '192.168.1.50', '192.168.1.50'],
  ];
  for (const [trust, peer, row, right] of table)
    t.equal(who(trust, peer, row), right, `${JSON.stringify(trust)}: ${peer} says ${row}`);
});

t.test('a proxy that only says that it is one hides who asks', async (t) => {
  t.equal(who(true, '192.168.1.7', undefined, { via: '1.1 x' }), '192.168.1.7 for somebody');
  t.equal(who(false, '192.168.1.7', undefined, { forwarded: 'for=1.2.3.4' }), '192.168.1.7 for somebody');
  t.equal(who(true, '192.168.1.7', '203.0.113.5', { via: '1.1 x' }), '203.0.113.5');
});

t.test('a long row is not read to its beginning', async (t) => {
  const row = (count: number) => `203.0.113.5${', 10.0.0.1'.repeat(count)}`;
  t.equal(who(true, '127.0.0.1', row(15)), '203.0.113.5');
  t.equal(who(true, '127.0.0.1', row(2000)), '10.0.0.1 for somebody');
  t.equal(who(true, '127.0.0.1', `${','.repeat(100_000)}203.0.113.5`), '203.0.113.5');
  t.equal(who(true, '127.0.0.1', '1'.repeat(100_000)), '127.0.0.1 for somebody');
});

t.test('one address has one spelling', async (t) => {
  const table: [string, string | undefined][] = [
    ['192.168.1.7', '192.168.1.7'],
    [' 192.168.1.7 ', '192.168.1.7'],
    ['::ffff:192.168.1.7', '192.168.1.7'],
    ['0:0:0:0:0:FFFF:192.168.1.7', '192.168.1.7'],
    ['::FFFF:c0a8:107', '192.168.1.7'],
    ['::1', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['fe80::1%25eth0', 'fe80::1'],
    ['2001:db8::1]:80', undefined],
    ['192.168.1.7:', undefined],
    ['192.168.1.7:99:99', undefined],
    ['192.168.001.007', undefined],
    ['0x7f.1', undefined],
    ['2130706433', undefined],
    ['localhost', undefined],
    ['', undefined],
  ];
  for (const [text, right] of table) t.equal(canonicalAddress(text), right, text);
  t.equal(networkOf('192.168.1.7'), '192.168.1.7');
  t.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  t.equal(networkOf('2001:db8::5'), '2001:db8:0:0::/64');
  t.equal(networkOf('2001:db8:1:2::'), '2001:db8:1:2::/64');
  t.equal(networkOf('::1'), '0:0:0:0::/64');
  t.equal(networkOf('2001:db8:1:2:ffff::1'), networkOf('2001:db8:1:2::7'));
});

t.test('what may be written into server.trustProxy', async (t) => {
  const right: [unknown, unknown][] = [
    [true, true],
    ['TRUE', true],
    ['no', false],
    [0, false],
    [2, 2],
    ['2', 2],
    ['10.1.2.3', ['10.1.2.3/32']],
    ['10.0.0.0/8,,fd00::/8', ['10.0.0.0/8', 'fd00::/8']],
    ['172.16.0.0/255.240.0.0', ['172.16.0.0/12']],
    [['loopback'], ['127.0.0.0/8', '::1/128']],
  ];
  for (const [raw, value] of right) t.same(readTrustProxy(raw), { value }, JSON.stringify(raw));
  const wrong = [
    '',
    ',',
    '*',
    'all',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    '10.0.0.1-10.0.0.9',
  ];
  const more = [
    '11',
    -1,
    1.5,
    '1.5',
    null,
    {},
    [],
    [true],
    '::ffff:10.0.0.1',
    'fe80::1%eth0',
    '10.0.0.0/255.0.255.0',
  ];
  for (const raw of [...wrong, ...more]) t.ok('wrongs' in readTrustProxy(raw), JSON.stringify(raw));
  try {
    loadSettings({ env: { PASSERELLE_TRUST_PROXY: '10.0.0.0/8, everybody' }, file: noFile });
    t.fail('it is refused');
  } catch (error) {
    t.match(error, {
      message:
        /^ {2}server\.trustProxy entry 2 \(environment PASSERELLE_TRUST_PROXY\): is no address and no network; must be true/,
    });
  }
});

t.test(
  'a player outside gets bytes, however many proxies stand between; one at home is sent on',
  async (t) => {
    const started = await setupListed(t, {
      env: {
        PASSERELLE_TRUST_PROXY: 'true',
        PASSERELLE_DELIVERY_RULES: '[{"from": ["private", "loopback"], "give": "redirect"}]',
      },
    });
    const url = started.streamUrl('/Films/Metropolis.1927.RESTORED.720p.HDTV.ts');
    const statusFor = async (row: string | string[]) => {
      const answer = await request(url, {
        headers: {
          'x-forwarded-for': row,
          'user-agent': 'Lavf/60.16.100',
          range: 'bytes=100000-100001',
        },
      });
      await answer.body.dump();
      return answer.statusCode;
    };
    t.equal(await statusFor('192.168.1.50'), 302);
    t.equal(await statusFor('192.168.1.50, 192.168.1.7'), 302);
    for (const row of [
      '203.0.113.5',
      '203.0.113.5, 192.168.1.7',
      '192.168.1.50, 203.0.113.5',
      'unknown, 192.168.1.7',
    ])
      t.equal(await statusFor(row), 206, row);
    t.equal(await statusFor(['203.0.113.5', '192.168.1.7']), 206, 'in two headers');
  },
);
