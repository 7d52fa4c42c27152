import type { ErrorCode } from '../../core/errors.ts';
import type { DownloadAnswers } from '../host.ts';
import { readRefusal } from './refusals.ts';

/** What is no fault of one link: of where it is asked from, and of locks, pages speak in the words of the API. */
const ofEveryLink: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'BRIDGE_HOST_LOCATION',
  'BRIDGE_HOST_IP_LOCKED',
]);

/** What the host's download servers mean (facts/1fichier-api 3.4, 3.5 and 3.7). */
export const downloadAnswers: DownloadAnswers = {
  // Clients know a failure by its type and the missing name.
  isPage(headers) {
    const type = headers['content-type'];
    const isText = /^(text\/|application\/json)/i.test((Array.isArray(type) ? type[0] : type) ?? '');
    return isText && !headers['content-disposition'];
  },

  readPage(status, text) {
    if (/trop de connexions|too many connections/i.test(text))
      return {
        kind: 'later',
        code: 'BRIDGE_TOO_MANY_STREAMS',
        why: 'too many connections',
        waitMs: 180_000,
      };
    const refusal = readRefusal({ status, body: text });
    if (refusal && ofEveryLink.has(refusal.code))
      return {
        kind: 'later',
        code: refusal.code,
        why: 'the host has locked this address or account',
        waitMs: refusal.retryMs,
      };
    const code = 'BRIDGE_HOST_ERROR';
    if (status === 429 || status >= 500)
      return { kind: 'later', code, why: `the host answered ${status}`, waitMs: undefined };
    return { kind: 'link', code, why: `the host answered ${status} instead of the file`, waitMs: undefined };
  },
};
