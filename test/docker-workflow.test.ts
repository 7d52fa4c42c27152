import t from 'tap';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageJson, read } from './fixtures/checkout.ts';
import { stepsOf } from './fixtures/docker-files.ts';
import { run } from './fixtures/run.ts';

/** The workflow that publishes the image: what it may do, what it runs, and that it fits the image. */
const text = read('.github/workflows/image.yml');
const step = z.strictObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const job = z.strictObject({
  needs: z.string().optional(),
  strategy: z
    .strictObject({ matrix: z.strictObject({ include: z.array(z.record(z.string(), z.string())) }) })
    .optional(),
  'runs-on': z.string(),
  container: z.string().optional(),
  'timeout-minutes': z.number().max(60),
  permissions: z.record(z.string(), z.enum(['read', 'write'])),
  env: z.record(z.string(), z.string()).optional(),
  steps: z.array(step).min(1),
});
const workflow = z
  .strictObject({
    name: z.string(),
    on: z.strictObject({ push: z.strictObject({ tags: z.array(z.string()) }) }),
    permissions: z.strictObject({}),
    jobs: z.record(z.string(), job),
  })
  .parse(parse(text));
const jobs = Object.entries(workflow.jobs);

t.test('it runs for a tag alone, one job after the other', async (t) => {
  t.strictSame(workflow.on.push.tags, ['v[0-9]+.[0-9]+.[0-9]+']);
  t.strictSame(
    jobs.map(([name, { needs }]) => [name, needs]),
    [
      ['test', undefined],
      ['build', 'test'],
      ['publish', 'build'],
    ],
  );
});

t.test('a job may do no more than it needs', async (t) => {
  t.strictSame(Object.fromEntries(jobs.map(([name, { permissions }]) => [name, permissions])), {
    test: { contents: 'read' },
    build: { contents: 'read', packages: 'write' },
    publish: { packages: 'write' },
  });
  const secrets = [...text.matchAll(/secrets\.(\w+)/g)].map(([, name]) => name);
  t.strictSame([...new Set(secrets)], ['GITHUB_TOKEN']);
});

t.test('foreign actions are pinned to a commit, and leave no token behind', async (t) => {
  const uses = [...text.matchAll(/uses: (\S+)(.*)/g)];
  t.ok(uses.length > 0);
  for (const [, action = '', comment = ''] of uses) {
    t.match(action, /^actions\/checkout@[0-9a-f]{40}$/);
    t.match(comment, /^ # v\d+\.\d+\.\d+$/, 'its version is told');
  }
  for (const [name, { steps }] of jobs)
    for (const one of steps) {
      t.equal([one.uses, one.run].filter(Boolean).length, 1, `a step of ${name} does one thing`);
      if (one.uses) t.strictSame(one.with, { 'persist-credentials': false });
    }
});

t.test('every script is right shell, knows its variables, and has nothing pasted into it', async (t) => {
  for (const [name, { env = {}, container, steps }] of jobs)
    for (const { run: script = '' } of steps.filter(({ run }) => run !== undefined)) {
      t.notMatch(script, /\$\{\{/, 'what comes from outside comes in the environment');
      t.equal((await run(container ? 'sh' : 'bash', ['-n', '-c', script])).code, 0, script);
      const own = [...script.matchAll(/^\s*(\w+)=/gm)].map(([, variable]) => variable);
      for (const [, variable = ''] of script.matchAll(/\$\{?(\w+)/g))
        t.ok(
          own.includes(variable) || variable in env || /^GITHUB_[A-Z_]+$/.test(variable),
          `${variable} in ${name}`,
        );
    }
});

t.test('both halves are built on a machine of their own kind and become one', async (t) => {
  const rows = workflow.jobs.build?.strategy?.matrix.include ?? [];
  t.strictSame(
    rows.map(({ arch, runner }) => [arch, runner?.endsWith('-arm')]),
    [
      ['amd64', false],
      ['arm64', true],
    ],
  );
  for (const [, key = ''] of text.matchAll(/matrix\.(\w+)/g))
    t.ok(
      rows.every((row) => key in row),
      key,
    );
  const publish = workflow.jobs.publish?.steps.at(-1)?.run ?? '';
  for (const { arch } of rows) t.match(publish, `"$image:$version-${arch}"`);
});

t.test('it fits the checkout', async (t) => {
  const [first = ''] = stepsOf('FROM');
  t.equal(
    workflow.jobs.test?.container,
    first.split(' ')[0]?.replace('-slim', ''),
    'tested on the Node of the image',
  );
  for (const [, name = ''] of text.matchAll(/npm (\w+)/g))
    t.ok(name === 'ci' || name in packageJson.scripts, name);
  t.match(read('docs/install-docker.md'), 'ghcr.io/<owner>/passerelle');
});
