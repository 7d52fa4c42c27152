import t from 'tap';
import { z } from 'zod';
import { itemId, recorded, replay, setupGateway } from './fixtures/gateway.ts';

const answer = z.looseObject({
  MediaSources: z.array(
    z.looseObject({
      Id: z.string(),
      Protocol: z.string(),
      IsRemote: z.boolean(),
      Path: z.string(),
      ETag: z.string(),
      TranscodingSubProtocol: z.string(),
      TranscodingUrl: z.string().optional(),
    }),
  ),
});

/** What each app asks for next with what it was told (facts/gateway 2.3). */
const apps: readonly [
  app: string,
  shown: 'Http' | 'File',
  follow: (source: z.infer<typeof answer>['MediaSources'][0]) => string,
][] = [
  ['web', 'Http', ({ Path }) => Path],
  [
    'androidtv',
    'File',
    ({ Id, ETag }) => `/Videos/${Id}/stream.mkv?static=true&mediaSourceId=${Id}&tag=${ETag}`,
  ],
  ['findroid', 'Http', ({ Path }) => Path],
  [
    'swiftfin-vlc',
    'File',
    ({ Id, ETag }) => `/Videos/${Id}/stream?static=true&tag=${ETag}&playSessionID=x&mediaSourceID=${Id}`,
  ],
  [
    'streamyfin',
    'File',
    ({ Id, ETag }) => `/Videos/${Id}/stream?static=true&container=mp4&mediaSourceId=${Id}&Tag=${ETag}`,
  ],
  ['kodi', 'Http', ({ Path }) => Path],
  [
    'none',
    'File',
    ({ Id, ETag }) => `/videos/${Id.toUpperCase()}/stream?Static=TRUE&MediaSourceId=${Id}&Tag=${ETag}`,
  ],
];

for (const [app, shown, follow] of apps)
  t.test(`${app}: plays what it was told of, and no byte comes from the media server`, async (t) => {
    const one = await setupGateway(t, replay(`playbackinfo-${app}`));
    const { headers } = recorded(`playbackinfo-${app}`).request;
    const body = '{"DeviceProfile": {"Big": 12345678901234567890}, "UserId":"x"}';
    const info = await fetch(`${one.gatewayUrl}/Items/${itemId}/PlaybackInfo?userId=u&x=%5b`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    });
    t.equal(info.status, 200);
    const [arrived] = one.origin.arrived;
    t.equal(arrived?.body, body, 'the body arrives byte for byte');
    t.equal(arrived?.url, `/Items/${itemId}/PlaybackInfo?userId=u&x=%5b`);
    t.equal(arrived?.headers.authorization, headers.Authorization);
    const text = await info.text();
    t.notMatch(text, one.strm, 'the signed address is not told');
    const [source] = answer.parse(JSON.parse(text)).MediaSources;
    if (!source) return t.fail('no source');
    t.equal(source.Protocol, shown);
    t.equal(source.IsRemote, shown === 'Http');
    t.ok(source.ETag.length < 100);

    const address = new URL(follow(source), one.gatewayUrl);
    const whole = await (await fetch(one.strm)).arrayBuffer();
    const bytes = await fetch(address, { headers: { range: 'bytes=10-1009' } });
    t.equal(bytes.status, 206);
    t.strictSame(Buffer.from(await bytes.arrayBuffer()), Buffer.from(whole.slice(10, 1010)));
    const head = await fetch(address, { method: 'HEAD' });
    t.match([head.status, head.headers.get('content-length')], [200, String(whole.byteLength)]);
    t.equal(one.origin.arrived.length, 1, 'the media server was asked once');

    const now = source.ETag;
    const others: [string, (address: string) => string][] = [
      ['no ticket', (address) => address.replace(now, '')],
      [
        'an altered one',
        (address) => address.replace(now, `${now.slice(0, -1)}${now.endsWith('A') ? 'B' : 'A'}`),
      ],
      [
        'a ticket of another item',
        (address) => address.replaceAll(new RegExp(itemId, 'gi'), itemId.replace('d5', 'd6')),
      ],
    ];
    for (const [what, alter] of others) {
      const refused = await fetch(alter(address.href), { redirect: 'manual' });
      t.equal(refused.status, 418, `${what}: the media server is asked, and nothing is given`);
      t.equal(refused.headers.get('location'), null);
    }
  });
