import { signal } from '@preact/signals-core';
import type { LiveStateAnswer } from '../../../src/api/live.ts';
import type { ErrorBody } from '../../../src/api/words/errors.ts';
import type { SaidSentence } from '../../../src/api/words/said.ts';

/** What the page says to the server, and hears of it. */

/** The path below which a proxy shows us; empty, or `/passerelle`. */
export const base = document.documentElement.dataset.base ?? '';

/** Who is logged in; undefined while that is not known, null when nobody is. */
export const user = signal<string | null | undefined>(undefined);
export const serverVersion = signal('');
/** Whether there is no key yet: then the page is a guide. */
export const isGuided = signal(false);

/** What goes on, part by part as it was heard last. */
export const live = signal<Partial<LiveStateAnswer>>({});
/** Whether news come in; false while the server cannot be reached. */
export const isConnected = signal(true);
/** How often it was there again: what is shown is asked for anew each time. */
export const returns = signal(0);
/** Questions that are not answered yet. */
export const openQuestions = signal(0);
/** Whether a log-in came to its end without a word of whoever had it. */
export const hasLogInEnded = signal(false);

/** Nobody answered. */
export class NoAnswer extends Error {}

/** An answer that is none: what the server says of it, in its own words. */
export class ApiRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly remedy: string | undefined;
  readonly said: readonly SaidSentence[] | undefined;
  readonly remedySaid: readonly SaidSentence[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, body: Partial<ErrorBody>, retryAfter: string | null) {
    super(body.message ?? `HTTP ${status}`);
    this.status = status;
    this.code = body.code ?? '';
    this.remedy = body.remedy;
    this.said = body.said;
    this.remedySaid = body.remedySaid;
    this.retryAfterSeconds = retryAfter === null ? undefined : Number(retryAfter) || undefined;
  }
}

/** No other page may send this along with our cookie. */
const proof = { 'passerelle-page': '1' };

async function ask(
  path: string,
  init: RequestInit & { headers?: Record<string, string> } = {},
): Promise<Response> {
  // An upload takes as long as it takes, and shows its own progress.
  const asked = (init.method ?? 'GET') === 'GET' ? 1 : 0;
  openQuestions.value += asked;
  const answer = await fetch(base + path, {
    ...init,
    credentials: 'same-origin',
    headers: { ...proof, ...init.headers },
  })
    .catch((error: unknown) => {
      throw init.signal?.aborted ? error : new NoAnswer();
    })
    .finally(() => {
      openQuestions.value -= asked;
    });
  if (answer.ok) return answer;
  const body = await answer.json().catch(() => ({}));
  const refusal = new ApiRefusal(answer.status, body, answer.headers.get('retry-after'));
  if (refusal.status === 401 && user.value) {
    hasLogInEnded.value = true;
    user.value = null;
  }
  throw refusal;
}

/** The answer itself of an address below `/api/v1`. @throws ApiRefusal, NoAnswer, the signal's reason */
export const askApi = (path: string, init: RequestInit & { headers?: Record<string, string> }) =>
  ask(`/api/v1${path}`, init);

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One call of `/api/v1`. @throws ApiRefusal, NoAnswer, the signal's reason */
export async function callApi<T>(
  method: Method,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const answer = await ask(`/api/v1${path}`, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
    ...(signal && { signal }),
  });
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** A query as it stands behind an address; what is undefined or empty is left out. */
export function queryText(values: Record<string, string | number | undefined>): string {
  const known = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return known.length === 0
    ? ''
    : `?${new URLSearchParams(known.map(([name, value]) => [name, String(value)]))}`;
}

export async function checkSession(): Promise<void> {
  const { user: name = null, version = '', guide = false } = await (await ask('/session')).json();
  serverVersion.value = version;
  isGuided.value = guide;
  user.value = name;
}

/** @throws ApiRefusal where they are wrong, or where too many were */
export async function logIn(name: string, password: string): Promise<void> {
  const answer = await ask('/session', {
    method: 'POST',
    body: JSON.stringify({ user: name, password }),
    headers: { 'content-type': 'application/json' },
  });
  const { version, guide = false } = await answer.json();
  hasLogInEnded.value = false;
  serverVersion.value = version;
  isGuided.value = guide;
  user.value = name;
}

export async function logOut(): Promise<void> {
  await ask('/session', { method: 'DELETE' }).catch(() => undefined);
  live.value = {};
  user.value = null;
}

/** Somebody waits before it. */
const maxPauseMs = 5000;

/** Hears what goes on until the signal. */
export function followNews(signal: AbortSignal): Promise<void> {
  return followEvents(() => '/events', signal, {
    told: (name, data) => {
      live.value = { ...live.value, [name]: JSON.parse(data) };
    },
    isThere: (isThere) => {
      if (isThere && !isConnected.value) returns.value++;
      isConnected.value = isThere;
    },
  });
}

/** Hears events of an address below `/api/v1` until the signal, and begins again where the line breaks. */
export async function followEvents(
  path: () => string,
  signal: AbortSignal,
  { told, isThere }: { told: (name: string, data: string) => void; isThere: (isThere: boolean) => void },
): Promise<void> {
  for (let pauseMs = 1000; !signal.aborted; pauseMs = Math.min(2 * pauseMs, maxPauseMs)) {
    try {
      const answer = await askApi(path(), { headers: { accept: 'text/event-stream' }, signal });
      isThere(true);
      pauseMs = 500;
      await readNews(answer, told);
    } catch (error) {
      if (signal.aborted || (error instanceof ApiRefusal && error.status === 401)) return;
    }
    if (signal.aborted) return;
    isThere(false);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function readNews(answer: Response, told: (name: string, data: string) => void): Promise<void> {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  let text = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += part.value;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/s.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      if (name !== undefined && data !== undefined) told(name, data);
    }
  }
}
