import { promisify } from 'node:util';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { type AsyncZippable, zip } from 'fflate';
import { z } from 'zod';
import { getSupportBundle } from '../../../src/api/setup/support-bundle.ts';
import { createNameHider, type NameHider } from '../../../src/views/without-names.ts';
import { answered, serveEndpoint } from '../../support/endpoints.ts';

/** What is asked of ourselves: the answers are what the documents say of them, and nothing stands in two places. */
const addresses: Readonly<Record<string, string>> = {
  'status.json': '/api/v1/status',
  'live.json': '/api/v1/events',
  'doctor.json': '/api/v1/doctor',
  'playback.json': '/api/v1/playback',
  'plays.json': '/api/v1/plays?limit=50',
  'notify.json': '/api/v1/notify',
  'media.json': '/api/v1/media',
  'proposals.json': '/api/v1/proposals?limit=20',
  'remote.json': '/api/v1/remote?limit=20',
  'uploads.json': '/api/v1/uploads?limit=20',
};

const maxLines = 4096;
/** A word of ours: of a setting that may be one of a few. */
const ownWord = /^[a-z-]{1,20}$/;

const readMe = `What is in here was put together by Passerelle for somebody who helps.
Keys, tokens, passwords, links, signatures and addresses of webhooks are taken out (***).
Names of films, folders, people and servers are # and eight digits, the same for the same, unless they were wanted.
Look through it before you hand it on: it is yours.
`;

/** `/api/v1/support-bundle`: everything that somebody who helps asks for, in one file without secrets. */
export const supportBundle = fp(
  async (app: FastifyInstance) => {
    const { secrets, clock, supportFacts, recentLog, redacted } = app.bridge;

    /** The answer of an address of ours; undefined where there is none, or it fails. */
    async function answerOf(url: string): Promise<string | undefined> {
      const headers = { authorization: `Bearer ${secrets.adminToken}`, ...app.ownHeaders };
      const { statusCode, body } = await app.inject({ url, headers });
      return statusCode === 200 ? body : undefined;
    }

    async function texts(hide: NameHider): Promise<Record<string, string>> {
      const written = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;
      const json = (value: unknown) => written(hide(value));
      const files: Record<string, string> = { 'READ-ME.txt': readMe };
      files['about.json'] = json(await supportFacts.about());
      const sources = sourcesIn(await answerOf('/api/v1/settings'));
      files['settings.json'] = written(
        supportFacts.settings().map(({ value, ...setting }) => {
          const isWord = typeof value === 'string' && ownWord.test(value);
          const source = sources.get(setting.setting);
          return {
            ...setting,
            ...(source !== undefined && { source }),
            value: hide(value, isWord ? 'kind' : 'value'),
          };
        }),
      );
      for (const [name, url] of Object.entries(addresses)) {
        const answer = await answerOf(url);
        if (answer !== undefined) files[name] = json(JSON.parse(answer));
      }
      // No name is a label of a metric.
      const metrics = await answerOf('/metrics');
      if (metrics !== undefined) files['metrics.txt'] = metrics;
      files['log.jsonl'] = recentLog
        .read({ level: 'debug', limit: maxLines, after: 0 })
        .lines.reverse()
        .map(({ at, level, area, words: msg, values }) => {
          const time = new Date(at).toISOString();
          return `${JSON.stringify({ level, time, area, ...(hide(values) as object), msg })}\n`;
        })
        .join('');
      return files;
    }

    serveEndpoint(app, getSupportBundle, async ({ query: { names } }, { request, reply }) => {
      const day = new Date(clock.now()).toISOString().slice(0, 'yyyy-mm-dd'.length);
      reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="passerelle-support-${day}.zip"`);
      if (request.method === 'HEAD') {
        reply.send();
        return answered;
      }
      const found = await texts(names === 'true' ? (value) => value : createNameHider());
      const files: AsyncZippable = {};
      for (const [name, text] of Object.entries(found)) files[name] = Buffer.from(redacted(text));
      reply.send(Buffer.from(await inZip(files)));
      return answered;
    });
  },
  { name: 'support-bundle', dependencies: ['api-routes'] },
);

const inZip = promisify(zip);

const shownSources = z.object({ settings: z.array(z.object({ path: z.string(), source: z.string() })) });

/** Where the value of each setting comes from, where that is told. */
function sourcesIn(answer: string | undefined): ReadonlyMap<string, string> {
  const read = shownSources.safeParse(answer === undefined ? undefined : JSON.parse(answer));
  return new Map(read.success ? read.data.settings.map(({ path, source }) => [path, source]) : []);
}
