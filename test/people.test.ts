import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import t from 'tap';
import { Agent } from 'undici';
import { silentLog } from '../src/core/log.ts';
import { createConnect } from '../src/notify/http.ts';
import { type NeedFacts, needsOf } from '../src/notify/people/needs.ts';
import { createPeople, type ToldRecipient } from '../src/notify/people/people.ts';
import type { RecipientSetting } from '../src/notify/people/recipient.ts';
import { createCurrentRecipients } from '../src/notify/people/recipients.ts';
import { makeCertificate } from './fixtures/certificates.ts';
import { sumOf } from './fixtures/exposition.ts';
import { type Arrived, fakeMediaServer } from './fixtures/fake-media-server.ts';
import { createHandClock, dayMs, hourMs, minuteMs, settle } from './fixtures/hand-clock.ts';
import { mailSink } from './fixtures/mail-sink.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { findProgram } from './fixtures/programs.ts';
import { envOver } from './fixtures/setup.ts';
import { start } from './fixtures/simulated-host.ts';
import { file, startBridge } from './fixtures/start-bridge.ts';

const gibibyte = 1024 ** 3;
const now = Date.UTC(2026, 0, 15, 12);
const well: NeedFacts = {
  now,
  isKeyRefused: false,
  endsAt: undefined,
  endsOn: undefined,
  proposals: [],
  disks: [{ folder: 'data', freeBytes: 50 * gibibyte, sizeBytes: 5000 * gibibyte }],
};

/** Everything over loopback: people by these settings, who are told what the test says. */
async function people(t: Test, settings: RecipientSetting[]) {
  const clock = createHandClock();
  const dispatcher = new Agent();
  t.teardown(() => dispatcher.destroy());
  const kept = new Map<string, ToldRecipient>();
  const lines: string[] = [];
  const note = (values: object, words: string) => void lines.push(`${words} ${JSON.stringify(values)}`);
  const facts = { ...well };
  const recipients = createCurrentRecipients(() => settings);
  const start = () => {
    const one = createPeople({
      recipients,
      needs: async () => needsOf({ ...facts, now: clock.now() }),
      store: { get: async (name) => kept.get(name), put: async (name, told) => void kept.set(name, told) },
      connect: createConnect({ dispatcher, userAgent: 'Passerelle/test', clock }),
      clock,
      log: { ...silentLog, info: note, warn: note, error: note },
    });
    t.teardown(() => one.stop());
    return one;
  };
  return { clock, kept, lines, facts, start };
}
type Test = Parameters<typeof mailSink>[0];

/** Lets real sockets do what they have to. */
async function until(met: () => boolean): Promise<void> {
  for (let turn = 0; !met(); turn++) {
    if (turn > 20_000) throw new Error('waited in vain');
    await settle(1);
  }
}

const bodies = (arrived: readonly Arrived[]) => arrived.map(({ body }) => JSON.parse(body));

