import t from 'tap';
import { Parser } from 'xml2js';
import { evaluateIf, type IfList, parseIf } from '../src/uploads/dav/if-header.ts';
import { heldLocksAnswer, lockRefusal, type ShownLock } from '../src/views/dav-locks.ts';
import { readLockInfo } from '../src/views/lock-info.ts';
import { createResponse } from '../src/views/propfind.ts';

/** What clients say of locks, and what they are told: the header If, and XML in both directions. */

const plain = (text: string): IfList => ({
  resource: undefined,
  conditions: [{ isNot: false, token: text }],
});

t.test('the header If is read list by list', async (t) => {
  const rows: [string, IfList[]][] = [
    ['(<a:1>)', [plain('a:1')]],
    [' ( <a:1> ) ', [plain('a:1')]],
    ['(<a:1>)(<b:2>)', [plain('a:1'), plain('b:2')]],
    ['\t(<a:1>)\t(<b:2>)', [plain('a:1'), plain('b:2')]],
    [
      '(<a:1> ["x"])',
      [
        {
          resource: undefined,
          conditions: [
            { isNot: false, token: 'a:1' },
            { isNot: false, etag: '"x"' },
          ],
        },
      ],
    ],
    [
      '(Not <a:1>not[W/"a ]>) b"])',
      [
        {
          resource: undefined,
          conditions: [
            { isNot: true, token: 'a:1' },
            { isNot: true, etag: 'W/"a ]>) b"' },
          ],
        },
      ],
    ],
    ['([""])', [{ resource: undefined, conditions: [{ isNot: false, etag: '""' }] }]],
    [
      '<http://h/dav/A%20b> (<a:1>) (<b:2>) </dav/C>(<c:3>)',
      [
        { ...plain('a:1'), resource: 'http://h/dav/A%20b' },
        { ...plain('b:2'), resource: 'http://h/dav/A%20b' },
        { ...plain('c:3'), resource: '/dav/C' },
      ],
    ],
  ];
  for (const [header, expected] of rows) t.strictSame(parseIf(header), expected, header);
});

t.test('what is no If is refused', async (t) => {
  const wrong = [
    '',
    ' ',
    '()',
    '( )',
    '(',
    '(<a:1>',
    '(<a:1',
    '<a:1>',
    '</A> </B> (<a:1>)',
    '(<a:1>) </B> (<b:2>)',
    '</A>',
    '(<>)',
    '(<a 1>)',
    '(<a<1>)',
    '(a:1)',
    '([x])',
    '(["x)',
    '(["x")',
    '([w/"x"])',
    '(Not)',
    '(Not Not <a:1>)',
    '(<a:1>), (<b:2>)',
    '((<a:1>))',
    '(<a:1>))',
    `(<a:${'1'.repeat(8192)}>)`,
  ];
  for (const header of wrong)
    t.throws(() => parseIf(header), { code: 'BRIDGE_BAD_REQUEST', status: 400 }, header.slice(0, 40));
  t.equal(parseIf('(<a:1>)'.repeat(1170)).length, 1170, 'as many lists as there is room for');
});

