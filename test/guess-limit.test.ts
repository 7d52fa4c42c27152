import t from 'tap';
import { request } from 'undici';
import { silentLog } from '../src/core/log.ts';
import { createGuessLimit, createGuessReport, freeTries } from '../src/edge/guess-limit.ts';
import { basic } from './fixtures/dav.ts';
import { createHandClock, hourMs, minuteMs } from './fixtures/hand-clock.ts';
import { signal } from './fixtures/setup.ts';
import { startBridge } from './fixtures/start-bridge.ts';

/** Passwords and tokens are guessed a few times, then slowly, and nobody who has the right one is kept out by others. */
function guarded() {
  const clock = createHandClock();
  const limit = createGuessLimit(clock);
  let compared = 0;
  const attempt = (
    address: string,
    given: string,
    { agent = 'a', kind = 'token' as 'token' | 'password' } = {},
  ) =>
    limit.attempt({ address, kind, agent }, given, () => {
      compared += 1;
      return given === 'right';
    });
  return { clock, attempt, compared: () => compared };
}
const outcome = (one: { isRight: boolean; retryAt?: number }) =>
  one.isRight ? 'in' : one.retryAt === undefined ? 'wrong' : 'wait';

t.test('an address has twenty tries, and then waits longer after each', async (t) => {
  const { clock, attempt, compared } = guarded();
  for (let guess = 0; guess < freeTries; guess++)
    t.equal(outcome(attempt('192.0.2.7', `no${guess}`)), 'wrong');
  const waits: number[] = [];
  for (let guess = 0; guess < 9; guess++) {
    const early = attempt('192.0.2.7', 'right');
    t.equal(outcome(early), 'wait', 'the right one too, so that nothing is learned');
    const retryAt = 'retryAt' in early ? (early.retryAt ?? 0) : 0;
    waits.push((retryAt - clock.now()) / minuteMs);
    await clock.advance(retryAt - clock.now());
    t.equal(outcome(attempt('192.0.2.7', `more${guess}`)), 'wait');
  }
  t.strictSame(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
  t.equal(compared(), freeTries + 9);
  await clock.advance(hourMs);
  t.equal(outcome(attempt('192.0.2.7', 'right')), 'in', 'after its wait the right one is right');
});

t.test('every address is by itself, of IPv6 every /64', async (t) => {
  const { attempt } = guarded();
  for (let guess = 0; guess < 30; guess++) attempt(`2001:db8:1:2::${guess}`, `no${guess}`);
  t.equal(outcome(attempt('2001:db8:1:2:ffff::1', 'right')), 'wait');
  for (const address of ['2001:db8:1:3::1', '192.0.2.7', ''])
    t.equal(outcome(attempt(address, 'right')), 'in');
});

t.test('tokens and passwords count together, and having one is no proof of the other', async (t) => {
  const { attempt } = guarded();
  t.equal(outcome(attempt('192.0.2.7', 'right', { kind: 'password' })), 'in');
  for (let guess = 0; guess < 30; guess++) attempt('192.0.2.7', `no${guess}`);
  t.equal(outcome(attempt('192.0.2.7', 'right')), 'wait');
  t.equal(outcome(attempt('192.0.2.7', 'right', { kind: 'password' })), 'in', 'his password goes on');
});

t.test('behind one address, who was let in before goes on beside one who guesses', async (t) => {
  const { attempt } = guarded();
  t.equal(outcome(attempt('192.0.2.7', 'right', { agent: 'Kodi' })), 'in');
  for (let guess = 0; guess < 500; guess++) attempt('192.0.2.7', `no${guess}`, { agent: 'curl' });
  t.equal(outcome(attempt('192.0.2.7', 'right', { agent: 'Kodi' })), 'in');
  t.equal(outcome(attempt('192.0.2.7', 'right', { agent: 'curl' })), 'wait');
});

t.test('who was let in before may not guess for ever', async (t) => {
  const { clock, attempt, compared } = guarded();
  attempt('192.0.2.7', 'right');
  const first: string[] = [];
  for (let guess = 0; guess < 40; guess++) first.push(outcome(attempt('192.0.2.7', `no${guess}`)));
  t.strictSame(first, [...Array(freeTries).fill('wrong'), ...Array(20).fill('wait')]);
  t.equal(outcome(attempt('192.0.2.7', 'right')), 'in', 'after a few mistakes he is still let in');
  for (let guess = 0; guess < 1000; guess++) attempt('192.0.2.7', `more${guess}`);
  t.equal(compared(), 102, 'a hundred wrong ones were compared');
  t.equal(outcome(attempt('192.0.2.7', 'right')), 'wait');
  for (let hour = 0; hour < 24 * 60; hour++) {
    attempt('192.0.2.7', `later${hour}`);
    await clock.advance(minuteMs);
  }
  t.ok(compared() < 102 + 40, `${compared()} in a day`);
});

t.test('an old client with an old password locks nobody out', async (t) => {
  const { clock, attempt } = guarded();
  attempt('192.0.2.7', 'right', { agent: 'Kodi' });
  const seen: string[] = [];
  for (let time = 0; time < 2000; time++) {
    seen.push(outcome(attempt('192.0.2.7', 'old', { agent: 'Kodi' })));
    seen.push(outcome(attempt('192.0.2.7', 'older', { agent: 'box' })));
    await clock.advance(10_000);
  }
  t.ok(seen.includes('wait'), 'he is told to wait');
  t.equal(outcome(attempt('192.0.2.7', 'right', { agent: 'Kodi' })), 'in');
  t.equal(outcome(attempt('192.0.2.7', 'right', { agent: 'new' })), 'in', 'also who comes there anew');
});

t.test('a crowd has fewer tries each, and keeps nobody out who has the right one', async (t) => {
  const { clock, attempt, compared } = guarded();
  attempt('198.51.100.1', 'right');
  const address = (one: number) => `10.${one >> 16}.${(one >> 8) & 255}.${one & 255}`;
  for (let one = 0; one < 4000; one++)
    for (let guess = 0; guess < 5; guess++) attempt(address(one), `no${one} ${guess}`);
  t.ok(compared() < 4000 + 600, `${compared()} of 20000 were compared`);
  t.equal(outcome(attempt(address(5000), 'no')), 'wait', 'a wrong one is told to wait at once');
  t.equal(outcome(attempt(address(5001), 'right')), 'in');
  t.equal(outcome(attempt('198.51.100.1', 'right')), 'in');
  await clock.advance(3 * minuteMs);
  t.equal(outcome(attempt(address(6000), 'no')), 'wrong', 'when it is over, it is over');
});

t.test('what is remembered has a bound: the oldest is forgotten', async (t) => {
  const { attempt } = guarded();
  for (let guess = 0; guess < 30; guess++) attempt('192.0.2.7', `no${guess}`);
  const others = (from: number, to: number) => {
    for (let one = from; one < to; one++) attempt(`2001:db8:${one.toString(16)}::1`, 'no');
  };
  others(0, 9000);
  t.equal(outcome(attempt('192.0.2.7', 'right')), 'wait');
  others(9000, 10_100);
  t.equal(outcome(attempt('192.0.2.7', 'right')), 'in');
});

t.test('a clock that is set back makes no wait longer than any is', async (t) => {
  const { clock, attempt } = guarded();
  for (let guess = 0; guess < 30; guess++) attempt('192.0.2.7', `no${guess}`);
  clock.jump(clock.now() - 365 * 24 * hourMs);
  t.equal(outcome(attempt('192.0.2.7', 'right')), 'in');
});

t.test(
  'the API and the listings share the limit: 429 with Retry-After, also for the right one',
  async (t) => {
    const { url, bridge, clock } = await startBridge(t, {}, { PASSERELLE_TRUST_PROXY: 'true' });
    const ask = async (path: string, authorization: string, from: string) => {
      const answer = await request(url + path, { headers: { authorization, 'x-forwarded-for': from } });
      const { code } = JSON.parse((await answer.body.text()) || '{}') as { code?: string };
      return {
        status: answer.statusCode,
        code,
        retryAfter: answer.headers['retry-after'],
        who: answer.headers['www-authenticate'],
      };
    };
    const token = (word: string, from: string) => ask('/api/v1/notify', `Bearer ${word}`, from);
    const guesses = [];
    for (let guess = 0; guess < 15; guess++) guesses.push((await token(`no${guess}`, '203.0.113.5')).status);
    for (let guess = 0; guess < 5; guess++)
      guesses.push((await ask('/api/docs/', basic('passerelle', `no${guess}`), '203.0.113.5')).status);
    t.strictSame(guesses, Array(20).fill(401));
    t.match(await token(bridge.secrets.adminToken, '203.0.113.5'), {
      status: 429,
      code: 'BRIDGE_TOO_MANY_TRIES',
      retryAfter: '60',
      who: undefined,
    });
    t.equal((await token(bridge.secrets.adminToken, '203.0.113.6')).status, 200);
    for (const nothing of ['', 'Bearer', 'Bearer ', 'Digest x', 'Basic'])
      for (let time = 0; time < 10; time++)
        t.equal((await ask('/api/v1/notify', nothing, '203.0.113.7')).status, 401, 'nothing is no guess');
    t.equal((await token(bridge.secrets.adminToken, '203.0.113.7')).status, 200);
    await clock.advance(minuteMs);
    t.equal((await token(bridge.secrets.adminToken, '203.0.113.5')).status, 200);
  },
);

t.test('doctor tells of secrets that are short', async (t) => {
  const found = async (env: Record<string, string>) => {
    const { bridge } = await startBridge(t, {}, env);
    for await (const one of bridge.doctor.check(signal)) if (one.what === 'secrets') return one;
    return undefined;
  };
  t.match(await found({}), { state: 'ok' });
  const short = { PASSERELLE_PASSWORD: 'films', PASSERELLE_ADMIN_TOKEN: 'abc123' };
  t.match(await found(short), {
    state: 'warn',
    words: 'the password has 5 characters, and the admin token has 6: easily guessed',
  });
  t.match(await found({ PASSERELLE_PASSWORD: 'password123' }), {
    state: 'warn',
    words: 'the password is among the first that are tried: easily guessed',
  });
  t.match(await found({ PASSERELLE_ADMIN_TOKEN: 'abc123' }), { words: /^the admin token has 6: easily/ });
});

t.test(
  'the log is told of the first wrong one of an address and of its wait, and by a crowd not without end',
  async (t) => {
    const clock = createHandClock();
    const limit = createGuessLimit(clock);
    const lines: [words: string, values: object][] = [];
    const tell = (values: object, words: string) => void lines.push([words, values]);
    const report = createGuessReport({ ...silentLog, info: tell, warn: tell }, clock);
    const show = (address: string, given: string) => {
      const who = { address, kind: 'password', agent: 'x'.repeat(5000) } as const;
      report.tell(
        who,
        limit.attempt(who, given, () => given === 'right'),
      );
    };
    show('192.0.2.7', 'right');
    for (let guess = 0; guess < 22; guess++) show('192.0.2.7', `secret${guess}`);
    for (let guess = 0; guess < 22; guess++) show('198.51.100.1', `secret${guess}`);
    t.match(lines, [
      ['a wrong password or token was shown', { ip: '192.0.2.7', kind: 'password' }],
      ['too many wrong passwords or tokens were shown', { ip: '192.0.2.7', until: /^\d{4}-/ }],
      ['a wrong password or token was shown', { ip: '198.51.100.1' }],
      ['too many wrong passwords or tokens were shown', { ip: '198.51.100.1', until: /^\d{4}-/ }],
    ]);
    t.equal(lines[3]?.[0], 'too many wrong passwords or tokens were shown');
    t.notMatch(JSON.stringify(lines), /secret/);
    t.ok(JSON.stringify(lines).length < 2000, 'no name fills the log');
    for (let one = 0; one < 1000; one++) show(`10.0.${one >> 8}.${one & 255}`, 'secret');
    t.equal(lines.length, 21);
    t.match(lines.at(-1), ['more wrong passwords and tokens than are told one by one']);
    await clock.advance(minuteMs);
    show('203.0.113.9', 'secret');
    t.equal(lines.length, 22);
  },
);
