import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../src/core/errors.ts';
import { readRoute } from '../support/routes.ts';
import { loadPageAssets } from './assets.ts';
import { codedForms, formFor } from './forms.ts';
import { languageOf, type PageLanguage, pageShell, withTried } from './shell.ts';

/** What stands on everything of the page. */
const always: Readonly<Record<string, string>> = {
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** What stands on the page itself: no frame around it, nothing of the machine. */
const onPage: Readonly<Record<string, string>> = {
  'x-frame-options': 'DENY',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
};

/**
 * No window of another page holds this one. A browser starts a process for that, which is most of what a person waits
 * for, so it is left out where the browser says that he asked for the page by himself: then no page has opened it.
 * Pages cannot set `Sec-Fetch-Site`, and who does not send it is taken for led here.
 */
const alone = (headers: IncomingHttpHeaders) =>
  headers['sec-fetch-site'] === 'none' ? {} : { 'cross-origin-opener-policy': 'same-origin' };

const vary = 'accept-language, accept-encoding, sec-fetch-site';

/** Of this process: the bridge behind the guide, and each that begins anew, has the same page. */
let readAssets: ReturnType<typeof loadPageAssets> | undefined;

/** `/`: the page for people, and below `/ui/` what it is made of. Nothing of it comes from elsewhere. */
export const page = fp(
  async (app: FastifyInstance) => {
    const { basePath, filmHosts } = app.bridge;
    let loading: ReturnType<typeof load> | undefined;

    async function load() {
      readAssets ??= loadPageAssets();
      const assets = await readAssets;
      const shellIn = async (language: PageLanguage) => {
        const shell = pageShell(assets, language, basePath, filmHosts);
        return { ...shell, forms: await codedForms(shell.html) };
      };
      return { assets, shells: { en: await shellIn('en'), fr: await shellIn('fr') } };
    }

    /** Once, when somebody asks for it first; what fails is tried again. */
    const loaded = () => {
      loading ??= load().catch((error: unknown) => {
        loading = undefined;
        readAssets = undefined;
        throw error;
      });
      return loading;
    };

    readRoute(app, '/', {}, async (request, reply) => {
      const { shells } = await loaded();
      const shell = shells[languageOf(request.headers['accept-language'])];
      const { etag, contentSecurity } = withTried(shell, app.guide?.triedOrigins() ?? []);
      const form = formFor(String(request.headers['accept-encoding'] ?? ''));
      // Other bytes have another name.
      const tag = form === 'plain' ? etag : etag.replace(/"$/, `-${form}"`);
      reply
        .headers({
          ...always,
          ...onPage,
          ...alone(request.headers),
          'content-security-policy': contentSecurity,
        })
        .headers({ 'cache-control': 'no-cache', vary, etag: tag });
      if (request.headers['if-none-match'] === tag) return reply.code(304).send();
      if (form !== 'plain') reply.header('content-encoding', form);
      return reply.type('text/html; charset=utf-8').send(shell.forms[form]);
    });

    readRoute(app, '/ui/:build/*', {}, async (request, reply) => {
      const { build, '*': path } = request.params as { build: string; '*': string };
      const { assets } = await loaded();
      const asset = build === assets.build ? await assets.file(path) : undefined;
      if (!asset) throw new BridgeError('BRIDGE_NOT_FOUND');
      const form = formFor(String(request.headers['accept-encoding'] ?? ''));
      if (form !== 'plain') reply.header('content-encoding', form);
      return reply
        .headers({ ...always, 'cache-control': 'public, max-age=31536000, immutable' })
        .headers({ vary: 'accept-encoding', 'content-security-policy': "default-src 'none'" })
        .type(asset.type)
        .send(asset[form]);
    });
  },
  { name: 'page', dependencies: ['bridge', 'errors', 'guide'] },
);