t.test(
  'each way is told in its own form, with its token, and no log names a topic, a token or an address',
  async (t) => {
    const server = await fakeMediaServer(t, (_asked, response) => void response.writeHead(200).end('{}'));
    const sink = await mailSink(t);
    const to = 'someone@example.org';
    const { facts, lines, kept, start } = await people(t, [
      { kind: 'ntfy', url: `${server.url}/secret-topic`, token: 'tk_AbCdEf' },
      { kind: 'gotify', url: server.url, token: 'AppToken1' },
      { kind: 'discord', url: `${server.url}/api/webhooks/1`, token: 'HookToken1' },
      { kind: 'email', url: sink.url, token: 'me:MailWord1', to },
    ]);
    facts.proposals = [{ files: 12 }];
    const one = start();
    one.start();
    await until(() => server.arrived.length === 3 && sink.letters.length === 1);
    await until(() => [...kept.values()].filter(({ last }) => last?.ok).length === 4);
    await one.stop();
    const by = (url: string) => server.arrived.find((asked) => asked.url === url);
    const title = 'a deletion of 12 files waits for a word';
    t.match(by('/'), { method: 'POST', headers: { authorization: 'Bearer tk_AbCdEf' } });
    t.match(JSON.parse(by('/')?.body ?? ''), {
      topic: 'secret-topic',
      title,
      priority: 3,
      message: /accept it or refuse/,
    });
    t.match(by('/message'), { method: 'POST', headers: { 'x-gotify-key': 'AppToken1' } });
    t.match(JSON.parse(by('/message')?.body ?? ''), { title, priority: 5 });
    t.match(JSON.parse(by('/api/webhooks/1/HookToken1')?.body ?? ''), {
      content: new RegExp(`^\\*\\*${title}\\*\\*\\n`),
      allowed_mentions: { parse: [] },
    });
    t.strictSame(sink.logins, ['me:MailWord1']);
    t.match(sink.letters, [
      { from: to, to, text: /^Subject: Passerelle: a deletion of 12 files waits for a word$/m },
    ]);
    t.match(sink.letters[0]?.text, /passerelle proposals shows/);
    t.equal(lines.length, 4, 'each is told to the log once');
    const told = JSON.stringify([...kept]) + lines.join('\n');
    for (const secret of ['secret-topic', 'tk_AbCdEf', 'AppToken1', 'HookToken1', 'MailWord1', to])
      t.notMatch(told, secret, secret);
  },
);

t.test(
  'of each need somebody is told once a day, whatever comes and goes, also over a restart',
  async (t) => {
    const server = await fakeMediaServer(t, (_asked, response) => void response.writeHead(204).end());
    const { clock, facts, start } = await people(t, [{ kind: 'discord', url: `${server.url}/x` }]);
    const titles = () => bodies(server.arrived).map(({ content }) => /^\*\*(.*)\*\*/.exec(content)?.[1]);
    const first = start();
    first.start();
    await clock.advance(hourMs);
    t.strictSame(titles(), [], 'nothing needs anybody');
    facts.isKeyRefused = true;
    first.wake();
    await until(() => titles().length === 1);
    for (let hours = 0; hours < 20; hours++) await clock.advance(hourMs);
    facts.isKeyRefused = false;
    await clock.advance(hourMs);
    facts.isKeyRefused = true;
    facts.proposals = [{ files: 2 }];
    await clock.advance(10 * minuteMs);
    await until(() => titles().length === 2);
    t.strictSame(titles(), ['the host refuses the API key', 'a deletion of 2 files waits for a word']);
    await first.stop();

    const second = start();
    second.start();
    await clock.advance(hourMs);
    await settle(50);
    t.equal(titles().length, 2, 'a restart tells nobody anew');
    await clock.advance(2 * hourMs);
    await until(() => titles().length === 3);
    t.equal(titles()[2], 'the host refuses the API key', 'a day later it is said again');
    clock.jump(clock.now() - 400 * dayMs);
    second.wake();
    await until(() => titles().length === 5);
    t.pass('a clock that was set far back silences nobody');
  },
);

t.test('who cannot be told is told later, with growing pauses, and holds up nobody', async (t) => {
  let status = 500;
  const down = await fakeMediaServer(
    t,
    (_asked, response) => void response.writeHead(status).end('secret words'),
  );
  const up = await fakeMediaServer(t, (_asked, response) => void response.writeHead(200).end('{}'));
  const { clock, facts, lines, start } = await people(t, [
    { kind: 'gotify', url: down.url, token: 'x1' },
    { kind: 'ntfy', url: `${up.url}/t` },
  ]);
  facts.isKeyRefused = true;
  const one = start();
  one.start();
  await until(() => down.arrived.length === 1 && up.arrived.length === 1);
  await until(() => lines.length === 2);
  await clock.advance(29_000);
  await settle(50);
  t.equal(down.arrived.length, 1);
  await clock.advance(2_000);
  await until(() => down.arrived.length === 2);
  await settle(50);
  t.match(await one.state(), [
    { last: { ok: false, words: 'answers 500' } },
    { last: { ok: true, words: 'told: the host refuses the API key' } },
  ]);
  status = 200;
  await clock.advance(2 * minuteMs);
  await until(() => down.arrived.length === 3);
  await settle(50);
  t.match(await one.state(), [{ last: { ok: true } }, { last: { ok: true } }]);
  await clock.advance(hourMs);
  await settle(50);
  t.equal(down.arrived.length, 3);
  t.equal(up.arrived.length, 1);
  t.equal(lines.filter((line) => line.includes('could not be told')).length, 1, 'the log says it once');
  t.notMatch(lines.join('\n'), 'secret words');
});