t.test('one list that holds is enough, and every token in the header counts as sent', async (t) => {
  const states: Record<string, { etag?: string; tokens: string[] }> = {
    '': { etag: '"v1"', tokens: ['t:mine', 't:around'] },
    '/other': { etag: 'W/"o"', tokens: ['t:other'] },
    '/gone': { tokens: [] },
  };
  const rows: [header: string, holds: boolean, tokens: string][] = [
    ['(<t:mine>)', true, 't:mine'],
    ['(<t:around>)', true, 't:around'],
    ['(<t:other>)', false, 't:other'],
    ['(<t:mine> ["v1"])', true, 't:mine'],
    ['(<t:mine> ["v2"])', false, 't:mine'],
    ['(["v1"])', true, ''],
    ['([W/"v1"])', true, ''],
    ['(["V1"])', false, ''],
    ['(Not ["v2"])', true, ''],
    ['(Not ["v1"])', false, ''],
    ['(<t:other>) (<t:mine>)', true, 't:other t:mine'],
    ['(<t:mine>) (<t:other>)', true, 't:mine t:other'],
    ['(<t:mine> <t:other>)', false, 't:mine t:other'],
    ['(<t:mine>) (<t:mine>)', true, 't:mine'],
    ['(Not <t:mine>)', false, 't:mine'],
    ['(Not <t:other>)', true, 't:other'],
    // What litmus asks.
    ['(<DAV:no-lock>)', false, ''],
    ['(<DAV:no-lock> ["v1"])', false, ''],
    ['(<t:mine>) (Not <DAV:no-lock>)', true, 't:mine'],
    ['(<t:minex>) (Not <DAV:no-lock>)', true, 't:minex'],
    ['(<t:mine> ["v1"]) (Not <DAV:no-lock> ["v1"])', true, 't:mine'],
    ['(<t:mine> ["v2"]) (Not <DAV:no-lock> ["v2"])', false, 't:mine'],
    // Of other addresses.
    ['</other> (<t:other>)', true, 't:other'],
    ['</other> (<t:mine>)', false, 't:mine'],
    ['</other> (["o"])', true, ''],
    ['</gone> (<t:mine>) </other> (<t:other>)', true, 't:mine t:other'],
    ['</gone> (["v1"])', false, ''],
    ['</gone> (Not ["v1"])', true, ''],
  ];
  for (const [header, holds, tokens] of rows) {
    const answer = await evaluateIf(parseIf(header), (resource = '') => states[resource] ?? { tokens: [] });
    t.strictSame({ ...answer, tokens: answer.tokens.join(' ') }, { holds, tokens }, header);
  }
});

t.test('each address is asked for once, and none behind a list that holds', async (t) => {
  const asked: unknown[] = [];
  const header = '</a> (<t:1>) (<t:2>) </b> (<t:3>) </a> (<t:4>) </c> (Not <t:5>) </d> (<t:6>)';
  const { holds, tokens } = await evaluateIf(parseIf(header), async (resource) => {
    asked.push(resource);
    return { tokens: [] };
  });
  t.strictSame(asked, ['/a', '/b', '/c']);
  t.equal(holds, true);
  t.equal(tokens.length, 6);
});

const lockinfo = (inside: string) =>
  `<?xml version="1.0" encoding="utf-8"?>\n<D:lockinfo xmlns:D="DAV:">${inside}</D:lockinfo>`;
const asks = (scope = '<D:exclusive/>', type = '<D:write/>') =>
  `<D:lockscope>${scope}</D:lockscope>\n<D:locktype>${type}</D:locktype>`;

t.test('the body of a LOCK is read, and its owner kept as it stands', async (t) => {
  t.strictSame(readLockInfo(lockinfo(asks())), { scope: 'exclusive', owner: '' });
  t.strictSame(readLockInfo(lockinfo(asks('<D:shared />'))), { scope: 'shared', owner: '' });
  // As Windows and macOS write it.
  const other =
    '<lockinfo xmlns="DAV:"><locktype><write/></locktype><lockscope><exclusive/></lockscope><owner><href>Ann</href></owner></lockinfo>';
  t.strictSame(readLockInfo(other), { scope: 'exclusive', owner: '<D:href>Ann</D:href>' });
  const rows: [owner: string, kept: string][] = [
    ['litmus test suite', 'litmus test suite'],
    ['\n  Zoë &amp; &lt;co&gt; \n', 'Zoë &amp; &lt;co&gt;'],
    ['<![CDATA[<D:a>&]]>', '&lt;D:a&gt;&amp;'],
    ['<D:href>http://h/?a&amp;b</D:href>', '<D:href>http://h/?a&amp;b</D:href>'],
    ['a <D:href>b</D:href> c', 'a <D:href>b</D:href> c'],
    ['<x:a xmlns:x="urn:x"><x:b/></x:a>', '<a xmlns="urn:x"><b xmlns="urn:x"></b></a>'],
    ['<a b="1" xml:lang="fr">c</a>', '<a xmlns="" b="1" xml:lang="fr">c</a>'],
    [
      '<a xmlns:p="urn:p" p:b="&quot;&#10;&lt;"/>',
      '<a xmlns="" xmlns:a0="urn:p" a0:b="&quot;&#10;&lt;"></a>',
    ],
  ];
  for (const [owner, kept] of rows) {
    const read = readLockInfo(lockinfo(`${asks()}<D:owner>${owner}</D:owner>`));
    t.equal(read.owner, kept, owner);
    const again = readLockInfo(lockinfo(`${asks()}<D:owner>${read.owner}</D:owner>`));
    t.equal(again.owner, kept, 'and it says the same to who reads it');
  }
});

