import { STATUS_CODES } from 'node:http';
import t from 'tap';
import { z } from 'zod';
import { errorReply as bodyOf } from '../plugins/support/errors.ts';
import * as doctor from '../src/api/doctor.ts';
import type { Endpoint } from '../src/api/endpoint.ts';
import * as feed from '../src/api/feed.ts';
import * as files from '../src/api/files.ts';
import * as keys from '../src/api/keys.ts';
import * as leftOut from '../src/api/left-out.ts';
import * as library from '../src/api/library.ts';
import * as links from '../src/api/links.ts';
import * as live from '../src/api/live.ts';
import * as log from '../src/api/log.ts';
import * as notify from '../src/api/notify.ts';
import * as openapi from '../src/api/openapi.ts';
import * as overrides from '../src/api/overrides.ts';
import * as plays from '../src/api/plays.ts';
import * as proposals from '../src/api/proposals.ts';
import * as remote from '../src/api/remote.ts';
import * as supportBundle from '../src/api/setup/support-bundle.ts';
import * as status from '../src/api/status.ts';
import * as sync from '../src/api/sync.ts';
import * as tree from '../src/api/tree.ts';
import * as uploads from '../src/api/uploads.ts';
import { errorBody, fromErrorBody } from '../src/api/words/errors.ts';
import { BridgeError, errorTable } from '../src/core/errors.ts';
import { addressOf } from '../src/owner/client.ts';
import { setupListed } from './fixtures/setup.ts';

const rooms = [
  doctor,
  feed,
  files,
  keys,
  leftOut,
  library,
  links,
  live,
  log,
  notify,
  openapi,
  overrides,
  plays,
  proposals,
  remote,
  status,
  supportBundle,
  sync,
  tree,
  uploads,
];
const endpoints = rooms
  .flatMap((room): unknown[] => Object.values(room))
  .filter((one): one is Endpoint => typeof one === 'object' && one !== null && 'method' in one);

const film = { name: 'Nosferatu.1922.1080p.mkv', content: { sizeBytes: 2000, seed: 1 } };
const path = `/Films/${film.name}`;

interface Sent {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
}

/** What each address is asked with, in an order that makes sense; `id` is that of the film. */
const right = (id: string): Record<string, Sent> => ({
  'GET /status': {},
  'GET /events': {},
  'GET /support-bundle': { query: { names: 'true' } },
  'GET /changes': { query: { limit: 5, before: 100 } },
  'GET /log': { query: { level: 'warn', text: 'host', area: 'host', limit: 5, after: 1 } },
  'GET /library/titles': {
    query: { query: 'nosf', kind: 'movie', only: 'several', order: 'added', limit: 5 },
  },
  'GET /library/title': { query: { key: 'movies/nosferatu (1922)' } },
  'GET /openapi.json': {},
  'GET /sync/plan': {},
  'GET /files': { query: { path: '/Films', limit: 2, offset: 1 } },
  'GET /files/{id}': { params: { id } },
  'GET /files/{id}/bytes': { params: { id }, query: { from: 0, to: 100 } },
  'GET /media': {},
  'POST /refresh': { body: { path: '/Films' } },
  'GET /links': { query: { path } },
  'GET /links/{id}': { params: { id } },
  'POST /links/{id}/direct': { params: { id } },
  'POST /imports': { body: { links: ['no link'], to: '/Films' } },
  // Any file of this machine.
  'POST /uploads': { body: { source: import.meta.filename, to: '/Films' } },
  'POST /remote': { body: { urls: ['no address'], to: '/Films' } },
  'GET /remote': { query: { limit: 5 } },
  'GET /plays': { query: { limit: 5 } },
  'GET /playback': {},
  'GET /notify': {},
  'POST /notify/test': {},
  'PUT /overrides': { body: { path, title: 'Nosferatu', year: 1979 }, query: { moves: 1 } },
  'GET /overrides': {},
  'DELETE /overrides': { query: { path } },
  'GET /review/left-out': { query: { limit: 10 } },
  'GET /review': { query: { limit: 10 } },
  'GET /tree/plan': {},
  'POST /tree/apply': {},
  'POST /tree/undo': {},
  'GET /proposals': { query: { state: 'open' } },
  'POST /keys/rotate': {},
  'GET /doctor': {},
  'POST /sync': { body: { dryRun: true } },
});

