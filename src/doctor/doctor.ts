import { type ErrorCode, isBridgeError } from '../core/errors.ts';
import {
  checkAccount,
  checkBaseUrl,
  checkByte,
  checkCircuitBreaker,
  checkCrawl,
  checkFolder,
  checkHost,
  checkLinks,
} from './checks.ts';
import { type ClientAnswer, type ClientQuestion, explainClient } from './client.ts';
import { checkCertificate, checkSecrets } from './edge.ts';
import { checkGateways } from './gateways.ts';
import { checkInboxes } from './inboxes.ts';
import { checkServers } from './notify.ts';
import type { DoctorParts, Finding } from './parts.ts';
import { checkPeople } from './people.ts';
import { checkProposals } from './proposals.ts';
import { checkWarming } from './warming.ts';

/** A finding with what was looked at, and the code of the error that was met. */
export interface NamedFinding extends Finding {
  what: string;
  /** What it was called in the version before, for scripts. */
  formerly?: string;
  code?: ErrorCode;
}

/** Looks at everything that has to be right, one after the other. */
export interface Doctor {
  /** Each finding as it is made. @throws the signal's reason */
  check(signal: AbortSignal): AsyncGenerator<NamedFinding>;
  /** Which rule of delivery fires for whom, for a stream address. @throws BridgeError BRIDGE_NOT_FOUND */
  explain(asked: ClientQuestion): Promise<ClientAnswer>;
}

const circuitBreaker = 'circuit breaker';

/** @see Doctor */
export function createDoctor(parts: DoctorParts): Doctor {
  async function findingOf(
    what: string,
    check: () => Promise<Finding>,
    signal: AbortSignal,
  ): Promise<NamedFinding> {
    try {
      return { what, ...(await check()) };
    } catch (error) {
      signal.throwIfAborted();
      if (!isBridgeError(error)) throw error;
      const { message, remedy, code, retryAt } = error;
      const when = retryAt ? ` (not before ${new Date(retryAt).toISOString()})` : '';
      return { what, state: 'fail', words: `${message}${when}`, remedy, code };
    }
  }

  return {
    async *check(signal: AbortSignal): AsyncGenerator<NamedFinding> {
      for (const [what, check] of checksFor(parts, signal)) {
        const finding = await findingOf(what, check, signal);
        yield what === circuitBreaker ? { ...finding, formerly: 'gate' } : finding;
      }
      for (const [what, finding] of await checkServers(parts, signal)) yield { what, ...finding };
      for (const finding of await checkPeople(parts, signal)) yield { what: 'people', ...finding };
      for (const finding of await checkGateways(parts, signal)) yield { what: 'gateway', ...finding };
      for (const [what, finding] of checkWarming(parts)) yield { what, ...finding };
      for (const finding of await checkInboxes(parts, signal)) yield { what: 'inbox', ...finding };
    },

    explain: (asked) => explainClient(parts, asked),
  };
}

function checksFor(parts: DoctorParts, signal: AbortSignal): [string, () => Promise<Finding>][] {
  const { settings, trees } = parts;
  const certificate: [string, () => Promise<Finding>][] =
    settings.server.tlsCert === undefined ? [] : [['certificate', () => checkCertificate(parts)]];
  return [
    ['data folder', () => checkFolder(settings.dataDir, 'dataDir')],
    ...trees.map((tree): [string, () => Promise<Finding>] => [
      tree.name === '' ? 'STRM folder' : `STRM folder ${tree.name}`,
      () => checkFolder(tree.dir, tree.name === '' ? 'library.dir' : 'library.trees'),
    ]),
    ['base URL', () => checkBaseUrl(parts, signal)],
    ...certificate,
    ['secrets', () => checkSecrets(parts)],
    ['host and clock', () => checkHost(parts, signal)],
    [circuitBreaker, () => checkCircuitBreaker(parts)],
    ['account', () => checkAccount(parts, signal)],
    ['one byte', () => checkByte(parts, signal)],
    ['links', () => checkLinks(parts)],
    ['last crawl', () => checkCrawl(parts)],
    ['proposals', () => checkProposals(parts)],
  ];
}