t.test('a body that is no lock is refused', async (t) => {
  const wrong = [
    '',
    'a',
    '<lockinfo/>',
    '<a xmlns="DAV:"/>',
    lockinfo(''),
    lockinfo(asks('')),
    lockinfo(asks('<exclusive/>')),
    lockinfo(asks('<D:exclusive/><D:shared/>')),
    lockinfo(asks('<D:exclusive/>', '<D:read/>')),
    lockinfo(asks('<D:exclusive/>', '')),
    lockinfo(asks()).slice(0, -5),
    `<!DOCTYPE a [<!ENTITY b "c">]>${lockinfo(asks())}`,
    lockinfo(`${asks()}<D:owner xmlns:a="">b</D:owner>`),
    lockinfo(`${asks()}<D:owner>${'<b/>'.repeat(100)}</D:owner>`),
    lockinfo(`${asks()}<D:owner>${'b'.repeat(16_384)}</D:owner>`),
  ];
  for (const body of wrong)
    t.throws(() => readLockInfo(body), { code: 'BRIDGE_BAD_REQUEST' }, body.slice(0, 60));
});

const lock: ShownLock = {
  token: 'opaquelocktoken:1',
  scope: 'shared',
  depth: 'infinity',
  owner: '<D:href>Ann &amp; Bob</D:href>',
  secondsLeft: 600,
  href: '/dav/account/A%20b/',
};

/** As a client takes it apart. */
async function parsed(xml: string) {
  return new Parser({
    explicitArray: false,
    tagNameProcessors: [(name) => name.replace('D:', '')],
  }).parseStringPromise(xml);
}

t.test('a client is told of the locks that it asked for', async (t) => {
  const answer = await parsed(heldLocksAnswer([lock, { ...lock, token: 't:2', owner: '', depth: 0 }]));
  const [first, second] = answer.prop.lockdiscovery.activelock;
  t.match(first, {
    locktype: { write: '' },
    lockscope: { shared: '' },
    depth: 'infinity',
    owner: { href: 'Ann & Bob' },
    timeout: 'Second-600',
    locktoken: { href: 'opaquelocktoken:1' },
    lockroot: { href: '/dav/account/A%20b/' },
  });
  t.match(second, { depth: '0', locktoken: { href: 't:2' } });
  t.notOk('owner' in second);
});

t.test('a listing tells the locks of a view that can be written, and which there may be', async (t) => {
  const names = ['lockdiscovery', 'supportedlock'].map((name) => ({ namespace: 'DAV:', name }));
  const show = createResponse({ kind: 'prop', names }, {});
  const tell = async (locks?: ShownLock[]) => {
    const xml = show('/dav/account/', { name: 'A', isFolder: true, ...(locks ? { locks } : {}) });
    return (await parsed(xml.replace('<D:response>', '<D:response xmlns:D="DAV:">'))).response.propstat.prop;
  };
  const locked = await tell([lock]);
  t.equal(locked.lockdiscovery.activelock.locktoken.href, 'opaquelocktoken:1');
  t.strictSame(
    locked.supportedlock.lockentry.map((one: { lockscope: object }) => Object.keys(one.lockscope)),
    [['exclusive'], ['shared']],
  );
  t.equal((await tell([])).lockdiscovery, '');
  const readOnly = await tell();
  t.equal(readOnly.lockdiscovery, '');
  t.strictSame(Object.keys(readOnly.supportedlock.lockentry.lockscope), ['exclusive']);
});

t.test('a refusal names the condition, and where the lock was taken', async (t) => {
  t.match(await parsed(lockRefusal('no-conflicting-lock', '/dav/a&b')), {
    error: { 'no-conflicting-lock': { href: '/dav/a&b' } },
  });
  t.match(await parsed(lockRefusal('lock-token-matches-request-uri')), {
    error: { 'lock-token-matches-request-uri': '' },
  });
});
