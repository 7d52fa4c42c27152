import t from 'tap';
import { BridgeError } from '../src/core/errors.ts';
import type { FolderId } from '../src/core/ids.ts';
import { silentLog } from '../src/core/log.ts';
import { type FolderFacts, rateOf } from '../src/sync/discovery/folder-rate.ts';
import { createPlanner } from '../src/sync/discovery/planner.ts';
import { beginningOf } from '../src/sync/discovery/unindexed-files.ts';
import { createScheduler } from '../src/sync/scheduler.ts';
import { createHandClock, dayMs, hourMs, minuteMs, settle } from './fixtures/hand-clock.ts';
import { folder } from './fixtures/ids.ts';
import { accountEveryMs, discoveryWeek, roundRobinWeek, type Week } from './fixtures/simulated-week.ts';

/** When crawls run, and which folder is looked into next. */

const now = Date.UTC(2026, 0, 15, 12);

t.test(
  'the scheduler syncs at start, at intervals and when asked, and waits for a lock to end',
  async (t) => {
    const clock = createHandClock();
    const at: number[] = [];
    const start = clock.now();
    const done = {
      outcome: 'done',
      calls: 1,
      note: {},
      tree: { counts: {}, wanted: [], plans: [] },
      away: [],
    };
    const answers: object[] = [
      done,
      { ...done, outcome: 'stopped', retryAt: start + 90 * 60_000 },
      done,
      done,
    ];
    const sync = {
      state: () => ({ running: false, progress: undefined }),
      run: async () => {
        at.push((clock.now() - start) / 60_000);
        return (answers.shift() ?? done) as never;
      },
    };
    const scheduler = createScheduler({ sync, clock, log: silentLog, intervalMs: () => 30 * 60_000 });
    scheduler.start();
    await clock.advance(95 * 60_000);
    t.same(at, [0, 30, 90]);
    scheduler.trigger();
    await settle();
    t.same(at, [0, 30, 90, 95]);
    await scheduler.stop();
    await clock.advance(100 * 60_000);
    t.equal(at.length, 4, 'stopped means stopped');
    t.equal(clock.sleeping(), 0, 'no sleeper is left');
  },
);

t.test('a sync that a person has done meanwhile counts for the one that was due', async (t) => {
  for (const [what, isAsked] of [
    ['due', false],
    ['asked for', true],
  ] as const) {
    const clock = createHandClock();
    const start = clock.now();
    const minute = () => (clock.now() - start) / minuteMs;
    const at: number[] = [];
    const isTaken = () => minute() >= 29 && minute() < 40;
    const sync = {
      doneAt: () => (minute() >= 40 ? start + 40 * minuteMs : undefined),
      run: async () => {
        if (isTaken()) throw new BridgeError('BRIDGE_CRAWL_RUNNING');
        at.push(minute());
        return { outcome: 'done', calls: 1, note: {}, tree: { counts: {} }, away: [] };
      },
    } as never;
    const scheduler = createScheduler({ sync, clock, log: silentLog, intervalMs: () => 30 * minuteMs });
    scheduler.start();
    await clock.advance(35 * minuteMs);
    if (isAsked) scheduler.trigger();
    await clock.advance(70 * minuteMs);
    await scheduler.stop();
    t.strictSame(at, isAsked ? [0, 40, 70, 100] : [0, 70, 100], what);
  }
});

t.test('crawls keep their time however long side-cars take', async (t) => {
  const clock = createHandClock();
  const minutes: number[] = [];
  const start = clock.now();
  const sync = {
    run: async ({ sideCarsForMs }: { sideCarsForMs?: number }) => {
      minutes.push((clock.now() - start) / 60_000);
      t.equal(sideCarsForMs, 30 * 60_000);
      await clock.sleep(20 * 60_000);
      return {
        outcome: 'done',
        calls: 1,
        note: {},
        tree: { counts: {} },
        away: [],
        fetchedForMs: 20 * 60_000,
      };
    },
  } as never;
  const scheduler = createScheduler({ sync, clock, log: silentLog, intervalMs: () => 30 * 60_000 });
  scheduler.start();
  await clock.advance(65 * 60_000);
  t.strictSame(minutes, [0, 30, 60]);
  const stopped = scheduler.stop();
  await clock.advance(30 * 60_000);
  await stopped;
});

