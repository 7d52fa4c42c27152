import type { z } from 'zod';
import type { ErrorCode } from '../core/errors.ts';

/**
 * One address of the API, told once: what it takes and gives is checked by it on both sides, and described by it in
 * `/api/v1/openapi.json`.
 */
export interface Endpoint {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** Below `/api/v1`, with `{name}` where a parameter stands. */
  path: string;
  /** One line for a person. */
  summary: string;
  tag: string;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Of the answer. */
  status: 200 | 202 | 204;
  answer: z.ZodType;
  /** The answer is no JSON but bytes, of this media type; `answer` then tells a person what they are. */
  bytes?: 'application/octet-stream' | 'application/zip' | 'image/*';
  /** Events of the answer as `text/event-stream`, by name; for who asks for them in `Accept`. */
  events?: Readonly<Record<string, z.ZodType>>;
  /** What it may refuse for, besides what every address may. */
  errors: readonly ErrorCode[];
}

/** Keeps what is special about this endpoint in its type. */
export function endpoint<const E extends Endpoint>(one: E): E {
  return one;
}

type PartNamed<E extends Endpoint, Name extends 'params' | 'query' | 'body'> = E[Name] extends z.ZodType
  ? Record<Name, E[Name]>
  : Record<never, never>;

type Parts<E extends Endpoint> = PartNamed<E, 'params'> & PartNamed<E, 'query'> & PartNamed<E, 'body'>;

/** What the server gets: read, with what was left out filled in. */
export type Received<E extends Endpoint> = { [N in keyof Parts<E>]: z.output<Parts<E>[N] & z.ZodType> };

/** What a client sends. */
export type Sent<E extends Endpoint> = { [N in keyof Parts<E>]: z.input<Parts<E>[N] & z.ZodType> };

export type AnswerOf<E extends Endpoint> = z.output<E['answer']>;

/** What the server gives; the schema takes away what does not belong there. */
export type Given<E extends Endpoint> = z.input<E['answer']>;

/** One event of a stream. */
export type EventOf<E extends Endpoint> =
  E['events'] extends Readonly<Record<string, z.ZodType>>
    ? { [N in keyof E['events']]: { event: N; data: z.output<E['events'][N]> } }[keyof E['events']]
    : never;
