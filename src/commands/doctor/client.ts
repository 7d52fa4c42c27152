import type { Bridge } from '../../bridge.ts';
import type { CatalogFile } from '../../catalog/account/files.ts';
import { BridgeError } from '../../core/errors.ts';
import { isFileId, streamPrefix } from '../../delivery/address.ts';
import { networkZoneOf, networkZones } from '../../delivery/policy/client.ts';
import { familyNames, familyOf } from '../../delivery/policy/client-traits.ts';
import { ruleFor, wantedParts } from '../../delivery/policy/rules.ts';
import { type Context, type ExitCode, exitCodes, say, sayAll } from '../context.ts';
import { printable } from '../format/printable.ts';
import { ruleLines, type ShownRule } from '../format/rules.ts';
import { duration } from '../format/time.ts';
import { widthOfStream } from '../format/width.ts';
import { withBridge } from '../with-bridge.ts';

export interface DoctorClientOptions {
  /** A stream address, as a STRM file holds it. */
  client: string;
  /** The User-Agent to ask about; all families when absent. */
  agent?: string;
  /** The address of the player; private and elsewhere when absent. */
  address?: string;
  json?: boolean;
}

/** Says for a stream address which rule of `delivery.mode: auto` fires for which client, and why. Calls nobody. */
export async function doctorClient(context: Context, options: DoctorClientOptions): Promise<ExitCode> {
  return withBridge(context, async (bridge) => {
    const file = await fileOf(bridge, options.client);
    const { links, delivery, clock, settings } = bridge;
    const { mode, filmMinutes } = settings.delivery;
    const lease = links.broker.atHand(file.id) ?? (await bridge.catalog.leases.get(file.id));
    const leftMs = lease ? Math.max(0, links.ttl.provenResumeUntil(lease) - clock.now()) : 0;
    if (!options.json) {
      say(context, printable(file.name));
      say(
        context,
        lease ? `a link is at hand, seen to be good for ${duration(leftMs)} more` : 'no link is at hand',
      );
      if (mode !== 'auto')
        say(context, `delivery.mode is ${mode}: everybody is treated alike, and these rules rest`);
    }
    const families = options.agent === undefined ? familyNames : [familyOf(options.agent)];
    const zones = options.address === undefined ? networkZones : [networkZoneOf(options.address)];
    const rows: ShownRule[] = [];
    for (const family of families)
      for (const zone of zones)
        for (const asked of wantedParts) {
          const { name, give, why } = ruleFor(delivery.rules, {
            family,
            zone,
            asks: asked,
            isLocked: links.locationLock.isLocked(),
            ttlOutlivesFilm: leftMs >= filmMinutes * 60_000,
          });
          const row = { client: family, from: zone, asks: asked, give, rule: name, why };
          rows.push(row);
        }
    if (options.json) for (const row of rows) say(context, JSON.stringify(row));
    else sayAll(context, ruleLines(rows, widthOfStream(context.out)));
    return exitCodes.done;
  });
}

async function fileOf({ catalog, signer }: Bridge, address: string): Promise<CatalogFile> {
  const [, id = '', signature = ''] =
    new RegExp(`${streamPrefix}/([^/]+)/([^/]+)/`).exec(
      URL.canParse(address) ? new URL(address).pathname : address,
    ) ?? [];
  const file = isFileId(id) && signer.verify(id, signature) ? await catalog.files.byId(id) : undefined;
  if (!file)
    throw new BridgeError('BRIDGE_NOT_FOUND', {
      detail: 'this is no stream address of a file in the catalog',
    });
  return file;
}