t.test(
  'a simulated week: new files are found in a third of the time of crawls that go round, with the same calls',
  async (t) => {
    const perDay = 2000;
    const tell = (what: string, { medianMs, worstMs, callsADay, left }: Week) =>
      t.comment(
        `${what.padEnd(42)} median ${(medianMs / minuteMs).toFixed(0).padStart(5)} min, worst ${(worstMs / hourMs).toFixed(1).padStart(5)} h, at most ${callsADay} calls a day, ${left} of 280 not found at the end`,
      );
    const round = roundRobinWeek(perDay);
    tell('round robin', round);
    for (const answer of ['names folders', 'names no folders', 'is refused'] as const) {
      const week = discoveryWeek(perDay, answer);
      tell(`discovery, account listing ${answer}`, week);
      t.ok(week.medianMs * 3 <= round.medianMs, `a third of the median when the listing ${answer}`);
      t.ok(week.callsADay <= perDay, 'within the calls of a day');
    }
  },
);

const facts = (id: number, more: Partial<FolderFacts> = {}): FolderFacts => ({
  id: folder(id),
  parentId: undefined,
  listedAt: now - hourMs,
  firstSentAt: undefined,
  week: 0,
  month: 0,
  year: 0,
  watchedAt: undefined,
  ...more,
});

/** What a planner does for so long if nothing new comes. */
function stepsOf(planner: ReturnType<typeof createPlanner>, ms: number, refused = false, from = now) {
  const steps: { at: number; folderId: FolderId | undefined; why: string }[] = [];
  for (let at = from; at < from + ms; ) {
    const step = planner.next(at);
    if (step.do === 'wait') {
      if (step.at < at + 1000 && step.at < from + ms) throw new Error('it must not go round and round');
      at = step.at;
      continue;
    }
    steps.push({ at, folderId: step.do === 'folder' ? step.folderId : undefined, why: step.why });
    if (step.do === 'folder') planner.listed(step.folderId, at, [], []);
    else if (refused) planner.accountRefused(at + dayMs, at);
    else planner.accountListed(at, []);
    at += 1000;
  }
  return steps;
}

t.test(
  'busy and watched folders are listed more often than quiet ones, and no folder is forgotten',
  async (t) => {
    const planner = createPlanner({ perDay: () => 400, floorMs: 30_000, accountEveryMs, now });
    planner.load(
      [
        ...Array.from({ length: 100 }, (_, n) => facts(n)),
        facts(100, { week: 3, month: 8, year: 60 }),
        facts(101, { year: 20 }),
        facts(102, { watchedAt: now - dayMs }),
        facts(103, { parentId: folder(104), firstSentAt: now - dayMs }),
        facts(104),
      ],
      now,
    );
    const counts = Map.groupBy(stepsOf(planner, 3 * dayMs), ({ folderId }) => folderId);
    const times = (id: number | undefined) =>
      counts.get(id === undefined ? undefined : folder(id))?.length ?? 0;
    t.ok(times(100) > times(101) && times(101) > times(0), `${times(100)} > ${times(101)} > ${times(0)}`);
    t.ok(times(102) > 2 * times(0), 'watched');
    t.ok(times(104) > 2 * times(0), 'a folder in which folders are made');
    for (let id = 0; id < 100; id++) t.ok(times(id) >= 3, `folder ${id}`);
    t.ok(times(undefined) <= 3 * 24, 'the account at most once an hour');
    t.ok(
      rateOf(facts(1, { week: 500, month: 500, year: 500 }), undefined, now) < 2,
      'a season on one day is no habit',
    );
  },
);

t.test(
  'a day never costs more than its calls, however much there is to do, and a restart does not forget',
  async (t) => {
    for (const refused of [false, true]) {
      const planner = createPlanner({ perDay: () => 100, floorMs: 0, accountEveryMs, now });
      planner.load(
        Array.from({ length: 5000 }, (_, n) => facts(n, { listedAt: undefined })),
        now,
      );
      const days = Map.groupBy(stepsOf(planner, 3 * dayMs, refused), ({ at }) => Math.floor(at / dayMs));
      for (const [, steps] of days) t.ok(steps.length <= 100, `${steps.length}`);
    }
    const spent = { day: Math.floor(now / dayMs), calls: 100 };
    const again = createPlanner({ perDay: () => 100, floorMs: 0, accountEveryMs, now, spent });
    again.load([facts(1)], now);
    t.strictSame(again.next(now), { do: 'wait', at: (spent.day + 1) * dayMs });
  },
);

