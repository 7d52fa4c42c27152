import t from 'tap';
import { secondMs } from '../src/core/durations.ts';
import { isBridgeError } from '../src/core/errors.ts';
import { isBelow, upwards } from '../src/uploads/dav/lock-paths.ts';
import { readLockTimeout } from '../src/uploads/dav/lock-timeout.ts';
import { createDavLocks, type DavLocks, type HeldLock, LockedError } from '../src/uploads/dav/locks.ts';
import { createHandClock, hourMs, minuteMs } from './fixtures/hand-clock.ts';

/** Locks over WebDAV: who may hold one beside whom, what each forbids, and how long (RFC 4918 sections 6 and 7). */

/** `x` exclusive, `s` shared; `0` for the path alone, `*` for all below it as well; then the path. */
type Lock = `${'x' | 's'}${'0' | '*'} ${string}`;

function take(locks: DavLocks, lock: Lock, timeoutMs = hourMs): HeldLock {
  return locks.take({
    path: lock.slice(3),
    scope: lock[0] === 'x' ? 'exclusive' : 'shared',
    depth: lock[1] === '0' ? 0 : 'infinity',
    owner: '',
    timeoutMs,
  });
}

/** `free`, or why not and where. */
function outcome(work: () => unknown): string {
  try {
    work();
    return 'free';
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    return `${error.code} ${error.condition} ${error.path}`;
  }
}

t.test('what lies below and around a path', async (t) => {
  const rows: [path: string, root: string, below: boolean][] = [
    ['/A/B', '/A', true],
    ['/A/B/C', '/A', true],
    ['/A', '/', true],
    ['/A', '/A', false],
    ['/', '/', false],
    ['/AB', '/A', false],
    ['/A', '/A/B', false],
  ];
  for (const [path, root, below] of rows) t.equal(isBelow(path, root), below, `${path} below ${root}`);
  t.strictSame([...upwards('/A/B/C')], ['/A/B/C', '/A/B', '/A', '/']);
  t.strictSame([...upwards('/')], ['/']);
});

t.test('a second lock is given where every lock in its way is shared and it is too', async (t) => {
  const conflict = (path: string) => `BRIDGE_LOCKED no-conflicting-lock ${path}`;
  const rows: [held: Lock[], wish: Lock, expected: string][] = [
    [[], 'x0 /A', 'free'],
    [[], 'x* /', 'free'],
    [['x0 /A'], 'x0 /A', conflict('/A')],
    [['x0 /A'], 's0 /A', conflict('/A')],
    [['s0 /A'], 'x0 /A', conflict('/A')],
    [['s0 /A'], 's0 /A', 'free'],
    [['s0 /A', 's0 /A'], 's0 /A', 'free'],
    [['s0 /A', 's* /A'], 'x0 /A', conflict('/A')],
    [['x0 /A'], 'x0 /B', 'free'],
    [['x0 /A'], 'x0 /AB', 'free'],
    [['x* /A'], 'x0 /AB', 'free'],
    // Depth 0 holds for the folder, not for what lies in it.
    [['x0 /A'], 'x0 /A/f', 'free'],
    [['x0 /A/f'], 'x0 /A', 'free'],
    [['x0 /A'], 'x* /A/B', 'free'],
    // Depth infinity holds for all below, in both directions.
    [['x* /A'], 'x0 /A/f', conflict('/A')],
    [['x* /A'], 's0 /A/B/C/f', conflict('/A')],
    [['s* /A'], 'x0 /A/B/f', conflict('/A')],
    [['s* /A'], 's0 /A/B/f', 'free'],
    [['x* /'], 'x0 /A', conflict('/')],
    [['x0 /A/f'], 'x* /A', conflict('/A/f')],
    [['x0 /A/B/f'], 's* /A', conflict('/A/B/f')],
    [['s0 /A/f'], 'x* /A', conflict('/A/f')],
    [['s0 /A/f'], 's* /A', 'free'],
    [['s0 /A/f', 'x0 /A/g'], 's* /A', conflict('/A/g')],
    [['x0 /A'], 'x* /', conflict('/A')],
    [['x* /A/B'], 'x* /A/C', 'free'],
  ];
  for (const [held, wish, expected] of rows) {
    const locks = createDavLocks(createHandClock());
    for (const lock of held) take(locks, lock);
    const before = locks.of('/A/f').length;
    t.equal(
      outcome(() => take(locks, wish)),
      expected,
      `${wish} beside ${held.join(', ') || 'none'}`,
    );
    if (expected !== 'free')
      t.equal(locks.of('/A/f').length, before, 'and nothing is held by who was refused');
  }
});

