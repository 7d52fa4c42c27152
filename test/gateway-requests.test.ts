import t from 'tap';
import { toFileId } from '../src/core/ids.ts';
import { createSigner } from '../src/delivery/signature.ts';
import { clientViews, viewOf } from '../src/gateway/client-views.ts';
import { readCredentials } from '../src/gateway/credentials.ts';
import { type ItemId, readItemId } from '../src/gateway/item-id.ts';
import { parseLossless } from '../src/gateway/lossless-json.ts';
import { fileOfAddress } from '../src/gateway/own-address.ts';
import { requestKind } from '../src/gateway/request-kind.ts';
import { createTickets } from '../src/gateway/tickets.ts';
import { read } from './fixtures/checkout.ts';
import { rowsOf, tableOf } from './fixtures/documents.ts';

const id = 'd5a3c90a41afcd996a73eb66618f7ef0';
const dashed = 'D5A3C90A-41AF-CD99-6A73-EB66618F7EF0';

t.test('an address means the same in every form in which apps write it', async (t) => {
  const table: [kind: 'jellyfin' | 'emby', path: string, is: string][] = [
    ['jellyfin', `/Items/${id}/PlaybackInfo`, 'playbackInfo'],
    ['jellyfin', `/items/${dashed}/playbackinfo`, 'playbackInfo'],
    ['jellyfin', `/emby/Items/${id}/PlaybackInfo`, 'playbackInfo'],
    ['jellyfin', `/MediaBrowser/Items/${id}/PlaybackInfo/`, 'playbackInfo'],
    ['jellyfin', `/jf/Items/${id}/PlaybackInfo`, 'playbackInfo'],
    ['jellyfin', `/jf/emby/Items/${id}/PlaybackInfo`, 'playbackInfo'],
    ['jellyfin', `//Items//${id}/PlaybackInfo`, 'playbackInfo'],
    ['jellyfin', `/Items/%64${id.slice(1)}/PlaybackInfo`, 'playbackInfo'],
    ['jellyfin', `/Videos/${id}/stream`, 'stream'],
    ['jellyfin', `/videos/${dashed}/STREAM.MKV`, 'stream'],
    ['jellyfin', `/Audio/${id}/stream.mp3`, 'stream'],
    ['jellyfin', `/Items/${id}/Download`, 'download'],
    ['jellyfin', `/Items/${id}/File`, 'download'],
    ['jellyfin', `/Videos/${id}/master.m3u8`, 'api'],
    ['jellyfin', `/Videos/${id}/hls1/main/0.mp4`, 'api'],
    ['jellyfin', `/Videos/${id}/${id}/Subtitles/0/Stream.srt`, 'api'],
    ['jellyfin', `/Videos/${id}/${id}/Subtitles/0/0/Stream.vtt`, 'api'],
    ['jellyfin', `/Videos/${id}/${id}/Attachments/1`, 'api'],
    ['jellyfin', `/Videos/${id}/Film.mkv`, 'api'],
    ['jellyfin', '/Items/latest/PlaybackInfo', 'api'],
    ['jellyfin', `/web/Items/${id}/PlaybackInfo`, 'other'],
    ['jellyfin', '/web/index.html', 'other'],
    ['jellyfin', '/', 'other'],
    ['jellyfin', `/Items/${id}/PlaybackInfo%zz`, 'other'],
    ['jellyfin', `/${'x/'.repeat(5000)}`, 'other'],
    ['emby', '/emby/Items/18371/PlaybackInfo', 'playbackInfo'],
    ['emby', '/Items/mediasource_18371/PlaybackInfo', 'playbackInfo'],
    ['emby', '/emby/Videos/18371/original.mkv', 'stream'],
    ['emby', '/emby/Videos/18371/Metropolis.1927.mkv', 'stream'],
    ['emby', '/emby/Videos/18371/master.m3u8', 'api'],
    ['emby', '/emby/Videos/18371/live.m3u8', 'api'],
    ['emby', '/emby/Videos/18371/Metropolis.fr.srt', 'api'],
    ['emby', '/emby/Videos/18371/original.vtt', 'api'],
    ['jellyfin', `/Videos/${id}/stream.m3u8`, 'api'],
    ['jellyfin', `/Videos/${id}/stream.srt`, 'api'],
    ['emby', '/emby/Videos/18371/index.bif', 'api'],
    ['emby', '/emby/Sync/JobItems/7/File', 'download'],
  ];
  for (const [kind, path, is] of table)
    t.equal(requestKind(path, { kind, serverPath: '/jf' }).is, is, `${kind} ${path.slice(0, 80)}`);
});

t.test('a ticket is good for its item, its file and its time, and short', async (t) => {
  const tickets = createTickets(createSigner([{ secret: 'one' }]));
  const [item, other] = [
    readItemId(id, 'jellyfin'),
    readItemId(id.replace('d', 'e'), 'jellyfin'),
  ] as ItemId[];
  if (!item || !other) return t.fail('no id');
  const endsAt = 1_800_000_000_000;
  const ticket = { itemId: item, fileId: toFileId('xstc34jfk6kfxtlefcky'), user: 'f98103e9', endsAt };
  const text = tickets.issue(ticket) ?? '';
  t.ok(text.length > 0 && text.length < 100, `${text.length} characters`);
  t.match(text, /^[\w.-]+$/);
  t.strictSame(tickets.read(text, item, endsAt - 1), ticket);
  t.equal(tickets.read(text, item, endsAt), undefined, 'over');
  t.equal(tickets.read(text, other, 0), undefined, 'another item');
  for (let at = 0; at < text.length; at++) {
    const altered = `${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`;
    t.equal(tickets.read(altered, item, 0), undefined, altered);
  }
  t.equal(
    createTickets(createSigner([{ secret: 'two' }])).read(text, item, 0),
    undefined,
    'of another house',
  );
  const rotated = createTickets(createSigner([{ secret: 'two' }, { secret: 'one' }]));
  t.strictSame(rotated.read(text, item, 0), ticket, 'after a rotation');
  t.equal(
    tickets.issue({ ...ticket, fileId: toFileId('x'.repeat(100)) }),
    undefined,
    'an id that leaves no room',
  );
});

