import t, { type Test as Tap } from 'tap';
import { silentLog } from '../src/core/log.ts';
import type { ArrivalCheck, Notice, Result } from '../src/notify/outbox/notices.ts';
import { createOutboxQueue } from '../src/notify/outbox/queue.ts';
import type { Need } from '../src/notify/people/needs.ts';
import { createPeople, type ToldRecipient } from '../src/notify/people/people.ts';
import type { RecipientSetting } from '../src/notify/people/recipient.ts';
import { createCurrentRecipients } from '../src/notify/people/recipients.ts';
import { ServerFault, type ServerSetting } from '../src/notify/servers/adapter.ts';
import { createCurrentServers } from '../src/notify/servers/current-servers.ts';
import type { Server } from '../src/notify/servers/servers.ts';
import { createWarming } from '../src/notify/warming/warming.ts';
import { createHandClock, minuteMs, settle } from './fixtures/hand-clock.ts';

/** Who is told changes while Passerelle runs: also in the middle of being told, and two changes at one time. */

const jellyfin = (name: string, token = 'k') =>
  ({ kind: 'jellyfin', url: `http://${name}`, token }) satisfies ServerSetting;

/** A queue over an outbox in memory; `tell` ends as the test says. */
function outbox(t: Tap, rows: readonly ServerSetting[]) {
  const clock = createHandClock();
  let settings = rows;
  const kept = new Map<string, Map<string, Notice>>();
  const checks: string[] = [];
  const lines: string[] = [];
  const note = (values: object, words: string) => void lines.push(`${words} ${JSON.stringify(values)}`);
  const told: {
    server: string;
    token: string | undefined;
    dirs: string[];
    end: PromiseWithResolvers<void>;
  }[] = [];
  const results = new Map<string, Result>();
  const queue = createOutboxQueue({
    servers: createCurrentServers(() => settings, []),
    store: {
      async add(servers, notices) {
        for (const server of servers)
          for (const notice of notices) {
            const own = kept.get(server) ?? new Map<string, Notice>();
            kept.set(server, own.set(notice.dir, { ...notice, rev: (own.get(notice.dir)?.rev ?? -1) + 1 }));
          }
      },
      waiting: async () =>
        new Map(
          [...kept].flatMap(([server, { size: count }]) =>
            count > 0
              ? [[server, { firstMajorAt: 0, lastMajorAt: 0, firstMinorAt: undefined, count }] as const]
              : [],
          ),
        ),
      of: async (server) => [...(kept.get(server)?.values() ?? [])],
      async done(server: string, notices: readonly Notice[], check?: ArrivalCheck) {
        for (const { dir, rev } of notices)
          if (kept.get(server)?.get(dir)?.rev === rev) kept.get(server)?.delete(dir);
        if (check) checks.push(server);
      },
      async keepOnly(servers) {
        for (const name of kept.keys()) if (!servers.includes(name)) kept.delete(name);
        checks.splice(0, checks.length, ...checks.filter((name) => servers.includes(name)));
      },
    },
    results: {
      get: async (name) => results.get(name),
      put: async (name, one) => void results.set(name, one),
    },
    watch: () => ({ begin: async () => Number.POSITIVE_INFINITY, rest: async () => undefined }),
    clock,
    log: { ...silentLog, info: note, warn: note, error: note },
    async tell({ name, setting: { token } }: Server, notices) {
      const end = Promise.withResolvers<void>();
      told.push({ server: name, token, dirs: notices.map(({ dir }) => dir), end });
      await end.promise;
      return { words: 'told', folders: notices.length };
    },
    lock: () => () => undefined,
  });
  t.teardown(() => {
    for (const { end } of told) end.resolve();
    return queue.stop();
  });
  return {
    ...{ clock, told, lines, checks, results, queue },
    waits: (name: string) => [...(kept.get(`jellyfin http://${name}`)?.keys() ?? [])],
    async add(dir: string, ...names: string[]) {
      const notice = { tree: '', dir, changes: 1, major: true, rev: 0 };
      for (const name of names) {
        const server = `jellyfin http://${name}`;
        const own = kept.get(server) ?? new Map<string, Notice>();
        kept.set(server, own.set(dir, { ...notice, rev: (own.get(dir)?.rev ?? -1) + 1 }));
      }
      queue.added();
      await settle();
    },
    async change(...next: ServerSetting[]) {
      settings = next;
      queue.settingsChanged();
      await settle();
    },
    toldDirs: (name: string) =>
      told.filter(({ server }) => server === `jellyfin http://${name}`).map(({ dirs }) => dirs.join()),
  };
}