t.test('what is changed needs a token of each thing that is locked', async (t) => {
  const locked = (path: string) => `BRIDGE_LOCKED lock-token-submitted ${path}`;
  /** Of the locks held, whose tokens are sent, by their place in the row. */
  const rows: [held: Lock[], path: string, sent: number[], plain: string, deep: string, member: string][] = [
    [[], '/A', [], 'free', 'free', 'free'],
    [['x0 /A/f'], '/A/f', [], locked('/A/f'), locked('/A/f'), 'free'],
    [['x0 /A/f'], '/A/f', [0], 'free', 'free', 'free'],
    [['x0 /A/f'], '/A/g', [], 'free', 'free', 'free'],
    // What lies below counts where it changes too.
    [['x0 /A/f'], '/A', [], 'free', locked('/A/f'), 'free'],
    [['x0 /A/f'], '/A', [0], 'free', 'free', 'free'],
    [['x0 /A/f', 'x0 /A/B/g'], '/A', [0], 'free', locked('/A/B/g'), 'free'],
    [['x0 /A/f', 'x0 /A/B/g'], '/A', [0, 1], 'free', 'free', 'free'],
    [['x0 /AB'], '/A', [], 'free', 'free', 'free'],
    // A folder alone: its members may be written, but none may come or go.
    [['x0 /A'], '/A/f', [], 'free', 'free', locked('/A')],
    [['x0 /A'], '/A/f', [0], 'free', 'free', 'free'],
    [['x0 /A'], '/A/B/f', [], 'free', 'free', 'free'],
    [['x0 /A'], '/A', [], locked('/A'), locked('/A'), 'free'],
    [['x0 /'], '/A', [], 'free', 'free', locked('/')],
    [['x0 /'], '/', [], locked('/'), locked('/'), 'free'],
    // A folder and all below it.
    [['x* /A'], '/A/B/f', [], locked('/A'), locked('/A'), locked('/A')],
    [['x* /A'], '/A/B/f', [0], 'free', 'free', 'free'],
    [['x* /A'], '/B', [], 'free', 'free', 'free'],
    [['x* /A', 'x0 /B'], '/A/f', [1], locked('/A'), locked('/A'), locked('/A')],
    [['x0 /A', 'x0 /A/f'], '/A/f', [1], 'free', 'free', locked('/A')],
    [['x0 /A', 'x0 /A/f'], '/A/f', [0, 1], 'free', 'free', 'free'],
    // Of those that share a lock, each may write with its own token, and nobody without one.
    [['s0 /A/f', 's0 /A/f'], '/A/f', [], locked('/A/f'), locked('/A/f'), 'free'],
    [['s0 /A/f', 's0 /A/f'], '/A/f', [1], 'free', 'free', 'free'],
    [['s* /A', 's0 /A/f'], '/A/f', [0], 'free', 'free', 'free'],
    [['s* /A', 's0 /A/f'], '/A/g', [1], locked('/A'), locked('/A'), locked('/A')],
    [['s0 /A/f', 's0 /A/g'], '/A', [0], 'free', locked('/A/g'), 'free'],
  ];
  for (const [held, path, sent, plain, deep, member] of rows) {
    const locks = createDavLocks(createHandClock());
    const all = held.map((lock) => take(locks, lock).token);
    const tokens = sent.map((at) => all[at] as string);
    const said = `${path} with ${sent.join(' and ') || 'no token'} of ${held.join(', ')}`;
    const asked: [string, string, () => void][] = [
      ['itself', plain, () => locks.mustBeFree(path, { tokens })],
      ['with what lies below', deep, () => locks.mustBeFree(path, { tokens, deep: true })],
      ['as a member', member, () => locks.mustBeFreeForMember(path, { tokens })],
    ];
    for (const [what, expected, work] of asked) t.equal(outcome(work), expected, `${said}: ${what}`);
  }
});

