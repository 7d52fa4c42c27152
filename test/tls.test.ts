import { once } from 'node:events';
import { copyFile, writeFile } from 'node:fs/promises';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import t from 'tap';
import { Agent, request } from 'undici';
import { loadSettings } from '../config/load.ts';
import { examineCertificate } from '../src/commands/start/examine-certificate.ts';
import { type Log, silentLog } from '../src/core/log.ts';
import { doubtOfTime, readCertificate } from '../src/edge/certificate.ts';
import { makeCertificate } from './fixtures/certificates.ts';
import { noFile, root } from './fixtures/checkout.ts';
import { dayMs, settle } from './fixtures/hand-clock.ts';
import { until } from './fixtures/playing.ts';
import { findProgram } from './fixtures/programs.ts';
import { run } from './fixtures/run.ts';
import { signal } from './fixtures/setup.ts';
import { startBridge } from './fixtures/start-bridge.ts';

/** https without a proxy: which pairs are taken, when, and what happens to those who are connected. */
if ((await findProgram(t, 'openssl')) === undefined) process.exit(0);
const dir = t.testdir();
const [first, second] = [await makeCertificate(dir, 'first'), await makeCertificate(dir, 'second')];
const trusting = new Agent({ connect: { rejectUnauthorized: false } });
t.teardown(() => trusting.close());

t.test('what is wrong with a pair is told of the file that it is in', async (t) => {
  const [{ cert, key }, other] = [first, second];
  const encrypted = await run('openssl', ['pkey', '-in', first.keyFile, '-aes256', '-passout', 'pass:x']);
  const table: [string, { cert: string; key: string }, 'cert' | 'key', RegExp][] = [
    ['nothing', { cert: '', key: '' }, 'cert', /no certificate/],
    ['no key', { cert, key: '' }, 'key', /no private key/],
    ['mixed up', { cert: key, key: cert }, 'cert', /mixed up/],
    ['the key of another', { cert, key: other.key }, 'key', /not the key of the first certificate/],
    ['another one in front', { cert: other.cert + cert, key }, 'key', /not the key of the first certificate/],
    ['half a certificate', { cert: cert.slice(0, cert.length / 2), key }, 'cert', /no certificate/],
    ['half a key', { cert, key: key.slice(0, key.length / 2) }, 'key', /no private key/],
    ['a key with a passphrase', { cert, key: encrypted.stdout }, 'key', /passphrase/],
  ];
  for (const [what, pair, of, wrong] of table) t.match(readCertificate(pair), { of, wrong }, what);
  const read = readCertificate({ cert: cert + other.cert, key });
  if ('wrong' in read) return t.fail(read.wrong);
  t.ok(read.isSelfSigned);
  for (const host of ['films.test', '127.0.0.1', 'localhost']) t.ok(read.fits(host), host);
  for (const host of ['example.org', '[::1]', '10.0.0.1']) t.notOk(read.fits(host), host);
  t.equal(doubtOfTime(read, read.validTo - dayMs), undefined);
  t.match(doubtOfTime(read, read.validTo + 1), /^ended on \d{4}-\d\d-\d\d/);
  t.match(doubtOfTime(read, read.validFrom - dayMs), /^begins only on/);
});

t.test('settings name both files or none, and files that are right', async (t) => {
  const faultsOf = (env: Record<string, string>) => {
    try {
      return loadSettings({ env, file: noFile, examineCertificate }).warnings.join('\n');
    } catch (error) {
      return (error as Error).message;
    }
  };
  const [PASSERELLE_TLS_CERT, PASSERELLE_TLS_KEY] = [first.certFile, first.keyFile];
  t.equal(faultsOf({ PASSERELLE_TLS_CERT, PASSERELLE_TLS_KEY }), '');
  t.match(
    faultsOf({ PASSERELLE_TLS_CERT }),
    /server\.tlsKey .*is missing, and server\.tlsCert is set; set both or none/,
  );
  t.match(faultsOf({ PASSERELLE_TLS_KEY }), /server\.tlsCert .*is missing, and server\.tlsKey is set/);
  t.match(faultsOf({ PASSERELLE_TLS_CERT: first.cert, PASSERELLE_TLS_KEY }), /tlsCert .*is the text itself/);
  t.match(
    faultsOf({ PASSERELLE_TLS_CERT: join(dir, 'none'), PASSERELLE_TLS_KEY }),
    /tlsCert .*none is not there \(ENOENT\)/,
  );
  t.match(
    faultsOf({ PASSERELLE_TLS_CERT, PASSERELLE_TLS_KEY: dir }),
    /tlsKey .*is a folder, where a file should be \(EISDIR\)/,
  );
  t.match(
    faultsOf({ PASSERELLE_TLS_CERT, PASSERELLE_TLS_KEY: second.keyFile }),
    /tlsKey .*is not the key of the first/,
  );
  const plain = { PASSERELLE_BASE_URL: 'http://films.test:8790' };
  t.match(
    faultsOf({ PASSERELLE_TLS_CERT, PASSERELLE_TLS_KEY, ...plain }),
    /baseUrl .*begins with http:\/\/, and this port speaks https/,
  );
});