t.test('a folder that is opened is listed soon; who opens all of them all day long takes half', async (t) => {
  const made = () => {
    const planner = createPlanner({ perDay: () => 2000, floorMs: 30_000, accountEveryMs, now });
    planner.load(
      Array.from({ length: 3000 }, (_, n) => facts(n, n === 500 ? { week: 7, month: 20, year: 60 } : {})),
      now - hourMs,
    );
    return planner;
  };
  const one = made();
  one.opened(folder(7));
  one.opened(folder(99_999));
  t.ok(
    stepsOf(one, 2 * minuteMs).some(({ folderId, why }) => folderId === folder(7) && why === 'opened'),
    'soon',
  );
  const times = (planner: ReturnType<typeof createPlanner>, isWalked: boolean) => {
    const steps = Array.from({ length: 12 * 60 }, (_, minute) => {
      if (isWalked) for (let id = 0; id < 3000; id++) planner.opened(folder(id));
      return stepsOf(planner, minuteMs, false, now + minute * minuteMs);
    }).flat();
    const count = (fits: (step: (typeof steps)[number]) => boolean) => steps.filter(fits).length;
    return {
      busy: count(({ folderId }) => folderId === folder(500)),
      opened: count(({ why }) => why === 'opened'),
      account: count(({ folderId }) => folderId === undefined),
      all: steps.length,
    };
  };
  const still = times(made(), false);
  const walked = times(made(), true);
  t.ok(walked.opened > 0 && walked.opened <= walked.all / 2, JSON.stringify(walked));
  t.ok(walked.busy >= still.busy / 2, `${walked.busy} looks into the busy one instead of ${still.busy}`);
  t.equal(walked.account, still.account, 'the account is asked as often');
  const asked = createPlanner({
    perDay: () => 2000,
    floorMs: 30_000,
    accountEveryMs,
    now,
    onlyAsked: () => true,
  });
  asked.load([facts(1)], now);
  asked.opened(folder(1));
  t.match(asked.next(now), { do: 'wait' }, 'to open is not to ask');
});

t.test(
  'what the account names is looked for at once: where it says, then where it is likely, for some hours',
  async (t) => {
    const planner = createPlanner({ perDay: () => 2000, floorMs: 30_000, accountEveryMs, now });
    planner.load(
      Array.from({ length: 1000 }, (_, n) => facts(n, n === 500 ? { week: 7, month: 20 } : {})),
      now,
    );
    planner.accountListed(now, [{ id: 'x', likely: [7, 12_345].map(folder) }]);
    t.match(planner.next(now), { do: 'folder', folderId: folder(7) });
    planner.listed(folder(7), now, ['y'], []);
    t.match(planner.next(now), { do: 'folder', folderId: folder(500), why: 'search for a new file' });
    planner.listed(folder(500), now, ['x'], [folder(9001)]);
    t.match(planner.next(now), { do: 'folder', folderId: folder(9001), why: 'new folder' });
    planner.listed(folder(9001), now, [], []);
    t.notMatch(planner.next(now), { why: 'search for a new file' }, 'it was found');
    planner.accountListed(now, [{ id: 'z', likely: [] }]);
    t.match(planner.next(now), { why: 'search for a new file' });
    const later = now + 7 * hourMs;
    planner.next(later);
    planner.accountListed(later, [{ id: 'z', likely: [] }]);
    t.notMatch(
      planner.next(later),
      { why: 'search for a new file' },
      'what is nowhere is not looked for again',
    );
  },
);

t.test('a name before the number of an episode says where it belongs', async (t) => {
  for (const [name, beginning] of [
    ['Les.Brigades.du.Tigre.S01E02.720p.mkv', 'Les.Brigades.du.Tigre'],
    ['Show Name - 1x03.mkv', 'Show Name'],
    ['Naruto Ep 12.mkv', 'Naruto'],
    ['Metropolis.1927.mkv', 'Metropolis'],
    ['ab.S01E01.mkv', undefined],
    ['Film.mkv', undefined],
  ] as const)
    t.equal(beginningOf(name), beginning, name);
});
