import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { getStatus, type Status } from '../../../src/api/status.ts';
import type { Crawl } from '../../../src/catalog/account/crawls.ts';
import { version } from '../../../src/core/version.ts';
import type { Holder } from '../../../src/owner/holder.ts';
import { serveEndpoint } from '../../support/endpoints.ts';

/** More open proposals than there are kinds of them. */
const maxProposals = 100;

/** `/api/v1/status`: who is there, and how it is. */
export const status = fp(
  async (app: FastifyInstance, { holder }: { holder: Holder }) => {
    const { catalog, sync, host, curation, baseUrl, warming } = app.bridge;
    const { auth } = app.bridge.settings;
    const { pid, command, host: machine, since } = holder;

    serveEndpoint(app, getStatus, async () => {
      const [last, counts, whereabouts, open] = await Promise.all([
        catalog.crawls.last(),
        catalog.files.counts(),
        curation.leftOut.lastCount(),
        curation.proposals.list(maxProposals, 'open'),
      ]);
      const { running, progress } = sync.state();
      const { isBlocked, blockedUntil, blockedBy, callsLeft } = host.state();
      return {
        version,
        process: { pid, command, host: machine, since },
        baseUrl,
        access: {
          user: auth.user,
          password: originOf(auth.password),
          adminToken: originOf(auth.adminToken),
        },
        sync: {
          running,
          ...(running && progress && { progress }),
          ...(last && { last: lastOf(last) }),
        },
        host: {
          open: !isBlocked,
          ...(blockedUntil !== undefined && { closedUntil: blockedUntil }),
          ...(blockedBy !== undefined && { why: blockedBy }),
          callsLeft,
        },
        catalog: counts,
        ...(whereabouts && { whereabouts }),
        warming: warming.state().map(({ lastAt, fault, ...one }) => ({
          ...one,
          ...(lastAt !== undefined && { lastAt }),
          ...(fault && { fault: fault.words }),
        })),
        proposals: { open: open.length },
      };
    });
  },
  { name: 'status', dependencies: ['api-routes'] },
);

const originOf = (secret: string | undefined): Status['access']['password'] =>
  secret === undefined ? 'made' : 'set';

function lastOf({ startedAt, endedAt, outcome, calls, note }: Crawl) {
  return { startedAt, ...(endedAt !== undefined && { endedAt }), outcome, calls, note };
}
