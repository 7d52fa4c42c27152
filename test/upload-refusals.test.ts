import { spawnSync } from 'node:child_process';
import { mkdirSync, statfsSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { request } from 'undici';
import { ask, authorization } from './fixtures/dav.ts';
import { bytes, film, sha, writing } from './fixtures/dav-writing.ts';
import { signal } from './fixtures/setup.ts';

/**
 * A client replaces a file, and it cannot be done: it hears why, the host has the old one, whole and once, and nothing
 * half done is left here or there. When the reason is gone the same request does it.
 */

const old = sha(bytes(300_000, 1));
const fresh = bytes(200_000, 7);

t.test('whatever refuses a file, the old one is there, whole and once, and nothing half done', async (t) => {
  const one = await writing(t);
  const { simulator, put, names, spooled, door, bridge } = one;
  const { faults } = simulator;
  const rows: [what: string, status: number, words: RegExp, fail: () => void, tries: number][] = [
    [
      'the node finds no file in the form',
      502,
      /Pas de fichier trouvé dans l'envoi/,
      () => Object.assign(faults.upload, { refusal: { words: "Pas de fichier trouvé dans l'envoi" } }),
      1,
    ],
    [
      'the node says that the account is full',
      502,
      /Espace de stockage insuffisant/,
      () => Object.assign(faults.upload, { refusal: { words: 'Espace de stockage insuffisant' } }),
      1,
    ],
    [
      'its disks fail, three times',
      503,
      /Ne peut ouvrir le fichier destination/,
      () => Object.assign(faults.upload, { noDisk: {} }),
      3,
    ],
    ['5xx, three times', 503, /50[23]/, () => Object.assign(faults.upload, { status: { status: 503 } }), 3],
    [
      '5xx behind the body, three times',
      503,
      /500/,
      () => Object.assign(faults.upload, { status: { status: 500, afterBody: true } }),
      3,
    ],
    [
      'uploads are forbidden, says the API',
      502,
      /Resource not allowed|access/,
      () =>
        faults.answer({ is: 'ko', message: 'Resource not allowed #631', verb: 'upload/get_upload_server' }),
      0,
    ],
    [
      'in words that nobody knows',
      502,
      /Upload quota exceeded/,
      () =>
        faults.answer({ is: 'ko', message: 'Upload quota exceeded #999', verb: 'upload/get_upload_server' }),
      0,
    ],
    [
      'with a node that is not the host',
      502,
      /./,
      () => {
        faults.lie = ({ verb }, truth) =>
          verb === 'upload/get_upload_server' && truth ? { ...truth, url: 'evil.example' } : undefined;
      },
      0,
    ],
  ];
  for (const [what, status, words, fail, tries] of rows) {
    simulator.counters.uploadRequests.length = 0;
    fail();
    const told = await put(`/Films/${film}`, fresh);
    t.equal(told.status, status, `${what}: ${told.text}`);
    t.match(told.text, words, what);
    const sent = simulator.counters.uploadRequests.filter(({ path }) => path === '/upload.cgi').length;
    t.equal(sent, tries, `${what}: how often it is sent`);
    faults.clear();
    t.equal(sha((await ask(`${door}/Films/${film}`, 'GET')).body), old, what);
    t.same(names('/Films'), [film, 'Old'].sort(), what);
    t.same([names('/'), spooled(), await bridge.catalog.uploads.all()], [['Films', 'Private'], [], []], what);
  }
  t.equal((await put(`/Films/${film}`, fresh)).status, 204, 'and when nothing refuses it');
  t.equal(sha((await ask(`${door}/Films/${film}`, 'GET')).body), sha(fresh));
  t.same(names('/Films'), [film, 'Old'].sort());
});

t.test('a key that ends in the middle leaves a file that is not taken for ours', async (t) => {
  const { simulator, put, names, bridge, spooled } = await writing(t);
  simulator.faults.upload = { keyless: { times: 1 } };
  simulator.faults.answer({
    is: 'ko',
    message: 'No such user #93',
    status: 403,
    verb: 'folder/ls',
    times: 9,
  });
  const told = await put(`/Films/${film}`, fresh);
  t.equal(told.status, 502);
  t.match(told.text, /API key/);
  t.equal(simulator.account.file(`/Films/${film}`).sizeBytes, 300_000);
  t.match((await bridge.catalog.files.byPath(`/Films/${film}`)).files, [{ sizeBytes: 300_000 }]);
  t.same(names('/Films'), [film, 'Old'].sort());
  t.same([spooled(), await bridge.catalog.uploads.all()], [[], []]);
});

t.test(
  'an account that takes nothing is told before the first byte, and asked again when it may have room',
  async (t) => {
    for (const [fault, why] of [
      [{ forbidden: true }, /takes no uploads into this account/],
      [{ availableBytes: 1000 }, /account is full/],
      [{ overQuota: true }, /over its quota/],
      [{ overQuota: true, availableBytes: -5 }, /account is full/],
    ] as const) {
      const { simulator, put, bridge, home } = await writing(t);
      simulator.faults.upload = fault;
      await bridge.host.account({ urgency: 'write', signal });
      const told = await put(`/Films/${film}`, fresh);
      t.equal(told.status, 507);
      t.match(told.text, why);
      const source = join(home, 'x.mkv');
      writeFileSync(source, fresh);
      const send = () => bridge.uploader.put({ source, to: '/Films', signal });
      await t.rejects(send(), { code: 'BRIDGE_UPLOAD_FULL' }, 'nor from the command line');
      t.equal(simulator.counters.calls['upload/get_upload_server'], undefined);
      t.equal((await put('/Films/empty.txt', '')).status, 201, 'what stays here needs no room there');
      t.equal((await put('/Films/._left', 'x')).status, 201);
    }
    // A host that names free bytes is believed in these, and says no by itself where it does not take them.
    const { simulator, put, bridge } = await writing(t);
    simulator.faults.upload = { overQuota: true, availableBytes: 10 ** 9 };
    await bridge.host.account({ urgency: 'write', signal });
    t.equal((await put('/Films/New.mkv', fresh)).status, 201);
  },
);

t.test('a disk that fills up while a body comes in is told, and takes nothing with it', async (t) => {
  const { home, url, bridge, spooled, names, door } = await writing(t);
  const spool = join(home, 'data', 'spool');
  mkdirSync(spool, { recursive: true });
  const mount = ['-t', 'tmpfs', '-o', 'size=72m', 'tmpfs', spool];
  const isMounted = spawnSync('mount', mount, { stdio: 'ignore' }).status === 0;
  t.teardown(() => isMounted && spawnSync('umount', ['-l', spool]));
  if (!isMounted) return t.comment('SKIPPED: nobody may mount here');
  const rest = join(spool, 'rest');
  async function* body() {
    yield bytes(100_000, 7);
    const { bavail, bsize } = statfsSync(spool);
    writeFileSync(rest, Buffer.alloc(bavail * bsize - 65_536));
    for (let piece = 0; piece < 20; piece++) yield bytes(100_000, piece);
  }
  const told = await request(`${url}/dav/account/Films/${film}`, {
    method: 'PUT',
    headers: { authorization },
    body: body() as never,
  });
  t.equal(told.statusCode, 507);
  t.match(await told.body.text(), /disk of dataDir is full/);
  unlinkSync(rest);
  t.same([spooled(), await bridge.catalog.uploads.all()], [[], []]);
  t.equal(sha((await ask(`${door}/Films/${film}`, 'GET')).body), old);
  t.same(names('/Films'), [film, 'Old'].sort());
});