const other = '0'.repeat(20);
/** What is refused, and with which code. */
const wrong: [string, Sent, keyof typeof errorTable][] = [
  ['GET /files', { query: { path: '/Nowhere' } }, 'BRIDGE_NOT_FOUND'],
  ['GET /files', { query: { path: 'Films' } }, 'BRIDGE_BAD_REQUEST'],
  ['GET /files', { query: { limit: 1001 } }, 'BRIDGE_BAD_REQUEST'],
  ['GET /files/{id}', { params: { id: other } }, 'BRIDGE_NOT_FOUND'],
  ['GET /files/{id}/bytes', { params: { id: other }, query: { from: 0, to: 1 } }, 'BRIDGE_NOT_FOUND'],
  ['GET /files/{id}/bytes', { params: { id: other } }, 'BRIDGE_BAD_REQUEST'],
  ['POST /refresh', { body: { path: '/Nowhere/Deeper' } }, 'BRIDGE_NOT_FOUND'],
  ['GET /library/titles', { query: { limit: 501 } }, 'BRIDGE_BAD_REQUEST'],
  ['GET /library/titles', { query: { query: 'x'.repeat(201) } }, 'BRIDGE_BAD_REQUEST'],
  ['GET /library/title', { query: { key: 'none' } }, 'BRIDGE_NOT_FOUND'],
  ['GET /library/title', {}, 'BRIDGE_BAD_REQUEST'],
  ['GET /library/title/poster', { query: { key: 'none' } }, 'BRIDGE_NOT_FOUND'],
  ['GET /library/title/poster', { query: { key: 'none', v: 'x' } }, 'BRIDGE_BAD_REQUEST'],
  ['GET /links', { query: { path: '/Films' } }, 'BRIDGE_NOT_FOUND'],
  ['GET /links', {}, 'BRIDGE_BAD_REQUEST'],
  ['GET /links/{id}', { params: { id: other } }, 'BRIDGE_NOT_FOUND'],
  ['POST /links/{id}/direct', { params: { id: other } }, 'BRIDGE_NOT_FOUND'],
  ['POST /imports', { body: { links: ['x'], to: '/Nowhere' } }, 'BRIDGE_NOT_FOUND'],
  ['POST /imports', { body: { to: '/Films' } }, 'BRIDGE_BAD_REQUEST'],
  ['POST /remote', { body: { urls: ['x'], to: '/Nowhere' } }, 'BRIDGE_NOT_FOUND'],
  ['POST /remote', { body: { urls: [], to: '/Films' } }, 'BRIDGE_BAD_REQUEST'],
  ['PUT /overrides', { body: { path: '/Nowhere', title: 'X' } }, 'BRIDGE_NOT_FOUND'],
  ['PUT /overrides', { body: { path, year: 'abc' } }, 'BRIDGE_BAD_REQUEST'],
  ['DELETE /overrides', { query: { path: '/Films' } }, 'BRIDGE_NOT_FOUND'],
  ['GET /review/left-out', { query: { limit: 1001 } }, 'BRIDGE_BAD_REQUEST'],
  ['GET /review', { query: { limit: 0 } }, 'BRIDGE_BAD_REQUEST'],
  ['GET /proposals', { query: { state: 'odd' } }, 'BRIDGE_BAD_REQUEST'],
  ['POST /proposals/{id}/accept', { params: { id: 9 } }, 'BRIDGE_PROPOSAL_UNKNOWN'],
  ['POST /proposals/{id}/refuse', { params: { id: 'x' } }, 'BRIDGE_BAD_REQUEST'],
  ['POST /proposals/{id}/refuse', { params: { id: 9 } }, 'BRIDGE_PROPOSAL_UNKNOWN'],
  ['POST /proposals/{id}/undo', { params: { id: 'last' } }, 'BRIDGE_PROPOSAL_UNKNOWN'],
  ['POST /sync', { body: { full: 'yes' } }, 'BRIDGE_BAD_REQUEST'],
  ['POST /sync', { body: { colour: 1 } }, 'BRIDGE_BAD_REQUEST'],
  ['DELETE /sync/{id}', { params: { id: 'none' } }, 'BRIDGE_NOT_FOUND'],
  ['POST /doctor/client', { body: { url: 'http://x/' } }, 'BRIDGE_NOT_FOUND'],
  ['POST /doctor/client', {}, 'BRIDGE_BAD_REQUEST'],
];

const document = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({ responses: z.looseObject({}) }))),
});

const nameOf = ({ method, path }: Endpoint) => `${method} ${path}`;

