import { readdirSync } from 'node:fs';
import t from 'tap';
import { z } from 'zod';
import { inWords } from '../src/api/words/faults.ts';
import { exitCodes } from '../src/commands/context.ts';
import { explain } from '../src/commands/explain.ts';
import { silentLog } from '../src/core/log.ts';
import { readOverride } from '../src/library/override.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { setup } from './fixtures/setup.ts';

/** What people type wrongly behind a command, and programs send to the API: refused with all that is wrong, in words. */

const rows: [args: string, ...words: string[]][] = [
  ['plays --limit 500', '--limit must be a whole number from 1 to 200, not "500"'],
  ['plays --limit 0', '--limit must be a whole number from 1 to 200, not "0"'],
  ['plays --limit 1e2', '--limit must be a whole number from 1 to 200, not "1e2"'],
  ['plays --limit -5', '--limit must be a whole number from 1 to 200, not "-5"'],
  ['review --limit 1001', '--limit must be a whole number from 1 to 1000, not "1001"'],
  [
    'fix /x --year abc --season x --date 2020-13-40 --id foo --as film --episode 1,b',
    '--year must be a whole number from 1870 to 2100, not "abc"',
    '--season must be a whole number from 0 to 9999, not "x"',
    '--date must be a day that exists, such as 2001-12-31, not "2020-13-40"',
    '--id must be an id such as tmdb-603, tvdb-81189 or tt0133093, not "foo"',
    '--as must be one of movie, episode, extra, ignore, not "film"',
    '--episode must be a whole number from 0 to 99999, or several with commas, not "1,b"',
  ],
  ['fix /x --date 2021-02-30', '--date must be a day that exists, such as 2001-12-31, not "2021-02-30"'],
  [
    'rm -rf /x',
    'there is no option -f; it takes -r, --dry-run, --json, --help, and nothing is asked before it is done',
  ],
  ['put -f a /x', 'there is no option -f; did you mean --force?'],
  ['ls -l', 'there is no option -l; it takes --json, --help'],
  ['fetch', 'name at last the folder of the account'],
  ['fix /x --id tmdb-tt12', '--id must be an id such as'],
  ['fix', 'name a path of the account, or --list'],
  ['fix /x', 'say what it is: --as, --title'],
  ['fix /x --list', '--list lists everything; leave the path out'],
  ['fix --list --year 2000', '--year does not fit --list; leave one of them out'],
  ['fix /x --clear --title y', '--title does not fit --clear; leave one of them out'],
  ['fix /x --as movie --season 2', 'a movie has no --season'],
  ['fix /x --as extra --episode 2 --season 1', 'an extra has no --season', 'an extra has no --episode'],
  ['fix /x --as ignore --year 1999', 'what is ignored has no --year'],
  ['fix /x --as ignore --id tmdb-1', 'what is ignored has no --id'],
  [
    'doctor --agent x --address 1.2.3',
    '--address must be an internet address such as 192.168.1.20, not "1.2.3"',
    '--agent says something only together with --client',
    '--address says something only together with --client',
  ],
  [
    'sync --plan --full --dry-run',
    '--full does not fit --plan; leave one of them out',
    '--dry-run does not fit --plan; leave one of them out',
  ],
  [
    'proposals accept x',
    'the id must be the number of a proposal (passerelle proposals lists them), not "x"',
  ],
  ['proposals undo 0', 'the id must be the number of a proposal'],
  ...['notaurl', 'http://x', 'http://192.168.1.2:8790/dav/x.mkv', '/stream/abc', 'ftp:', '/stream//x/y'].map(
    (url): [string, string] => [
      `doctor --client ${url}`,
      `--client must be a stream address, as a .strm file holds it, not ${JSON.stringify(url)}`,
    ],
  ),
  // Words, options and commands that are not there.
  ['snyc', 'there is no command snyc; did you mean sync?'],
  ['plan', 'there is no command plan'],
  ['zzz', 'there is no command zzz'],
  ['tree plna', 'there is no command plna; did you mean plan?'],
  ['proposals acept 3', 'there is no command acept; did you mean accept?'],
  ['proposals 3', 'there is no command 3'],
  ['plays --limt 5', 'there is no option --limt; did you mean --limit?'],
  ['plays --limt=5', 'there is no option --limt; did you mean --limit?'],
  ['sync --ful --limit 5', 'there is no option --ful; did you mean --full?'],
  ['ls --colour', 'there is no option --colour'],
  ['--verison', 'there is no option --verison; did you mean --version?'],
  ['sync full', '"full" is no option; did you mean --full?'],
  ['serve now', 'it takes no words, and "now" is one'],
  [
    'ls /Films/Le petit',
    'it takes one path, and "petit" is too much; around a path with spaces put quotes: "/Films/Le petit"',
  ],
  [
    'link /a b c',
    'it takes one path-or-id, and "b" is too much; around a path with spaces put quotes: "/a b c"',
  ],
  ['proposals accept 1 2', 'it takes one id, and "2" is too much'],
  ['link', '<path-or-id> is missing'],
  ['proposals accept', '<id> is missing'],
  ['plays --limit', '--limit wants something behind it: --limit <count>'],
  [
    'fix /x --year abc --colour red',
    '--year must be a whole number from 1870 to 2100, not "abc"',
    'there is no option --colour',
  ],
];