t.test('of one that is taken out what waits is dropped and said, and nobody else notices', async (t) => {
  const one = outbox(t, [jellyfin('a'), jellyfin('b')]);
  one.queue.start();
  await one.add('Movies/1', 'a', 'b');
  t.strictSame([one.toldDirs('a'), one.toldDirs('b')], [['Movies/1'], ['Movies/1']]);
  await one.add('Movies/2', 'a', 'b');
  await one.change(jellyfin('b'));
  t.strictSame(one.waits('a'), [], 'dropped while it is being told');
  t.match(one.lines.join('\n'), /dropped.*"server":"jellyfin http:\/\/a","folders":2/);
  t.strictSame(one.waits('b'), ['Movies/1', 'Movies/2']);
  for (const { end } of one.told) end.resolve();
  await settle();
  t.strictSame(one.toldDirs('b'), ['Movies/1', 'Movies/2'], 'what waits for one that stays goes on');
  t.strictSame(one.toldDirs('a'), ['Movies/1']);
  await one.add('Movies/3', 'a');
  await one.clock.advance(minuteMs);
  t.strictSame(one.toldDirs('a'), ['Movies/1'], 'nobody asks for it any more');
  t.notOk(one.checks.includes('jellyfin http://a'), 'and nobody looks for what it was told of');
});

t.test('one that is taken out and entered again in mid-telling is told nothing twice', async (t) => {
  const one = outbox(t, [jellyfin('a')]);
  one.queue.start();
  await one.add('Movies/1', 'a');
  await Promise.all([one.change(), one.change(jellyfin('a', 'other'))]);
  await one.add('Movies/2', 'a');
  t.strictSame(one.toldDirs('a'), ['Movies/1'], 'one at a time, as ever');
  one.told[0]?.end.resolve();
  await settle();
  t.match(one.told.slice(1), [{ dirs: ['Movies/2'], token: 'other' }]);
  t.equal(one.told.length, 2);
});

t.test('another key counts at once, also where the old one is refused just now', async (t) => {
  const one = outbox(t, [jellyfin('a', 'wrong')]);
  one.queue.start();
  await one.add('Movies/1', 'a');
  await one.change(jellyfin('a', 'right'));
  one.told[0]?.end.reject(new ServerFault('refuses the key'));
  await settle();
  t.match(one.told.slice(1), [{ dirs: ['Movies/1'], token: 'right' }], 'no pause');
  one.told[1]?.end.reject(new ServerFault('is away'));
  await settle();
  t.equal(one.told.length, 2, 'else there is one');
  await one.change(jellyfin('a', 'right'), jellyfin('b'));
  t.equal(one.told.length, 2, 'which another server does not end');
  await one.change(jellyfin('a', 'third'), jellyfin('b'));
  t.match(one.told.slice(2), [{ dirs: ['Movies/1'], token: 'third' }]);
});

t.test('the first one that is entered is told, and the last one taken out', async (t) => {
  const one = outbox(t, []);
  await one.change(jellyfin('a'));
  await one.add('Movies/1', 'a');
  t.strictSame(one.told, [], 'not before it is started');
  await one.change();
  one.queue.start();
  await one.change(jellyfin('a'));
  await one.add('Movies/1', 'a');
  t.strictSame(one.toldDirs('a'), ['Movies/1']);
  await one.add('Movies/2', 'a');
  await one.change();
  t.strictSame(one.waits('a'), []);
});

