import t from 'tap';
import { ask } from './fixtures/dav.ts';
import { film, writing } from './fixtures/dav-writing.ts';
import { rawAsk, rawPut } from './fixtures/raw-dav.ts';

/** Clients of HTTP/1.0, which know no chunks. */

t.test('HTTP/1.0: a PUT with a length is answered without chunks, and its connection ends', async (t) => {
  const started = await writing(t);
  const { door, simulator } = started;
  const answer = await rawPut(started, '/Films/Old/ten.txt', [], 'ten bytes!', '1.0');
  t.match(answer, /^HTTP\/1\.1 201 Created\r\n/);
  t.notMatch(answer, /transfer-encoding/i);
  t.equal((await ask(`${door}/Films/Old/ten.txt`, 'GET')).text, 'ten bytes!');
  t.match(await rawPut(started, '/Films/Old/ten.txt', [], 'again', '1.0'), /^HTTP\/1\.1 204 /);
  const refused = await rawPut(started, '/None/ten.txt', [], 'x', '1.0');
  t.match(refused, /^HTTP\/1\.1 409 /);
  t.notMatch(refused, /transfer-encoding/i);
  const listing = await rawAsk(started, 'PROPFIND /dav/account/Films/ HTTP/1.0', ['Depth: 1']);
  t.match(listing, /^HTTP\/1\.1 207 /);
  t.notMatch(listing, /transfer-encoding/i, 'a listing has no end but that of the connection');
  t.match(listing, /<\/D:multistatus>\n$/);
  const read = await rawAsk(started, `GET /dav/account/Films/${film} HTTP/1.0`, []);
  t.notMatch(read.slice(0, 2000), /transfer-encoding/i);
  t.equal(simulator.counters.uploads, 2);
});