t.test('a mail server: what it refuses is told in our words, and a password needs TLS', async (t) => {
  const sink = await mailSink(t);
  const email = (more: Partial<RecipientSetting> = {}) => ({
    kind: 'email' as const,
    url: sink.url,
    to: 'a@example.org',
    token: 'me:MailWord1',
    ...more,
  });
  const tried = async (more: Partial<RecipientSetting> = {}) => {
    const { start, clock } = await people(t, [email(more)]);
    const testing = start().test(AbortSignal.timeout(60_000));
    if (sink.isSilent) {
      await settle(200);
      await clock.advance(31_000);
    }
    return (await testing)[0];
  };
  t.match(await tried(), { ok: true, words: 'a test was sent' });
  t.match(sink.letters, [{ text: /Subject: Passerelle: this is a test/ }]);
  t.match(await (await people(t, [email()])).start().check(AbortSignal.timeout(60_000)), [
    { ok: true, words: 'lets us in' },
  ]);
  t.equal(sink.letters.length, 1, 'a check sends nothing');
  const rows: [word: string, answer: string, says: object][] = [
    [
      'AUTH',
      '535 5.7.8 secret reason',
      { ok: false, words: 'does not accept the user or the password (535)', remedy: /token/ },
    ],
    ['RCPT', '550 no such user', { ok: false, words: 'does not take the address of to or from (550)' }],
    ['DATA', '554 no', { ok: false, words: 'does not take the message (554)' }],
  ];
  for (const [word, answer, says] of rows) {
    sink.refuses = new Map([[word, answer]]);
    t.match(await tried(), says, word);
  }
  sink.refuses.clear();
  t.match(await tried({ url: 'smtp://127.0.0.1:1' }), {
    ok: false,
    words: /^does not answer: nobody listens there/,
  });
  t.match(await tried({ url: sink.url.replace('smtp:', 'smtps:') }), { ok: false });
  const before = sink.logins.length;
  t.match(
    await tried({ url: sink.url.replace('127.0.0.1', 'localhost') }),
    { ok: true },
    'this machine itself',
  );
  // The same machine by an address that is not known to be it.
  const [elsewhere] = createCurrentRecipients(() => [
    email({ url: sink.url.replace('127.0.0.1', '0.0.0.0') }),
  ])();
  const clock = createHandClock();
  const connection = { clock, signal: AbortSignal.timeout(60_000), send: async () => '' };
  await t.rejects(async () => elsewhere?.adapter.check(connection), {
    message: 'offers no TLS that this machine believes',
  });
  t.equal(sink.logins.length, before + 1, 'no password went out in the clear');
  sink.isSilent = true;
  t.match(await tried(), { ok: false, words: 'did not answer within 30 s' });
});

