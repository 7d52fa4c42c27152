import type { FastifyReply } from 'fastify';
import type { Bridge } from '../../../src/bridge.ts';
import type { CatalogFile } from '../../../src/catalog/account/files.ts';
import type { FileId } from '../../../src/core/ids.ts';
import type { Play } from '../../../src/delivery/plays.ts';
import type { Decision } from '../../../src/delivery/policy/decide.ts';
import type { Lease } from '../../../src/links/lease.ts';
import type { Comeback } from '../../../src/links/link-probe.ts';
import type { ServerAnswer } from './answer.ts';
import { whenGone } from './when-gone.ts';

export type RedirectDecision = Extract<Decision, { kind: 'redirect' }>;

/** Sends players on to the host. */
export interface Redirect {
  /** A lease that is at hand and needs no look: then the answer takes no turn of the event loop. */
  livingLease(fileId: FileId, comeback: Comeback): Lease | undefined;
  /** Answers 302 with a lease of {@link Redirect.livingLease}. Sent already when it returns. */
  now(file: CatalogFile, lease: Lease, decision: RedirectDecision, play: Play, answer: ServerAnswer): void;
  /** The same with a lease that is made or looked at first. @throws BridgeError of the broker, which the play is told */
  later(
    file: CatalogFile,
    decision: RedirectDecision,
    play: Play,
    reply: FastifyReply,
    comeback: Comeback,
  ): Promise<FastifyReply>;
}

/** A player that is given a max-age must come back before links like this one were last seen: at least so long. */
const reuseMarginMs = 1000;

export function createRedirect({ links, delivery, clock }: Bridge): Redirect {
  const { rangeCache, prefetch } = delivery;

  /** What a redirect with this lease says of keeping it; the play is told. */
  function sentOn(
    file: CatalogFile,
    lease: Lease,
    { mayReuse, start }: RedirectDecision,
    play: Play,
  ): string {
    play.sentOn();
    // Where the last minutes begin is a jump; the very end is what a probe reads.
    if (!rangeCache.sideOf(file, start)) prefetch.passed(file, 0, start);
    return mayReuse ? reuse(lease) : 'no-store';
  }

  /** By the framework, as every other answer. */
  function send(reply: FastifyReply, { url }: Lease, cacheControl: string): FastifyReply {
    return reply.header('cache-control', cacheControl).code(302).header('location', url).send();
  }

  /** A player that asks again may keep the link for as long as links were seen to live. */
  function reuse(lease: Lease): string {
    const leftMs = links.ttl.provenResumeUntil(lease) - clock.now();
    const seconds = Math.floor((leftMs - Math.max(reuseMarginMs, leftMs / 10)) / 1000);
    return seconds > 0 ? `private, max-age=${seconds}` : 'no-store';
  }

  return {
    livingLease(fileId, comeback) {
      const lease = links.broker.livingLease(fileId);
      return lease && links.probe.isTrusted(lease, comeback) ? lease : undefined;
    },

    now(file, lease, decision, play, answer) {
      play.source('kept');
      answer.sendOn(lease.url, sentOn(file, lease, decision, play));
    },

    async later(file, decision, play, reply, comeback) {
      const signal = whenGone(reply);
      const acquire = () =>
        links.broker.acquire(file, { urgency: 'play', signal, onSource: (source) => play.source(source) });
      try {
        const lease = await links.probe.acquire(acquire, comeback);
        return send(reply, lease, sentOn(file, lease, decision, play));
      } catch (error) {
        play.failed(error);
        throw error;
      }
    },
  };
}