t.test('only addresses with our signature are ours, wherever they lead', async (t) => {
  const signer = createSigner([{ secret: 'one' }]);
  const file = toFileId('xstc34jfk6kfxtlefcky');
  const signature = signer.sign(file);
  t.equal(fileOfAddress(`http://old.home:8790/stream/${file}/${signature}/a%20b.mkv`, signer), file);
  t.equal(fileOfAddress(`https://example.org/base/stream/${file}/${signature}/a.mkv`, signer), file);
  for (const foreign of [
    `http://h/stream/${file}/${signature.replace(/./, (c) => (c === 'A' ? 'B' : 'A'))}/a.mkv`,
    `http://h/stream/${file}/${signature}`,
    `/stream/${file}/${signature}/a.mkv`,
    `file:///stream/${file}/${signature}/a.mkv`,
    'http://169.254.169.254/',
    '/library/Movies/A (2000)/A (2000).strm',
    '',
    `http://h/${'x'.repeat(5000)}/stream/${file}/${signature}/a.mkv`,
  ])
    t.equal(fileOfAddress(foreign, signer), undefined, foreign.slice(0, 80));
});

t.test(
  'a token is found in every form in which servers take it; a header goes before the query',
  async (t) => {
    const form = (text: string) => ({ authorization: text });
    const table: [headers: Record<string, string>, query: string, token: string, client: string][] = [
      [form('MediaBrowser Client="Jellyfin Web", Device="x", Token="abc"'), '', 'abc', 'Jellyfin Web'],
      [form('MediaBrowser Token=abc, Client=Kodi'), '', 'abc', 'Kodi'],
      [form('mediabrowser client="Android%20TV",token="a%2Bc"'), '', 'a+c', 'Android TV'],
      [{ 'x-emby-authorization': 'Emby Client="Emby Web", Token="abc"' }, '', 'abc', 'Emby Web'],
      [{ 'x-emby-token': 'abc' }, '', 'abc', ''],
      [{ 'x-mediabrowser-token': 'abc' }, '', 'abc', ''],
      [{}, 'ApiKey=abc', 'abc', ''],
      [{}, 'api_key=abc&X-Emby-Client=Emby+Web', 'abc', 'Emby Web'],
      [{}, 'apikey=abc', 'abc', ''],
      [form('MediaBrowser Token="wrong"'), 'ApiKey=good', 'wrong', ''],
      [form('Bearer abc'), '', '', ''],
      [form('Basic abc'), '', '', ''],
      [form(`MediaBrowser Token="${'x'.repeat(5000)}"`), '', '', ''],
      [{}, '', '', ''],
    ];
    for (const [headers, query, token, client] of table)
      t.strictSame(
        readCredentials(headers, new URLSearchParams(query)),
        { token, client },
        JSON.stringify([headers, query]).slice(0, 100),
      );
  },
);

t.test('numbers come out of JSON as they went in', async (t) => {
  for (const text of [
    '{"a":12345678901234567890,"b":1.0,"c":1e5,"d":-0,"e":0.1,"f":9007199254740993}',
    '[1,2.50,{"x":null,"y":true,"z":"1.0"}]',
    '"é\\u0000"',
  ])
    t.equal(JSON.stringify(parseLossless(text)), text);
  t.throws(() => parseLossless('{"a":'), SyntaxError);
});

t.test('each app has its line, and who is not known has the last', async (t) => {
  const names = [
    'Jellyfin Web',
    'Android TV',
    'Swiftfin iOS',
    'Swiftfin tvOS',
    'Findroid',
    'Streamyfin',
    'Kodi',
  ];
  const families = names.map((name) => viewOf(name).family);
  t.strictSame(families, [
    'jellyfin-web',
    'android-tv',
    'swiftfin',
    'swiftfin',
    'findroid',
    'streamyfin',
    'kodi',
  ]);
  t.equal(viewOf('').family, 'unknown');
  t.equal(viewOf('Something New').family, 'unknown');
  t.equal(new Set(clientViews.map(({ family }) => family)).size, clientViews.length);
});

t.test('the document tells of each app what the table says', async (t) => {
  const told = tableOf('docs/gateway.md', 'apps').map(([app = '', shown]) => [app.split(':')[0], shown]);
  t.strictSame(
    told,
    clientViews.map(({ family, shownAs }) => [family, shownAs]),
  );
});

t.test('each check of the facts has a test, and it is there', async (t) => {
  const checks = rowsOf('docs/testing.md', 'gateway-checks');
  const facts = read('docs/facts/gateway.md').split('\n## 8.')[1]?.split('\n## 9.')[0] ?? '';
  const numbers = [...facts.matchAll(/^(\d+)\. /gm)].map(([, number]) => number);
  t.strictSame(
    checks.map(([cell]) => cell?.[0]),
    numbers,
  );
  for (const [[number = ''] = [], , [file = '', name] = []] of checks)
    if (name !== undefined) t.ok(read(file).includes(name), `${number}: ${file} has "${name}"`);
});