t.test(
  'a bridge whose key is refused tells so, counts it, and doctor and the API say how it went',
  async (t) => {
    const server = await fakeMediaServer(
      t,
      ({ url }, response) =>
        void response.writeHead(url === '/health' || url === '/message' ? 200 : 404).end('{}'),
    );
    const one = await startBridge(
      t,
      { files: [file('Heat.1995.mkv')] },
      {
        PASSERELLE_METRICS_OPEN: 'true',
        PASSERELLE_NOTIFY: JSON.stringify([{ kind: 'gotify', url: server.url, token: 'AppToken1' }]),
      },
    );
    const { bridge, simulator, app } = one;
    const headers = { authorization: `Bearer ${bridge.secrets.adminToken}` };
    bridge.people.start();
    simulator.faults.answer({ is: 'ko', message: 'Bad token #31', status: 403 });
    await bridge.host.account({ urgency: 'background' }).catch(() => undefined);
    await until(() => server.arrived.length === 1);
    t.match(bodies(server.arrived), [{ title: 'the host refuses the API key', priority: 8 }]);
    const listed = await app.inject({ url: '/api/v1/notify', headers });
    t.match(listed.json(), {
      servers: [],
      people: [{ recipient: /^gotify http:\/\/127\.0\.0\.1:\d+ #[0-9a-f]{6}$/ }],
    });
    const tested = await app.inject({ method: 'POST', url: '/api/v1/notify/test', headers });
    t.match(tested.json(), { results: [{ ok: true, words: 'a test was sent' }] });
    const text = (await app.inject({ url: '/metrics' })).body;
    t.equal(sumOf(text, 'passerelle_notify_total', 'kind="gotify",result="ok"'), 1, 'a test is no notice');
    const findings = [];
    for await (const finding of bridge.doctor.check(AbortSignal.timeout(60_000)))
      if (finding.what === 'people') findings.push(finding);
    t.match(findings, [
      { state: 'ok', words: /^gotify .*: answers; last at 20.*: told: the host refuses the API key$/ },
    ]);
  },
);

t.test('doctor --send-test sends one to each, and ends with 1 where one did not arrive', async (t) => {
  const server = await fakeMediaServer(
    t,
    ({ url }, response) => void response.writeHead(url === '/message' ? 200 : 404).end('{}'),
  );
  const simulator = await start(t);
  const home = t.testdir();
  const rows = [
    { kind: 'gotify', url: server.url, token: 'AppToken1' },
    { kind: 'discord', url: `${server.url}/api/webhooks/1`, token: 'HookToken1' },
  ];
  const env = (some: typeof rows) => ({
    ...envOver(simulator, home),
    PASSERELLE_NOTIFY: JSON.stringify(some),
  });
  const both = await passerelle(['doctor', '--send-test'], { cwd: home, env: env(rows) });
  t.match(both.stdout, /gotify http:\/\/127\.0\.0\.1:\d+ #\w+: a test was sent/);
  t.match(both.stdout, /discord .*: has no such address \(404\)/);
  t.notMatch(both.stdout + both.stderr, 'HookToken1');
  t.equal(both.code, 1);
  t.equal(simulator.counters.requests.length, 0, 'the host is asked nothing');
  t.match(bodies(server.arrived.slice(0, 1)), [{ title: 'this is a test' }]);
  const none = await passerelle(['doctor', '--send-test'], { cwd: home, env: env([]) });
  t.match(none, { code: 0, stdout: /nobody is told/ });
  const odd = await passerelle(['doctor', '--send-test', '--client', `${server.url}/stream/x/y/z.mkv`], {
    cwd: home,
  });
  t.equal(odd.code, 2);
});

t.test(
  'a mail server with STARTTLS gets the password inside it, and none that shows a stranger',
  async (t) => {
    if (!(await findProgram(t, 'openssl'))) return;
    const sink = await mailSink(t);
    sink.tls = await makeCertificate(t.testdir(), 'mail');
    const setting = { kind: 'email' as const, url: sink.url, to: 'a@example.org', token: 'me:MailWord1' };
    const { start } = await people(t, [setting]);
    const tried = async () => (await start().test(AbortSignal.timeout(60_000)))[0];
    t.match(await tried(), {
      ok: false,
      words: 'offers no TLS that this machine believes',
      remedy: /NODE_EXTRA_CA/,
    });
    t.strictSame(sink.logins, []);
    const known = getCACertificates('default');
    setDefaultCACertificates([...known, sink.tls.cert]);
    t.teardown(() => setDefaultCACertificates(known));
    t.match(await tried(), { ok: true });
    t.strictSame(sink.logins, ['me:MailWord1']);
    t.equal(sink.openLogins, 0);
    t.equal(sink.letters.length, 1);
  },
);