t.test('people: who is new is told, who is gone is not, and nobody twice', async (t) => {
  const clock = createHandClock();
  const kept = new Map<string, ToldRecipient>();
  const ntfy = (topic: string, token = 't') =>
    ({ kind: 'ntfy', url: `http://ntfy/${topic}`, token }) satisfies RecipientSetting;
  let settings: RecipientSetting[] = [];
  const sent: string[] = [];
  let isAway = false;
  let hold: Promise<void> | undefined;
  const needs: Need[] = (['keyRefused', 'proposalWaits'] as const).map((name) => ({
    ...{ name, title: name, text: '', isUrgent: false },
  }));
  const people = createPeople({
    recipients: createCurrentRecipients(() => settings),
    needs: async () => needs,
    store: { get: async (name) => kept.get(name), put: async (name, told) => void kept.set(name, told) },
    connect: (_recipient, signal) => ({
      ...{ clock, signal },
      async send({ body, headers }) {
        const { topic, title } = body as { topic: string; title: string };
        sent.push(
          `${topic} ${title} ${Object.values(headers ?? {})
            .join()
            .replace(/.*Bearer (\w+).*/, '$1')}`,
        );
        await hold;
        if (isAway) throw new ServerFault('is away');
        return '{}';
      },
    }),
    clock,
    log: silentLog,
  });
  t.teardown(() => people.stop());
  const change = async (...next: RecipientSetting[]) => {
    settings = next;
    people.settingsChanged();
    await settle();
  };
  people.start();
  await change(ntfy('a'));
  t.strictSame(sent.splice(0), ['a keyRefused t', 'a proposalWaits t']);
  await change(ntfy('a'), ntfy('b'));
  t.strictSame(sent.splice(0), ['b keyRefused t', 'b proposalWaits t']);
  await change(ntfy('a', 'u'));
  await change(ntfy('a'), ntfy('b'));
  t.strictSame(sent.splice(0), [], 'another token, or a moment away, is no new person');

  isAway = true;
  await change(ntfy('c', 'wrong'));
  t.strictSame(sent.splice(0), ['c keyRefused wrong']);
  isAway = false;
  await change(ntfy('c', 'right'));
  t.strictSame(
    sent.splice(0),
    ['c keyRefused right', 'c proposalWaits right'],
    'what was put right is tried at once',
  );

  const held = Promise.withResolvers<void>();
  hold = held.promise;
  await change(ntfy('d'), ntfy('e'));
  await change(ntfy('e'));
  held.resolve();
  await settle();
  t.strictSame(
    sent.splice(0).sort(),
    ['d keyRefused t', 'e keyRefused t', 'e proposalWaits t'],
    'taken out in the middle',
  );
  t.match(await people.state(), [{ recipient: /^ntfy/, last: { ok: true } }]);
});

t.test('who looks into new films is who is named now', async (t) => {
  let settings: readonly ServerSetting[] = [jellyfin('a')];
  const opened: string[] = [];
  const warming = await createWarming({
    settings: () => settings,
    connect: (_server, signal) => ({ send: async () => '', clock: createHandClock(), signal }),
    async memoryOf(name) {
      opened.push(name);
      return { read: () => undefined, write: () => undefined };
    },
    headerState: async () => 'read',
    isQuiet: () => true,
    onProbe: () => () => undefined,
    clock: createHandClock(),
    log: silentLog,
  });
  t.teardown(() => warming.stop());
  warming.start();
  const names = () => warming.state().map(({ server }) => server);
  for (const next of [[jellyfin('b')], [jellyfin('b'), jellyfin('c')]]) {
    settings = next;
    warming.settingsChanged();
  }
  await settle();
  t.strictSame(names(), ['jellyfin http://b', 'jellyfin http://c']);
  t.strictSame(opened.length, 3, 'one that stays goes on');
  settings = [];
  warming.settingsChanged();
  await settle();
  t.strictSame(names(), []);
});
