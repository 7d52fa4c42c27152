import type { ErrorCode } from '../../core/errors.ts';
import type { DownloadAnswers } from '../host.ts';
import { readRefusal } from './refusals.ts';
import { readRetryAfter } from './retry-after.ts';

/** What is no fault of one link: of where it is asked from, and of locks, pages speak in the words of the API. */
const ofEveryLink: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'BRIDGE_HOST_LOCATION',
  'BRIDGE_HOST_IP_LOCKED',
]);

/**
 * What the host's download servers mean (facts/1fichier-api 3.4, 3.5 and 3.7).
 * @param checkLink throws for a link that is not allowed
 */
export function createDownloadAnswers(checkLink: (link: string) => void): DownloadAnswers {
  return {
    ...answers,
    follow(location, from) {
      // What no address can be made of is looked at as it is, and refused.
      const link = URL.canParse(location, from) ? new URL(location, from).href : location;
      checkLink(link);
      return link;
    },
  };
}

const answers: Omit<DownloadAnswers, 'follow'> = {
  // Clients know a failure by its type and the missing name.
  isPage(headers) {
    const type = headers['content-type'];
    const isText = /^(text\/|application\/json)/i.test((Array.isArray(type) ? type[0] : type) ?? '');
    return isText && !headers['content-disposition'];
  },

  readPage({ status, headers, text, now }) {
    const askedMs = readRetryAfter(headers, now);
    const atLeast = (ms: number | undefined) => (askedMs === undefined ? ms : Math.max(ms ?? 0, askedMs));
    if (/trop de connexions|too many connections/i.test(text))
      return {
        kind: 'later',
        code: 'BRIDGE_TOO_MANY_STREAMS',
        why: 'too many connections',
        waitMs: atLeast(180_000),
      };
    const refusal = readRefusal({ status, body: text, headers, now });
    if (refusal && ofEveryLink.has(refusal.code))
      return {
        kind: 'later',
        code: refusal.code,
        why: 'the host has locked this address or account',
        waitMs: refusal.retryMs,
      };
    const code = 'BRIDGE_HOST_ERROR';
    if (status === 429 || status >= 500)
      return { kind: 'later', code, why: `the host answered ${status}`, waitMs: atLeast(undefined) };
    return { kind: 'link', code, why: `the host answered ${status} instead of the file`, waitMs: undefined };
  },
};
