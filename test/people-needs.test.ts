import { join } from 'node:path';
import t from 'tap';
import { loadSettings } from '../config/load.ts';
import { type NeedFacts, needsOf } from '../src/notify/people/needs.ts';
import { noFile } from './fixtures/checkout.ts';
import { dayMs, hourMs } from './fixtures/hand-clock.ts';

/** What needs a person, and the lines of `notify` that lead to people: tables. */

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

t.test('what needs somebody, and what does not', async (t) => {
  const disk = (free: number, size: number) => ({
    disks: [{ folder: 'data', freeBytes: free * gibibyte, sizeBytes: size * gibibyte }],
  });
  const rows: [facts: Partial<NeedFacts>, needs: string[]][] = [
    [{}, []],
    [{ isKeyRefused: true }, ['!the host refuses the API key']],
    [{ endsAt: now + 8 * dayMs }, []],
    [{ endsAt: now + 6 * dayMs, endsOn: '2026-01-21' }, ['the account ends on 2026-01-21']],
    [{ endsAt: now + 6 * dayMs }, ['the account ends on 2026-01-21']],
    [{ endsAt: now + hourMs, endsOn: '2026-01-15' }, ['!the account ends on 2026-01-15']],
    [{ endsAt: now - dayMs, endsOn: '2026-01-14' }, ['!the account has ended']],
    [{ endsAt: now - 31 * dayMs }, []],
    [{ proposals: [{ files: 1 }] }, ['a deletion of 1 file waits for a word']],
    [{ proposals: [{ files: 3 }, { files: 4 }] }, ['a deletion of 7 files waits for a word']],
    [disk(0.9, 5), ['!a disk is nearly full']],
    [disk(9, 100), []],
    [disk(4, 100), ['!a disk is nearly full']],
    [disk(11, 5000), []],
    [{ ...disk(0, 1), isKeyRefused: true }, ['!the host refuses the API key', '!a disk is nearly full']],
  ];
  for (const [facts, needs] of rows)
    t.strictSame(
      needsOf({ ...well, ...facts }).map(({ title, isUrgent }) => `${isUrgent ? '!' : ''}${title}`),
      needs,
    );
});

const settingsOf = (rows: unknown) =>
  loadSettings({ env: { PASSERELLE_NOTIFY: JSON.stringify(rows) }, file: noFile }).settings.notify;

t.test('lines of notify that lead to people: what is right, and every fault by its place', async (t) => {
  const secret = join(t.testdir({ secret: 'AbCdEf123456\n' }), 'secret');
  const right = [
    { kind: 'ntfy', url: 'https://ntfy.sh/topic-one/' },
    { kind: 'gotify', url: 'http://h:80/gotify', tokenFile: secret },
    { kind: 'discord', url: 'https://discord.com/api/webhooks/1/abc?thread_id=5' },
    { kind: 'email', url: 'smtp://h:25', to: 'a.b+c@example.org', from: 'x@y.z', token: 'me:AbCdEf:123' },
  ];
  t.match(settingsOf(right), [
    { kind: 'ntfy', url: 'https://ntfy.sh/topic-one' },
    { token: 'AbCdEf123456' },
    { kind: 'discord' },
    { token: 'me:AbCdEf:123' },
  ]);
  const wrong: [row: object, says: RegExp][] = [
    [{ kind: 'ntfy', url: 'https://ntfy.sh/' }, /url .*: does not end in one topic/],
    [{ kind: 'ntfy', url: 'https://ntfy.sh/a/b' }, /url .*: does not end in one topic/],
    [{ kind: 'ntfy', url: 'https://ntfy.sh/a?auth=x' }, /url .*: holds a question mark/],
    [{ kind: 'gotify', url: 'http://h' }, /token .*: is missing; make an application/],
    [{ kind: 'email', url: 'http://h', to: 'a@b' }, /url .*: is no address of a mail server/],
    [{ kind: 'plex', url: 'smtp://h' }, /url .*: is the address of a mail server/],
    [{ kind: 'email', url: 'smtp://u:p@h', to: 'a@b' }, /url .*: holds a user name or a password/],
    [{ kind: 'email', url: 'smtp://h/x', to: 'a@b' }, /url .*: is more or less than/],
    [{ kind: 'email', url: 'smtp://h' }, /to .*: is missing/],
    [
      { kind: 'email', url: 'smtp://h', to: 'a@b, c@d' },
      /to .*: this value is not right; must be one mail address/,
    ],
    [
      { kind: 'email', url: 'smtp://h', to: 'a@b\r\nBcc: c@d' },
      /to .*: this value is not right; must be one mail address/,
    ],
    [{ kind: 'email', url: 'smtp://h', to: 'a@b', token: 'AbCdEf123456' }, /token .*: has no colon/],
    [{ kind: 'ntfy', url: 'https://h/t', to: 'a@b' }, /to .*: is nothing that ntfy knows; only kind email/],
    [
      { kind: 'ntfy', url: 'https://h/t', pathMap: { a: 'b' } },
      /pathMap .*: is nothing that ntfy knows; only media/,
    ],
    [{ kind: 'gotifi', url: 'http://h' }, /kind .*: there is no such kind \(did you mean gotify\?\)/],
  ];
  for (const [row, says] of wrong) t.throws(() => settingsOf([row]), { message: says }, JSON.stringify(row));
});