t.test('wrong words behind a command end with 2, are told all at once, and touch nothing', async (t) => {
  for (const [args, ...words] of rows) {
    const cwd = t.testdir();
    const env = { PASSERELLE_DATA_DIR: `${cwd}/data` };
    const { code, stdout, stderr } = await passerelle(args.split(' '), { cwd, env });
    t.equal(code, exitCodes.wrongUse, args);
    t.equal(stdout, '');
    const [head, ...lines] = stderr.trimEnd().split('\n');
    const named = /^passerelle ?(.*):$/.exec(head ?? '')?.[1];
    t.ok(named !== undefined && `${args} `.startsWith(named), `${args}: the command is named`);
    t.equal(lines.pop(), `${head?.slice(0, -1)} --help says what it takes`);
    t.equal(lines.length, words.length, stderr);
    for (const [index, line] of words.entries()) t.equal(lines[index]?.slice(2, line.length + 2), line);
    t.same(readdirSync(cwd), []);
  }
});

t.test('before the first sync commands say that nothing is known yet, and what to do', async (t) => {
  const cwd = t.testdir();
  const env = { PASSERELLE_DATA_DIR: `${cwd}/data` };
  for (const args of [
    'ls',
    'ls --json',
    'ls /Films',
    'link /Films/x.mkv',
    'fix /Films/x.mkv --year 1999',
    'review',
    'review --json',
    'review --left-out',
    'tree plan',
    'tree plan --apply',
  ]) {
    const { code, stdout, stderr } = await passerelle(args.split(' '), { cwd, env });
    t.equal(code, exitCodes.failed, args);
    if (!args.includes('--json')) t.equal(stdout, '', args);
    else t.match(JSON.parse(stdout), { fate: 'refused', code: 'BRIDGE_NOT_INDEXED' }, args);
    t.match(
      stderr,
      /^passerelle: Nothing was synced yet(?:, so nothing is known of \/Films.*)?\npasserelle sync lists/,
    );
  }
});

t.test(
  'every option has words of its own in the help, and an unknown command is told there too',
  async (t) => {
    const cwd = t.testdir();
    for (const args of ['fix', 'sync', 'review', 'doctor', 'plays', 'tree plan', 'proposals', 'link']) {
      const { stdout } = await passerelle([...args.split(' '), '--help'], { cwd });
      const options = stdout.split('\n').filter((line) => /^ {2}-/.test(line));
      t.ok(options.length > 1, args);
      for (const line of options) t.match(line, /^ {2}-.*\S {2,}\S/, `${args}: ${line}`);
    }
    for (const [args, words] of [
      ['help synch', 'passerelle:\n  there is no command synch; did you mean sync?\n'],
      ['tree help plna', 'passerelle tree:\n  there is no command plna; did you mean plan?\n'],
    ] as const) {
      const { code, stdout, stderr } = await passerelle(args.split(' '), { cwd });
      t.equal(code, exitCodes.wrongUse, args);
      t.equal(stdout, '', args);
      t.ok(stderr.startsWith(words), stderr);
    }
  },
);

t.test('what nobody foresaw is told without a stack, unless it is asked for', (t) => {
  const error = new TypeError(`x is not a function; key ${'a'.repeat(3)}`);
  const told = (env: Record<string, string>) => {
    const lines: string[] = [];
    const err = { write: (line: string) => void lines.push(line) } as never;
    const code = explain({ err, env, cwd: '/', signal: new AbortController().signal }, error);
    t.equal(code, exitCodes.failed);
    return lines.join('');
  };
  t.equal(
    told({}),
    'passerelle: Something went wrong inside Passerelle: x is not a function; key aaa\nLook at the log and report it; with PASSERELLE_LOG_LEVEL=debug it says where\n',
  );
  t.match(told({ PASSERELLE_LOG_LEVEL: 'debug' }), /\n {4}at .*usage\.test\.ts/);
  t.end();
});

t.test('what is right is taken', async (t) => {
  const cwd = t.testdir();
  const env = { PASSERELLE_DATA_DIR: `${cwd}/data` };
  for (const args of [
    'plays --limit 200',
    'review --limit 1',
    'fix --list --json',
    'sync --plan --json',
    'fix /nowhere --as episode --season 0 --episode 1,2 --date 2020-02-29 --id tmdb:603 imdb-tt0133093',
  ])
    t.not((await passerelle(args.split(' '), { cwd, env })).code, exitCodes.wrongUse, args);
});