/** A bridge with files of its own. */
async function served(t: Parameters<typeof startBridge>[0]) {
  const home = t.testdir();
  const [certFile, keyFile] = [join(home, 'cert.pem'), join(home, 'key.pem')];
  await copyFile(first.certFile, certFile);
  await copyFile(first.keyFile, keyFile);
  const lines: string[] = [];
  const note = (_values: object, words: string) => void lines.push(words);
  const log: Log = { ...silentLog, info: note, warn: note };
  const env = { PASSERELLE_TLS_CERT: certFile, PASSERELLE_TLS_KEY: keyFile };
  const started = await startBridge(t, {}, env, { home, log });
  const { port, protocol } = new URL(started.url);
  return { ...started, certFile, keyFile, lines, port: Number(port), protocol };
}

/** Who is there: the name in the certificate, and what was agreed on. */
async function shake(port: number): Promise<TLSSocket> {
  const socket = connect({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  await once(socket, 'secureConnect');
  return socket;
}

async function askOver(socket: TLSSocket): Promise<string> {
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  const [bytes] = await once(socket, 'data');
  return String(bytes);
}

t.test('it is served with, spoken to in http/1.1, and the base URL says https', async (t) => {
  const { url, port, protocol, bridge } = await served(t);
  t.equal(protocol, 'https:');
  t.match(bridge.baseUrl, /^https:\/\/localhost:8790$/);
  const answer = await request(`${url}/healthz`, { dispatcher: trusting });
  t.equal(answer.statusCode, 200);
  t.strictSame(await answer.body.json(), { status: 'ok' });
  const socket = await shake(port);
  t.equal(socket.alpnProtocol, 'http/1.1');
  t.equal(socket.getPeerCertificate().subject.CN, 'first');
  t.match(await askOver(socket), /^HTTP\/1\.1 200/);
  socket.destroy();
});

t.test('who speaks http to it is told what to write', async (t) => {
  const { port } = await served(t);
  const answer = await request(`http://127.0.0.1:${port}/stream/a/b/c.mkv`);
  t.equal(answer.statusCode, 400);
  t.match(await answer.body.json(), { code: 'BRIDGE_BAD_REQUEST', message: /https/ });
  t.equal(answer.headers.connection, 'close');
  const stranger = connectPlain(port, '127.0.0.1');
  stranger.write(Buffer.from([0x16, 1, 2, 3, 4, 5, 6]));
  stranger.end();
  stranger.resume();
  await once(stranger, 'close');
  t.pass('what only begins like TLS is ended');
});

t.test('a renewed pair is taken; half of one is told and waited for; who is connected stays', async (t) => {
  const { port, clock, certFile, keyFile, lines } = await served(t);
  const told = (words: RegExp) => lines.filter((line) => words.test(line)).length;
  const nameNow = async () => {
    const socket = await shake(port);
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return CN;
  };
  const look = async () => {
    await until('it sleeps', () => clock.sleeping() > 0);
    await clock.advance(5000);
    await until('it has looked', () => clock.sleeping() > 0);
    await settle();
  };
  const stays = await shake(port);
  t.match(await askOver(stays), /^HTTP\/1\.1 200/);

  await writeFile(certFile, second.cert);
  for (let time = 0; time < 3; time++) await look();
  t.equal(told(/the old one goes on: .*key\.pem is not the key/), 1, 'told once');
  t.equal(await nameNow(), 'first');

  await writeFile(keyFile, second.key.slice(0, 50));
  await look();
  t.equal(told(/the old one goes on: .*key\.pem holds no private key/), 1);
  t.equal(await nameNow(), 'first');

  await writeFile(keyFile, second.key);
  await look();
  t.equal(told(/a new certificate is served with/), 1);
  t.equal(await nameNow(), 'second');
  t.match(await askOver(stays), /^HTTP\/1\.1 200/, 'the same connection goes on');
  t.equal(stays.getPeerCertificate().subject.CN, 'first');
  stays.destroy();
  await look();
  t.equal(told(/a new certificate is served with/), 1, 'and nothing more is told');
});

t.test('connections that say nothing do not hold up the end', async (t) => {
  const { port, close } = await served(t);
  const silent = connectPlain(port, '127.0.0.1');
  silent.on('error', () => undefined);
  await once(silent, 'connect');
  const began = performance.now();
  await close();
  t.ok(performance.now() - began < 5000);
  silent.destroy();
});

t.test('doctor says how long it is good, and whom it is for', async (t) => {
  const { bridge, clock } = await served(t);
  const found = async () => {
    for await (const one of bridge.doctor.check(signal)) if (one.what === 'certificate') return one;
    return undefined;
  };
  clock.jump(Date.now());
  t.match(await found(), { state: 'warn', words: /^good until \d{4}-\d\d-\d\d; nobody else vouches/ });
  clock.jump(Date.now() + 20 * dayMs);
  t.match(await found(), { state: 'warn', words: /that is soon/ });
  clock.jump(Date.now() + 31 * dayMs);
  t.match(await found(), { state: 'fail', words: /^it ended on/ });
});

t.test('a container is healthy over https too', async (t) => {
  const { port, sync } = await served(t);
  await sync();
  const checked = await run(process.execPath, [join(root, 'docker', 'healthcheck.js')], {
    env: { PASSERELLE_PORT: String(port) },
  });
  t.match(checked, { code: 0, stdout: '{"status":"ready"}\n' });
});