t.test('every address gives what its schema says, and refuses with what its document says', async (t) => {
  const { app, bridge, simulator } = await setupListed(t, {
    simulator: { account: { folders: [{ name: 'Films', files: [film] }] } },
  });
  const { id } = simulator.account.file(path);
  // It knows which folders it looks into, which is what a refresh asks for.
  bridge.discovery.start();
  const token = `Bearer ${bridge.secrets.adminToken}`;
  const { paths } = document.parse(app.swagger());

  // Each from an address of its own: who guesses from one is soon told to wait.
  let strangers = 0;
  async function ask(endpoint: Endpoint, sent: Sent, authorization = token) {
    const answer = await app.inject({
      ...(authorization !== token && { remoteAddress: `192.0.2.${++strangers}` }),
      method: endpoint.method,
      url: addressOf(endpoint, sent),
      // As the owner of the data, who alone may name files of this machine.
      headers: { authorization, ...(authorization === token && app.ownHeaders) },
      ...(sent.body !== undefined && { payload: sent.body as object }),
    });
    const told = paths[`/api/v1${endpoint.path}`]?.[endpoint.method.toLowerCase()]?.responses ?? {};
    t.ok(String(answer.statusCode) in told, `${nameOf(endpoint)}: ${answer.statusCode} is in the document`);
    return answer;
  }

  async function refuses(
    endpoint: Endpoint,
    sent: Sent,
    code: keyof typeof errorTable,
    authorization = token,
  ) {
    const answer = await ask(endpoint, sent, authorization);
    const what = `${nameOf(endpoint)} ${JSON.stringify(sent)}`;
    const { status } = errorTable[code];
    t.equal(answer.statusCode, status, what);
    const body = errorBody.strict().parse(answer.json());
    t.match(body, { statusCode: status, code, error: STATUS_CODES[status] }, what);
  }

  const asked = right(id);
  const client = { body: { url: bridge.baseUrl } };
  const link = await app.inject({ url: `/api/v1/links/${id}`, headers: { authorization: token } });
  client.body.url = link.json().url;
  asked['POST /doctor/client'] = client;
  const never = ['POST /proposals/{id}/accept', 'POST /proposals/{id}/refuse', 'POST /proposals/{id}/undo'];
  t.strictSame(
    [...Object.keys(asked), ...never, 'DELETE /sync/{id}', 'GET /library/title/poster'].sort(),
    endpoints.map(nameOf).sort(),
    'every one is asked',
  );
  const byName = new Map(endpoints.map((one) => [nameOf(one), one]));
  for (const [name, sent] of Object.entries(asked)) {
    const endpoint = byName.get(name) as Endpoint;
    const answer = await ask(endpoint, sent);
    t.equal(answer.statusCode, endpoint.status, `${name}: ${answer.body.slice(0, 200)}`);
    if (endpoint.bytes !== undefined) {
      const bytes = answer.rawPayload;
      t.match(answer.headers, { 'content-type': endpoint.bytes, 'content-length': `${bytes.length}` }, name);
      // A zip begins so.
      if (endpoint.bytes === 'application/zip') t.equal(bytes.toString('latin1', 0, 2), 'PK', name);
      else t.match([answer.headers.etag, bytes.length], [/^".+"$/, 100], name);
      continue;
    }
    const read = endpoint.answer.safeParse(answer.json());
    t.ok(read.success, name);
    // What the schema names is all that there is.
    t.strictSame(read.data, answer.json(), name);
  }
  for (const [name, sent, code] of wrong) await refuses(byName.get(name) as Endpoint, sent, code);

  const samples = { params: { id: '1' }, query: { path }, body: { path, url: 'x', title: 'x' } };
  for (const endpoint of endpoints) {
    await refuses(endpoint, samples, 'BRIDGE_UNAUTHORIZED', 'Bearer wrong');
    const { method, path: at, params = undefined } = endpoint;
    const unknown = { ...(params && { params: { id } }), query: { nonsense: 1 } };
    const answer = await app.inject({
      method,
      url: addressOf(endpoint, unknown),
      headers: { authorization: token },
    });
    t.equal(answer.statusCode, 400, `${method} ${at} takes no word that it does not know`);
  }
  app.stopping.now = true;
  for (const endpoint of endpoints) await refuses(endpoint, samples, 'BRIDGE_STOPPING');
});

t.test('an error that travels is told with the same words, time and remedy', async (t) => {
  const at = Date.now() + 60_000;
  for (const code of Object.keys(errorTable) as (keyof typeof errorTable)[])
    for (const more of [{}, { remedy: 'Mend the link' }, { says: 'What was asked', retryAt: at }]) {
      const error = new BridgeError(code, more);
      const sent = errorBody.strict().parse(JSON.parse(JSON.stringify(bodyOf(error))));
      t.match(fromErrorBody(sent, error.retryAt), {
        code,
        message: error.message,
        remedy: error.remedy,
        retryAt: error.retryAt,
      });
    }
  const unknown = { statusCode: 500, code: 'BRIDGE_OF_TOMORROW', error: '', message: 'x', remedy: 'Wait' };
  t.match(fromErrorBody(unknown), { code: 'BRIDGE_INTERNAL', remedy: 'Wait' });
});