t.test('a token that was made up opens nothing', async (t) => {
  const locks = createDavLocks(createHandClock());
  const { token } = take(locks, 'x0 /A');
  t.match(token, /^opaquelocktoken:[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  for (const made of [`${token}x`, token.toUpperCase(), '', 'DAV:no-lock'])
    t.match(
      outcome(() => locks.mustBeFree('/A', { tokens: [made] })),
      'BRIDGE_LOCKED',
    );
});

t.test('the locks that cover a path are told, the nearest first', async (t) => {
  const clock = createHandClock();
  const locks = createDavLocks(clock);
  take(locks, 's* /A', 10 * minuteMs);
  take(locks, 's0 /A/B', 20 * minuteMs);
  take(locks, 's0 /A/B/f', 30 * minuteMs);
  await clock.advance(minuteMs + 1);
  const told = (path: string) => locks.of(path).map((one) => `${one.path} ${one.depth} ${one.secondsLeft}`);
  t.strictSame(told('/A/B/f'), ['/A/B/f 0 1740', '/A infinity 540']);
  t.strictSame(told('/A/B'), ['/A/B 0 1140', '/A infinity 540']);
  t.strictSame(told('/A'), ['/A infinity 540']);
  t.strictSame(told('/'), []);
});

t.test('a lock ends by itself, at its time and not before', async (t) => {
  const clock = createHandClock();
  const locks = createDavLocks(clock);
  take(locks, 'x0 /A', 10 * secondMs);
  take(locks, 'x0 /B', minuteMs);
  await clock.advance(10 * secondMs - 1);
  t.equal(locks.of('/A')[0]?.secondsLeft, 1);
  t.throws(() => locks.mustBeFree('/A', { tokens: [] }), { code: 'BRIDGE_LOCKED' });
  await clock.advance(1);
  t.strictSame(locks.of('/A'), []);
  locks.mustBeFree('/A', { tokens: [] });
  take(locks, 'x0 /A');
  t.equal(locks.of('/B').length, 1, 'others go on');
  await clock.advance(50 * secondMs);
  t.strictSame([locks.of('/A').length, locks.of('/B').length], [1, 0]);
});

t.test('no lock lasts longer than an hour', async (t) => {
  const clock = createHandClock();
  const locks = createDavLocks(clock);
  const { token, secondsLeft } = take(locks, 'x0 /A', 100 * hourMs);
  t.equal(secondsLeft, 3600);
  t.equal(locks.refresh(token, '/A', Number.POSITIVE_INFINITY).secondsLeft, 3600);
  await clock.advance(hourMs);
  t.strictSame(locks.of('/A'), []);
});

t.test('a lock that is renewed lasts from then on, asked by any path that it covers', async (t) => {
  const clock = createHandClock();
  const locks = createDavLocks(clock);
  const folder = take(locks, 'x* /A', minuteMs);
  const alone = take(locks, 'x0 /B', minuteMs);
  await clock.advance(50 * secondMs);
  t.equal(locks.refresh(folder.token, '/A/C/f', 5 * minuteMs).secondsLeft, 300);
  t.equal(locks.refresh(alone.token, '/B', 30 * secondMs).path, '/B');
  await clock.advance(29 * secondMs);
  t.strictSame([locks.of('/A').length, locks.of('/B').length], [1, 1]);
  await clock.advance(secondMs);
  t.strictSame([locks.of('/A').length, locks.of('/B').length], [1, 0]);
  const refused: [string, string, string][] = [
    [alone.token, '/B', 'it has ended'],
    [folder.token, '/B', 'it is of another path'],
    [folder.token, '/', 'it lies below'],
    ['opaquelocktoken:foobar', '/A', 'nobody holds it'],
  ];
  for (const [token, path, why] of refused)
    t.throws(() => locks.refresh(token, path, minuteMs), { code: 'BRIDGE_PRECONDITION', status: 412 }, why);
});

t.test('a lock is released by its token and a path that it covers', async (t) => {
  const locks = createDavLocks(createHandClock());
  const folder = take(locks, 's* /A');
  const other = take(locks, 's0 /A/f');
  t.equal(locks.release('opaquelocktoken:foobar', '/A'), false);
  t.equal(locks.release(other.token, '/A'), false);
  t.equal(locks.release(folder.token, '/B'), false);
  t.equal(locks.of('/A/f').length, 2);
  t.equal(locks.release(folder.token, '/A/f'), true);
  t.equal(locks.release(folder.token, '/A/f'), false, 'once');
  t.strictSame(locks.of('/A/f'), [other], 'who shared it keeps it');
});

t.test('with a removed or moved folder its locks are gone, and those around it stay', async (t) => {
  for (const how of ['removed', 'moved'] as const) {
    const locks = createDavLocks(createHandClock());
    for (const lock of ['s* /A', 's0 /A/B', 's0 /A/B/f', 's0 /A/BC', 'x0 /D'] as const) take(locks, lock);
    locks[how]('/A/B');
    const left = ['/A/B/f', '/A/B', '/A/BC', '/D'].map((path) => locks.of(path).map((one) => one.path));
    t.strictSame(left, [['/A'], ['/A'], ['/A/BC', '/A'], ['/D']], how);
  }
});

t.test('no more locks are held than a thousand, and no owner of any length', async (t) => {
  const clock = createHandClock();
  const locks = createDavLocks(clock);
  for (let n = 0; n < 1000; n++) take(locks, `x0 /${n}`, minuteMs);
  try {
    take(locks, 'x0 /one-more');
    t.fail('it was given');
  } catch (error) {
    t.ok(isBridgeError(error, 'BRIDGE_TOO_MANY_LOCKS'));
    t.match(error, { status: 503, retryAt: clock.now() + minuteMs });
  }
  await clock.advance(minuteMs);
  take(locks, 'x0 /one-more');
  const wish = { path: '/B', scope: 'exclusive', depth: 0, timeoutMs: minuteMs } as const;
  t.throws(() => locks.take({ ...wish, owner: 'é'.repeat(2049) }), { code: 'BRIDGE_BAD_REQUEST' });
  t.equal(locks.take({ ...wish, owner: 'é'.repeat(2048) }).owner.length, 2048);
});

t.test('how long a client wants it', async (t) => {
  const rows: [header: string | undefined, seconds: number][] = [
    [undefined, 3600],
    ['', 3600],
    ['Second-600', 600],
    ['second-600', 600],
    ['Second-600, Infinite', 600],
    ['Infinite, Second-4100000000', 3600],
    ['Extend-5, Second-90', 90],
    ['Second-4100000000', 3600],
    [`Second-${'9'.repeat(400)}`, 3600],
    ['Second-0', 1],
    ['Second--5', 3600],
    ['Second-1.5,Second-7', 7],
    ['Second-', 3600],
  ];
  for (const [header, seconds] of rows)
    t.equal(readLockTimeout(header), seconds * secondMs, header ?? 'none');
});
