import t from 'tap';
import { toFileId } from '../src/core/ids.ts';
import { withoutSecretFields, withoutSecrets } from '../src/core/log/redact.ts';
import { streamPath } from '../src/delivery/address.ts';
import { mediaType } from '../src/delivery/media-type.ts';
import { createSigner, newSigningKey } from '../src/delivery/signature.ts';
import { proxy } from './fixtures/listed.ts';
import { setup } from './fixtures/setup.ts';
import { account, MiB, path, playing, read } from './fixtures/streamed-film.ts';
import { expectedBytes } from './simulator/simulator.ts';

/** The addresses of films: signed, safe for every player, and never in a log or in an answer of ours. */

t.test('a signature fits one file under one key, and rotation keeps the old ones good', async (t) => {
  const old = newSigningKey();
  const fresh = newSigningKey();
  const before = createSigner([old]);
  const after = createSigner([fresh, old]);
  const signature = before.sign(toFileId('aaaaaaaaaaaaaaaaaaaa'));
  t.match(signature, /^[\w-]{16}$/);
  t.ok(before.verify(toFileId('aaaaaaaaaaaaaaaaaaaa'), signature));
  t.ok(after.verify(toFileId('aaaaaaaaaaaaaaaaaaaa'), signature));
  t.not(after.sign(toFileId('aaaaaaaaaaaaaaaaaaaa')), signature);
  t.notOk(createSigner([fresh]).verify(toFileId('aaaaaaaaaaaaaaaaaaaa'), signature));
  t.notOk(before.verify(toFileId('aaaaaaaaaaaaaaaaaaab'), signature));
  for (const wrong of [
    '',
    signature.slice(1),
    `${signature}A`,
    signature.toUpperCase(),
    'é'.repeat(16),
    `A${signature.slice(1)}`,
  ]) {
    if (wrong !== signature) t.notOk(before.verify(toFileId('aaaaaaaaaaaaaaaaaaaa'), wrong), wrong);
  }
});

t.test('addresses hold nothing that breaks a player', async (t) => {
  t.equal(
    streamPath(toFileId('abc'), 'sig', 'a "b" | c#d%.mkv'),
    '/stream/abc/sig/a%20%22b%22%20%7C%20c%23d%25.mkv',
  );
  t.equal(
    streamPath(toFileId('abc'), 'sig', "it's (1999) [x]*!.mkv"),
    '/stream/abc/sig/it%27s%20%281999%29%20%5Bx%5D%2A%21.mkv',
  );
  t.equal(streamPath(toFileId('abc'), 'sig', 'list.m3u8'), '/stream/abc/sig/list%2Em3u8');
  t.equal(
    streamPath(toFileId('abc'), 'sig', '\ud800.mkv'),
    '/stream/abc/sig/%EF%BF%BD.mkv',
    'half a character',
  );
  t.equal(
    decodeURIComponent(streamPath(toFileId('abc'), 'sig', '１２ é 🎬.mkv').split('/')[4] as string),
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

t.test('files of any name play by their STRM address', async (t) => {
  const names = [
    '100 % pur (2001).mkv',
    'a#b (2001).mkv',
    'a&b=c (2001).mkv',
    'a+b (2001).mkv',
    "l'été “là” (2001).mkv",
    'ａ＂ｂ (2001).mkv',
    '🎬 film 🍿 (2001).mkv',
    'שלום עולם (2001).mkv',
    'a|b (2001).mkv',
    'liste.m3u.m3u8 (2001).mkv',
    `${'é'.repeat(120)}.mkv`,
    'a;b,c (2001).mkv',
    '%2e%2e%2f.mkv',
  ];
  const started = await playing(t, proxy, {
    account: {
      folders: [
        { name: 'Films', files: names.map((name, seed) => ({ name, content: { sizeBytes: 100, seed } })) },
      ],
    },
  });
  for (const [seed, name] of names.entries()) {
    const url = started.streamUrl(`/Films/${name}`);
    t.notMatch(url.slice(10), /["|#?\\ ]|\.m3u/, name);
    const answer = await read(url);
    t.equal(answer.status, 200, name);
    t.ok(answer.body.equals(expectedBytes({ sizeBytes: 100, seed }, 0, 100)), name);
    t.match(answer.headers['content-disposition'], /^inline; filename\*=UTF-8''[\w%.~-]+$/, name);
  }
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

t.test(
  'an error answer says nothing of the film, and the log nothing of the signature however it is escaped',
  async (t) => {
    const lines: string[] = [];
    const note = (values: object, words: string) => void lines.push(JSON.stringify({ ...values, words }));
    const started = await setup(t, {
      env: proxy,
      simulator: { account },
      log: { debug: note, info: note, warn: note, error: note, plain: note },
    });
    await started.sync();
    started.simulator.faults.download.wrongTotal = { byBytes: 1 };
    const url = new URL(started.streamUrl(path));
    const answer = await read(url.href, { range: 'bytes=5-9' });
    t.equal(answer.status, 502);
    for (const name of ['etag', 'last-modified', 'content-range', 'content-disposition', 'accept-ranges'])
      t.equal(answer.headers[name], undefined, name);
    const signature = url.pathname.split('/')[3] as string;
    await read(`${url.origin}${url.pathname.replace('/stream', '/%73tream')}`);
    await read(`${url.origin}/stream%2F${url.pathname.slice(8)}`);
    t.ok(lines.length > 4);
    t.notMatch(lines.join('\n'), new RegExp(signature));
  },
);

t.test('links, signatures and keys never stand in the log or in an answer', async (t) => {
  const lines: string[] = [];
  const note = (values: object, words: string) =>
    void lines.push(
      JSON.stringify({ words, ...values }, (_key, value) =>
        value instanceof Error ? { ...value, text: value.stack } : value,
      ),
    );
  const started = await setup(t, {
    env: proxy,
    simulator: { account },
    log: { debug: note, info: note, warn: note, error: note, plain: note },
  });
  await started.sync();
  const url = started.streamUrl(path);
  started.simulator.faults.download.cut = { every: 2 };
  await read(url);
  started.simulator.faults.download.dead = { form: '404' };
  started.simulator.expireLinks();
  // The beginning is kept here by now.
  const refused = await read(url, { range: `bytes=${12 * MiB}-` });
  const text = lines.join('\n') + refused.body.toString();
  t.ok(lines.length > 5);
  t.notMatch(text, /\/p\d{5,}/, 'no direct link');
  t.notMatch(text, new RegExp(started.simulator.apiKey), 'no key');
  t.notMatch(text, new RegExp(new URL(url).pathname.split('/')[3] as string), 'no signature');
});