t.test('what a program sends wrongly is told in our words', async (t) => {
  const shape = z.strictObject({
    limit: z.int().min(1).max(200),
    state: z.enum(['open', 'settled']).optional(),
    names: z.array(z.string().min(1)).max(2).optional(),
    at: z.iso.date().optional(),
    deep: z.object({ yes: z.boolean() }).optional(),
  });
  for (const [sent, words] of [
    [{}, 'limit is missing'],
    [{ limit: 'x' }, 'limit must be a number'],
    [{ limit: 1.5 }, 'limit must be a whole number'],
    [{ limit: 0 }, 'limit must be at least 1'],
    [{ limit: 500 }, 'limit must be at most 200'],
    [{ limit: 1, state: 'x' }, 'state must be one of open, settled'],
    [{ limit: 1, names: 'x' }, 'names must be a list'],
    [{ limit: 1, names: ['', 5] }, 'names.0 must not be empty; names.1 must be text'],
    [{ limit: 1, names: ['a', 'b', 'c'] }, 'names must have at most 2 entries'],
    [{ limit: 1, at: '2020-13-40' }, 'at must be a date such as 2001-12-31'],
    [{ limit: 1, deep: { yes: 'no' } }, 'deep.yes must be true or false'],
    [{ limit: 1, colour: 'red' }, 'colour is nothing that is known here'],
    [[], 'must be an object'],
  ] as const) {
    const read = shape.safeParse(sent);
    if (read.success) t.fail(words);
    else t.equal(inWords(read.error, sent), words);
  }
});

t.test(
  'a body that cannot be read is told with what a body should be, to who sent it and in the log',
  async (t) => {
    const lines: unknown[] = [];
    const log = { ...silentLog, plain: (facts: object) => void lines.push(facts) };
    const { app, bridge } = await setup(t, { log });
    const authorization = `Bearer ${bridge.secrets.adminToken}`;
    const json = { authorization, 'content-type': 'application/json' };
    const form = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
    for (const [headers, payload, words] of [
      [{ authorization }, undefined, 'the body must be an object in JSON, and there is none'],
      [json, '"x"', 'the body must be an object in JSON'],
      [json, '{"path":', 'the body is no JSON'],
      [form, 'path=/x', 'the body must be JSON, sent with content-type: application/json'],
      [json, '{"path":"Films"}', 'path must be a path of the account, which begins with /'],
    ] as const) {
      const answer = await app.inject({
        method: 'POST',
        url: '/api/v1/refresh',
        headers,
        ...(payload && { payload }),
      });
      const why = `This request cannot be read: ${words}`;
      t.equal(answer.statusCode, 400);
      t.equal(answer.json().message, why);
      t.match(lines.at(-1), { status: 400, code: 'BRIDGE_BAD_REQUEST', why }, words);
    }
  },
);

t.test('what may be said of a file is told in our words too', async (t) => {
  for (const [said, words] of [
    [{}, 'nothing is said'],
    [{ year: 'abc' }, 'year must be a number from 1870 to 2100'],
    [{ as: 'film' }, 'as must be movie, episode, extra or ignore'],
    [{ ids: { imdb: '5' } }, 'ids must be such as tmdb-603'],
    [{ as: 'movie', season: 0 }, 'a movie has no season'],
    [{ as: 'movie', season: 0, date: '2020-01-01' }, 'a movie has no season; a movie has no date'],
    [{ as: 'ignore', title: 'x' }, 'what is ignored has no title'],
    [{ as: 'extra', episodes: [1] }, 'an extra has no episodes'],
    [{ color: 1 }, 'color is nothing that can be said'],
  ] as const)
    t.match(readOverride(said), { wrong: words });
  t.strictSame(readOverride({ as: 'movie', year: 1999 }), { as: 'movie', year: 1999 });
});

t.test('the API refuses parameters that it does not know, and values that are out of bounds', async (t) => {
  const { app, bridge } = await setup(t);
  const headers = { authorization: `Bearer ${bridge.secrets.adminToken}` };
  for (const [url, words] of [
    ['/api/v1/plays?limt=5', 'limt is nothing that is known here'],
    ['/api/v1/status?x=1', 'x is nothing that is known here'],
    ['/api/v1/plays?limit=500', 'limit must be at most 200'],
    ['/api/v1/plays?limit=0', 'limit must be at least 1'],
    ['/api/v1/plays?limit=abc', 'limit must be a number'],
    ['/api/v1/review?limit=1001', 'limit must be at most 1000'],
    ['/api/v1/proposals?state=x', 'state must be one of open'],
  ] as const) {
    const answer = await app.inject({ url, headers });
    t.equal(answer.statusCode, 400, url);
    t.match(answer.json(), { code: 'BRIDGE_BAD_REQUEST', message: words }, url);
  }
  t.equal((await app.inject({ url: '/api/v1/plays?limit=200', headers })).statusCode, 200);
});
