import { type Dispatcher, request } from 'undici';
import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import { BridgeError } from '../../core/errors.ts';
import type { HostShares } from '../host.ts';
import { check, oddAnswer } from './fields.ts';
import { readAnswer } from './json.ts';
import type { Governor } from './pace/governor.ts';
import { readPageUrl, toHostPage } from './page-url.ts';
import { HostRefusal, readRefusal } from './refusals.ts';

export interface SharedFoldersDeps {
  /** Such as `https://1fichier.com`. */
  siteUrl: string;
  userAgent: string;
  dispatcher: Dispatcher;
  governor: Governor;
  clock: Clock;
  timeLimitMs: number;
}

const address = /^https?:\/\/(?:www\.)?1fichier\.com\/(?:[a-z]{2}\/)?dir\/([A-Za-z0-9]{4,20})\/?(?=[?#]|$)/;
const shape = z.array(z.object({ link: z.string().max(2000) })).max(5000);
/** 5,000 entries of the longest names. */
const maxBytes = 4 * 1024 * 1024;

const idOf = (text: string) => address.exec(text.slice(0, 500).trim())?.[1];

/** The web site of the host is asked for them, without the key (facts/1fichier-api 6). */
export function createSharedFolders(deps: SharedFoldersDeps): HostShares {
  const { clock, governor } = deps;

  async function ask(id: string, password: string | undefined, signal: AbortSignal) {
    const over = new AbortController();
    const timeUp = new AbortController();
    clock.sleep(deps.timeLimitMs, over.signal).then(
      () => timeUp.abort(),
      () => {},
    );
    const form =
      password === undefined ? undefined : new URLSearchParams({ json: '1', pass: password }).toString();
    try {
      const answer = await request(`${deps.siteUrl}/dir/${id}${form === undefined ? '?json=1' : ''}`, {
        method: form === undefined ? 'GET' : 'POST',
        headers: {
          'user-agent': deps.userAgent,
          accept: 'application/json',
          ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        },
        ...(form === undefined ? {} : { body: form }),
        dispatcher: deps.dispatcher,
        headersTimeout: 0,
        bodyTimeout: 0,
        signal: AbortSignal.any([signal, timeUp.signal]),
      });
      const parts: Buffer[] = [];
      let bytes = 0;
      for await (const part of answer.body) {
        bytes += part.length;
        if (bytes > maxBytes) throw oddAnswer('a shared folder of more than 4 MiB');
        parts.push(part);
      }
      return {
        status: answer.statusCode,
        headers: answer.headers,
        text: Buffer.concat(parts).toString('utf8'),
      };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof BridgeError) throw error;
      throw new BridgeError(timeUp.signal.aborted ? 'BRIDGE_HOST_TIMEOUT' : 'BRIDGE_HOST_UNREACHABLE', {
        cause: error,
      });
    } finally {
      over.abort();
    }
  }

  return {
    isShare: (text) => idOf(text) !== undefined,
    async files(text, { password, ...call }) {
      const id = idOf(text);
      if (id === undefined) throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'not a shared folder' });
      return governor.run({ ...call, verb: 'dir' }, async (signal) => {
        const { status, headers, text: body } = await ask(id, password, signal);
        const answer = readAnswer(body);
        if (status === 404) throw new BridgeError('BRIDGE_HOST_FILE_GONE');
        if (status === 200 && answer.kind === 'json')
          return check(shape, answer.value, 'dir').flatMap(({ link }) => {
            const page = readPageUrl(link);
            return page ? [toHostPage(page)] : [];
          });
        const refusal = readRefusal({ status, headers, body, now: clock.now() });
        // A page without words that mean something else asks for a password.
        if (status === 200 && (!refusal || (refusal.blocks === 'maintenance' && !/maintenance/i.test(body))))
          throw new BridgeError('BRIDGE_HOST_PASSWORD');
        throw refusal
          ? new HostRefusal(refusal, refusal.retryMs && clock.now() + refusal.retryMs)
          : oddAnswer('dir');
      });
    },
  };
}
