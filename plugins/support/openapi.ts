import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifySchema } from 'fastify';
import fp from 'fastify-plugin';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Endpoint } from '../../src/api/endpoint.ts';
import { errorBody } from '../../src/api/words/errors.ts';
import { type ErrorCode, errorTable } from '../../src/core/errors.ts';
import { STATUS_CODES } from '../../src/core/http/http.ts';
import { version } from '../../src/core/version.ts';

/** What every address may refuse for. */
const always: readonly ErrorCode[] = [
  'BRIDGE_UNAUTHORIZED',
  'BRIDGE_TOO_MANY_TRIES',
  'BRIDGE_TOO_MANY_REQUESTS',
  'BRIDGE_STOPPING',
  'BRIDGE_INTERNAL',
];

const nothing = z.object({});

/** Collects the document while routes are added. Only those of the API are tagged, and stand in it. */
export const openapi = fp(
  async (app: FastifyInstance) => {
    const { basePath } = app.bridge;
    await app.register(swagger, {
      hideUntagged: true,
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Passerelle',
          version,
          description:
            'Every command asks for its work here. Over HTTP with the admin token (`passerelle doctor` shows it); through the socket `serve.sock` in dataDir without.',
        },
        ...(basePath !== '' && { servers: [{ url: basePath }] }),
        components: { securitySchemes: { adminToken: { type: 'http', scheme: 'bearer' } } },
        security: [{ adminToken: [] }],
      },
      transform: (route) => withExamples(jsonSchemaTransform(route)),
      transformObject: (document) => withoutNoise(jsonSchemaTransformObject(document)),
    });
  },
  { name: 'openapi', dependencies: ['bridge'] },
);

/** An endpoint as Fastify and its document want it. */
export function schemaOf(endpoint: Endpoint): FastifySchema {
  const { method, path, summary, tag, params, query, body } = endpoint;
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^a-z]+(\w?)/gi, (_all, next: string) => next.toUpperCase())}`,
    summary,
    tags: [tag],
    ...(params && { params }),
    // What is not known is mistyped, and its default would be given in its place without a word.
    querystring: (query ?? nothing).strict(),
    ...(body && { body }),
    response: { [endpoint.status]: answerOf(endpoint), ...refusalsOf(endpoint) },
  };
}

function answerOf({ status, answer, bytes, events }: Endpoint) {
  const text = `Events, each \`event: <name>\` and \`data: <JSON>\`: ${Object.keys(events ?? {}).join(', ')}`;
  return {
    description: STATUS_CODES[status] ?? '',
    content: {
      [bytes ?? 'application/json']: { schema: answer },
      ...(events && { 'text/event-stream': { schema: z.string().describe(text) } }),
    },
  };
}

/** Every status that it may refuse with, and the codes that come with it. */
function refusalsOf({ params, query, body, errors }: Endpoint) {
  const input: ErrorCode[] = params || query || body ? ['BRIDGE_BAD_REQUEST'] : [];
  const codes = [...new Set([...input, ...errors, ...always])];
  const byStatus = Map.groupBy(codes, (code) => errorTable[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => [
      status,
      {
        description: some.map((code) => `${code}: ${errorTable[code].message}`).join('. '),
        content: { 'application/json': { schema: errorBody } },
      },
    ]),
  );
}

/**
 * Whole numbers come with the largest ones that a double holds as their bounds, which say nothing, and which a page
 * shows as examples.
 */
function withoutNoise<T>(part: T): T {
  if (typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) return part.map(withoutNoise) as T;
  const entries = Object.entries(part).filter(
    ([, value]) => Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER,
  );
  return Object.fromEntries(entries.map(([name, value]) => [name, withoutNoise(value)])) as T;
}

/** Refusals as they look, by the first code of each, so that a page need not make one up. */
function withExamples<T extends { schema: FastifySchema }>(route: T): T {
  for (const { description = '', content } of Object.values((route.schema.response ?? {}) as Responses)) {
    const [code] = /^BRIDGE_[A-Z_]+/.exec(description) ?? [];
    const media = content?.['application/json'];
    if (code === undefined || media === undefined) continue;
    const { status, message } = errorTable[code as ErrorCode];
    media.example = { statusCode: status, code, error: STATUS_CODES[status] ?? 'Error', message };
  }
  return route;
}

type Responses = Record<string, { description?: string; content?: Record<string, { example?: unknown }> }>;
