import type { Dispatcher } from 'undici';
import type { Clock } from '../core/clock.ts';
import { type HeaderValues, header } from '../core/http/headers.ts';
import type { DownloadAnswers } from '../host/host.ts';
import type { Broker } from './broker.ts';
import type { Lease } from './lease.ts';
import type { LinkTtl } from './link-ttl.ts';

export interface LinkProbeOptions {
  broker: Pick<Broker, 'used' | 'refused'>;
  linkTtl: Pick<LinkTtl, 'provenUntil'>;
  dispatcher: Dispatcher;
  downloads: Pick<DownloadAnswers, 'isPage' | 'follow'>;
  clock: Clock;
  userAgent: string;
  /** A host that is slower than this is not waited for: the player finds out itself. */
  timeLimitMs?: number;
}

/**
 * Whether a request comes back to the byte that the viewer was sent on to: at once (many players open a film twice),
 * or after a while, as one does that found nothing there.
 */
export type Comeback = 'none' | 'soon' | 'late';

/**
 * Asks the host whether a link still lives, by a HEAD: a player that is sent to a dead link stops, and nobody hears of
 * it. One look at a time per link.
 */
export interface LinkProbe {
  /**
   * Asks now. A link that answers counts as used: from then on its longer life counts.
   * @returns false when the host does not know the link any more; true also where it has trouble of its own
   */
  ask(lease: Lease): Promise<boolean>;
  /**
   * Whether a link may be handed out without a look: links of its age were seen to live, or itself just now. To who
   * comes back to where this link led, the age of others says nothing: who does so at once may have opened the film
   * twice and gets it while it is looked at, who does so later gets it when it was seen to live.
   */
  isTrusted(lease: Lease, comeback?: Comeback): boolean;
  /**
   * A lease that lives. When the host does not know the first one, the second is new and needs no look.
   * @throws what `acquire` throws
   */
  acquire(acquire: () => Promise<Lease>, comeback?: Comeback): Promise<Lease>;
}

/** A link that answered so lately, or that is so little older than one that was seen alive, needs no look. */
const trustMs = 2000;
/** How often a download server may send on to another one. */
const maxRedirects = 3;

/** @see LinkProbe */
export function createLinkProbe({
  broker,
  linkTtl,
  dispatcher,
  downloads,
  clock,
  userAgent,
  timeLimitMs = 4000,
}: LinkProbeOptions): LinkProbe {
  const probes = new Map<string, Promise<boolean>>();

  /** The answer to a HEAD, behind the servers that send on. @throws whatever the network says */
  async function head(address: string, signal: AbortSignal) {
    let url = new URL(address);
    for (let followed = 0; ; followed++) {
      const { statusCode, headers, body } = await dispatcher.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'HEAD',
        headers: { 'user-agent': userAgent, accept: '*/*', 'accept-encoding': 'identity' },
        signal,
      });
      await body.dump();
      const next = followed < maxRedirects ? nextOf(url, statusCode, headers) : undefined;
      if (!next) return { statusCode, headers };
      url = next;
    }
  }

  /** Where this answer sends on to, if a player may be sent there. */
  function nextOf(from: URL, status: number, headers: HeaderValues): URL | undefined {
    const location = header(headers, 'location');
    if (status < 300 || status >= 400 || location === undefined) return undefined;
    try {
      return new URL(downloads.follow(location, from.href));
    } catch {
      return undefined;
    }
  }

  async function probe(lease: Lease): Promise<boolean> {
    try {
      const { statusCode, headers } = await head(lease.url, AbortSignal.timeout(timeLimitMs));
      // A host that has trouble of its own says nothing about the link.
      if (statusCode === 429 || statusCode >= 500) return true;
      if (statusCode < 300 && !downloads.isPage(headers)) {
        broker.used(lease);
        return true;
      }
      await broker.refused(lease);
      return false;
    } catch {
      return true;
    }
  }

  function ask(lease: Lease): Promise<boolean> {
    let running = probes.get(lease.url);
    if (!running) {
      running = probe(lease).finally(() => probes.delete(lease.url));
      probes.set(lease.url, running);
    }
    return running;
  }

  function isTrusted(lease: Lease, comeback: Comeback = 'none'): boolean {
    const aliveAt = lease.aliveAt ?? Number.NEGATIVE_INFINITY;
    if (comeback !== 'none' && clock.now() - aliveAt >= trustMs) {
      if (comeback === 'late') return false;
      void ask(lease);
    }
    const silentMs = clock.now() - Math.max(linkTtl.provenUntil(lease), aliveAt);
    if (silentMs >= trustMs) return false;
    // Asked for again and again: the next look is over before anybody has to wait for it, and tells of all of its age.
    if (silentMs >= trustMs / 2 && probes.size === 0) void ask(lease);
    return true;
  }

  return {
    ask,
    isTrusted,

    async acquire(acquire: () => Promise<Lease>, comeback?: Comeback): Promise<Lease> {
      const lease = await acquire();
      return isTrusted(lease, comeback) || (await ask(lease)) ? lease : await acquire();
    },
  };
}
