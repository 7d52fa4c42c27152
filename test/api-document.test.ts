import t from 'tap';
import { z } from 'zod';
import { errorBody } from '../src/api/words/errors.ts';
import { errorTable } from '../src/core/errors.ts';
import { setup } from './fixtures/setup.ts';

const operation = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  tags: z.array(z.string()).min(1),
  responses: z.record(z.string(), z.looseObject({ description: z.string().min(1) })),
});
const document = z.looseObject({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), operation)),
});

t.test('every route of the API stands in its document, and nothing else does', async (t) => {
  const { app, bridge } = await setup(t);
  const headers = { authorization: `Bearer ${bridge.secrets.adminToken}` };
  const answer = await app.inject({ url: '/api/v1/openapi.json', headers });
  t.equal(answer.statusCode, 200);
  const { paths } = document.parse(answer.json());
  const told = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const served = [...app.servedMethods()].flatMap(([url, methods]) =>
    methods
      .filter((method) => method !== 'HEAD' && url.startsWith('/api/v1/'))
      .map((method) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`),
  );
  t.strictSame(told.sort(), served.sort());
  t.ok(served.length > 25, `${served.length} routes`);
  const ids = Object.values(paths).flatMap((one) => Object.values(one).map(({ operationId }) => operationId));
  t.equal(new Set(ids).size, ids.length, 'no id is used twice');
  for (const operations of Object.values(paths))
    for (const { responses, summary } of Object.values(operations))
      t.ok(
        ['401', '500', '503'].every((status) => status in responses),
        summary,
      );
});

t.test(
  'the page has nothing made up in it: bounds that mean something, and refusals as they are',
  async (t) => {
    const { app, bridge } = await setup(t);
    const headers = { authorization: `Bearer ${bridge.secrets.adminToken}` };
    const answer = await app.inject({ url: '/api/v1/openapi.json', headers });
    t.notMatch(answer.body, String(Number.MAX_SAFE_INTEGER));
    const { paths } = document.parse(answer.json());
    let refusals = 0;
    for (const operations of Object.values(paths))
      for (const { responses } of Object.values(operations))
        for (const [status, { content }] of Object.entries(responses))
          if (Number(status) >= 400) {
            const { example } = (content as Record<string, { example?: unknown }>)['application/json'] ?? {};
            const { statusCode, code } = errorBody.parse(example);
            t.equal(String(statusCode), status);
            t.ok(Object.hasOwn(errorTable, code), code);
            refusals++;
          }
    t.ok(refusals > 100, `${refusals} refusals`);
  },
);

t.test('the page is for who has the password, and takes nothing from elsewhere', async (t) => {
  const { app } = await setup(t);
  const password = Buffer.from('passerelle:test-password').toString('base64');
  const headers = { authorization: `Basic ${password}` };
  const page = await app.inject({ url: '/api/docs/', headers });
  t.equal(page.statusCode, 200);
  t.match(page.headers['content-security-policy'], /default-src 'none'.*connect-src 'self'/);
  t.notMatch(page.headers['content-security-policy'], /https?:|unsafe|\*/);
  const sources = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source = '']) => source);
  t.ok(sources.length >= 4);
  for (const source of sources) {
    const { pathname, host } = new URL(source, 'http://here/api/docs/');
    t.equal(host, 'here');
    const part = await app.inject({ url: pathname, headers });
    t.equal(part.statusCode, 200, pathname);
    t.equal((await app.inject({ url: pathname })).statusCode, 401, `${pathname} for a stranger`);
  }
  t.match((await app.inject({ url: '/api/docs/json', headers })).json(), { openapi: '3.1.0' });
});
