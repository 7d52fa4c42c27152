import { type Dispatcher, request } from 'undici';
import type { Clock } from '../../core/clock.ts';
import { BridgeError, isBridgeError } from '../../core/errors.ts';
import { whyNoConnection } from '../../core/http/connection-words.ts';
import type { Log } from '../../core/log.ts';
import { oddAnswer } from './fields.ts';
import { readAnswer } from './json.ts';
import { HostRefusal, readRefusal } from './refusals.ts';

export interface CallDeps {
  apiUrl: string;
  apiKey: string;
  userAgent: string;
  dispatcher: Dispatcher;
  clock: Clock;
  log: Log;
}

/** A listing of 5,000 files is about 2 MB; nothing the host has to say is larger than this. */
const maxAnswerBytes = 32 * 1024 * 1024;

/** What a call is for, as a person reads it in the log. */
const tasks: Readonly<Record<string, string>> = {
  'folder/ls': 'listing a folder',
  'file/ls': 'listing files',
  'file/info': 'asking about a file',
  'download/get_token': 'making a link',
  'user/info': 'asking whose account this is',
  'upload/get_upload_server': 'asking where to send a file',
  'folder/mkdir': 'making a folder',
  'folder/mv': 'moving a folder',
  'folder/rm': 'removing a folder',
  'folder/share': 'sharing a folder',
  'file/mv': 'moving files',
  'file/cp': 'copying files',
  'file/rename': 'renaming a file',
  'file/rm': 'removing files',
};

/** No error of its own is made for each call that ends as it should. */
const ended = new Error('the call has ended');

/** One POST to `<apiUrl>/<verb>.cgi`, read and checked. `folderId` is for the log, the limit is from start to last byte. Throws as the client says. */
export type Call = <T>(
  verb: string,
  body: object,
  signal: AbortSignal,
  about: { folderId?: string | undefined; timeLimitMs: number },
  read: (answer: unknown) => T | Promise<T>,
) => Promise<T>;

/** Makes the function that talks to the host: one request, one log line, errors in our terms. */
export function createCall(deps: CallDeps): Call {
  const { clock, log } = deps;
  const base = deps.apiUrl.replace(/(?<!\/)\/+$/, '');

  return async (verb, body, signal, { folderId, timeLimitMs }, read) => {
    const startedAt = clock.now();
    const task = tasks[verb] ?? verb;
    const line: Record<string, unknown> = { verb, task, ...(folderId === undefined ? {} : { folderId }) };
    const over = new AbortController();
    const timeUp = new AbortController();
    // The limit runs on the clock that was handed in, and its sleep ends with the call.
    clock.sleep(timeLimitMs, over.signal).then(
      () => timeUp.abort(),
      () => {},
    );
    try {
      const both = AbortSignal.any([signal, timeUp.signal]);
      const { status, headers, text } = await send(`${base}/${verb}.cgi`, body, both);
      line.status = status;
      const result = await read(judge(verb, status, headers, text));
      log.info({ ...line, ms: clock.now() - startedAt, outcome: 'ok' }, 'host call');
      return result;
    } catch (thrown) {
      const error = signal.aborted ? signal.reason : ours(thrown, timeUp.signal.aborted);
      const outcome = signal.aborted ? 'cancelled' : isBridgeError(error) ? error.code : 'failed';
      const said = error instanceof HostRefusal ? { hostMessage: error.refusal.detail } : {};
      // A refused key is told once, with its remedy, by who runs the process.
      const level = signal.aborted ? 'info' : outcome === 'BRIDGE_HOST_KEY' ? 'debug' : 'warn';
      log[level]({ ...line, ms: clock.now() - startedAt, outcome, ...said }, 'host call');
      throw error;
    } finally {
      over.abort(ended);
    }
  };

  async function send(url: string, body: object, signal: AbortSignal) {
    if (!/^[\x21-\x7e]+$/.test(deps.apiKey)) {
      throw new BridgeError('BRIDGE_HOST_KEY', { detail: 'the key is empty or holds odd characters' });
    }
    const response = await request(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${deps.apiKey}`,
        'content-type': 'application/json',
        accept: 'application/json',
        'user-agent': deps.userAgent,
      },
      body: JSON.stringify(body),
      dispatcher: deps.dispatcher,
      // The limit of the whole call ends it; the two of undici would only be a second clock.
      headersTimeout: 0,
      bodyTimeout: 0,
      signal,
    });
    const text = await readText(response.body, signal);
    return { status: response.statusCode, headers: response.headers, text };
  }

  function judge(verb: string, status: number, headers: Dispatcher.ResponseData['headers'], text: string) {
    const answer = readAnswer(text);
    const body = answer.kind === 'json' ? answer.value : text;
    const refusal = readRefusal({ status, headers, body, verb, now: clock.now() });
    if (refusal) {
      // The scrubbing knows the usual shape of a key; ours may have another.
      const detail = refusal.detail.replaceAll(deps.apiKey, '[key]');
      const retryAt = refusal.retryMs === undefined ? undefined : clock.now() + refusal.retryMs;
      throw new HostRefusal({ ...refusal, detail }, retryAt);
    }
    if (answer.kind === 'json' && answer.repaired) {
      log.warn({ verb }, 'the host sent JSON with illegal escapes; it was mended');
    }
    return body;
  }
}

async function readText(body: Dispatcher.ResponseData['body'], signal: AbortSignal): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop early destroys the body, and with it the connection.
  for await (const part of body) {
    signal.throwIfAborted();
    bytes += part.length;
    if (bytes > maxAnswerBytes) throw oddAnswer(`an answer of more than ${maxAnswerBytes / 1024 / 1024} MiB`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Our error for what went wrong on the way. Only the network's code is told: its texts hold addresses. */
function ours(error: unknown, timeUp: boolean): unknown {
  if (isBridgeError(error)) return error;
  const code = (error as { code?: unknown } | undefined)?.code;
  if (timeUp || (typeof code === 'string' && /TIMEOUT|ETIMEDOUT/.test(code))) {
    return new BridgeError('BRIDGE_HOST_TIMEOUT', { cause: error });
  }
  const detail = whyNoConnection(error);
  return new BridgeError('BRIDGE_HOST_UNREACHABLE', {
    ...(detail !== undefined && { detail }),
    cause: error,
  });
}
