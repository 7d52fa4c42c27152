import t from 'tap';
import { request } from 'undici';
import { z } from 'zod';
import { jsonElements } from '../src/gateway/json-elements.ts';
import { type Arrived, sendJson } from './fixtures/fake-media-server.ts';
import { itemId, setupGateway } from './fixtures/gateway.ts';
import { watchTurns } from './fixtures/longest-turn.ts';

/** Answers of a media server that are larger than any that was seen. */

let answer: (asked: Arrived, response: import('node:http').ServerResponse) => void = () => undefined;
const one = await setupGateway(t as never, (asked, response) => answer(asked, response));
const { gatewayUrl, strm } = one;

t.test('elements of an array are found where they stand', async (t) => {
  const table: [text: string, found: string[] | undefined][] = [
    ['{"A":[]}', []],
    ['{"A":[1]}', ['1']],
    [
      ' { "x" : "A" , "A" : [ {"b":[1,2]} , "c,]}\\"" ,null]  ,"z":[3]}',
      ['{"b":[1,2]}', '"c,]}\\""', 'null'],
    ],
    ['{"y":{"A":[1]},"A":[2,[3,{"A":[4]}]]}', ['2', '[3,{"A":[4]}]']],
    ['{"y":["A"],"A":[{"é\\\\":"\\\\"}]}', ['{"é\\\\":"\\\\"}']],
    ['{"A":{"A":[1]}}', undefined],
    ['{"A":1}', undefined],
    ['["A",[1]]', undefined],
    ['{"A":[1,2', undefined],
    ['{"A":["1', undefined],
    ['{"A":[1,2,3,4,5]}', undefined],
    ['', undefined],
    ['null', undefined],
  ];
  for (const [text, found] of table) {
    const bytes = Buffer.from(text);
    const elements = await jsonElements(bytes, 'A', 4);
    const shown = elements?.map(({ start, end }) => bytes.toString('utf8', start, end).trim());
    t.strictSame(shown, found, text);
  }
});

const shape = z.looseObject({
  MediaSources: z.array(z.looseObject({ Id: z.string(), Path: z.string(), ETag: z.string().optional() })),
});

t.test(
  'every film in an answer to PlaybackInfo of 5 MB leads to the gateway, and nobody waits for it',
  async (t) => {
    const sources = Array.from({ length: 1000 }, (_, at) => {
      const Id = (BigInt(`0x${itemId}`) + BigInt(at)).toString(16).padStart(32, '0');
      const Path = at % 10 === 0 ? 'http://elsewhere/film.mkv' : strm;
      return `{"Id":"${Id}","Path":"${Path}","Protocol":"Http","Big":12345678901234567890,"Text":"${'[{,'.repeat(1700)}"}`;
    });
    const text = `{"Before":1.0,"MediaSources": [\n${sources.join(' , ')} ],"After":{"MediaSources":[1]}}`;
    answer = (_asked, response) => sendJson(response, text);
    const asked = () =>
      request(`${gatewayUrl}/Items/${itemId}/PlaybackInfo`, {
        headers: { authorization: 'MediaBrowser Client="Android TV", Token="a"' },
      });
    await (await asked()).body.dump();
    const turns = watchTurns();
    const { body, headers } = await asked();
    const shown = await body.text();
    const longestMs = turns.stop();
    t.ok(longestMs < 100, `longest turn ${longestMs} ms`);
    t.ok(text.length > 5e6);
    t.equal(headers['content-length'], undefined);
    t.notMatch(shown, strm);
    t.match(shown.slice(0, 40), '{"Before":1.0,"MediaSources": [');
    t.match(shown.slice(-40), '],"After":{"MediaSources":[1]}}');
    t.equal(shown.split('"Big":12345678901234567890').length - 1, 1000);
    const told = shape.parse(JSON.parse(shown)).MediaSources;
    t.equal(told.length, 1000);
    t.equal(told.filter(({ ETag }) => ETag?.startsWith('p1.')).length, 900);
    t.equal(told.filter(({ Path }) => Path === 'http://elsewhere/film.mkv').length, 100);
    const last = told[999];
    const film = await request(`${gatewayUrl}/Videos/${last?.Id}/stream?static=true&tag=${last?.ETag}`, {
      headers: { range: 'bytes=0-9' },
    });
    await film.body.dump();
    t.equal(film.statusCode, 206);
  },
);
