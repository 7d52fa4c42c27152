import type { CatalogFile } from '../catalog/account/files.ts';
import { minuteMs } from '../core/durations.ts';
import { BridgeError } from '../core/errors.ts';
import { isFileId, streamPrefix } from '../delivery/address.ts';
import { type NetworkZone, networkZoneOf, networkZones } from '../delivery/policy/client.ts';
import { familyNames, familyOf } from '../delivery/policy/client-traits.ts';
import { type Rule, ruleFor, type WantedPart, wantedParts } from '../delivery/policy/rules.ts';
import type { DoctorParts } from './parts.ts';

export interface ClientQuestion {
  /** A stream address, as a STRM file holds it. */
  url: string;
  /** The User-Agent to ask about; all families when absent. */
  agent?: string | undefined;
  /** The address of the player; private and elsewhere when absent. */
  address?: string | undefined;
}

export interface ClientAnswer {
  /** The file's name. */
  name: string;
  mode: DoctorParts['settings']['delivery']['mode'];
  /** How long the link at hand is known to live, milliseconds; absent = there is none. */
  linkForMs?: number;
  /** A line for each family, zone and wanted part. */
  rows: ClientRow[];
}

interface ClientRow {
  client: (typeof familyNames)[number];
  from: NetworkZone;
  asks: WantedPart;
  give: Rule['give'];
  /** Name of the rule that fires. */
  rule: string;
  why: string;
}

/** Says for a stream address which rule of `delivery.mode: auto` fires for which client, and why. Calls nobody. */
export async function explainClient(
  parts: DoctorParts,
  { url, agent, address }: ClientQuestion,
): Promise<ClientAnswer> {
  const { links, delivery, clock, settings, catalog } = parts;
  const file = await fileOf(parts, url);
  const { mode, filmMinutes } = settings.delivery;
  const lease = links.broker.livingLease(file.id) ?? (await catalog.leases.get(file.id));
  const linkForMs = lease ? Math.max(0, links.ttl.provenResumeUntil(lease) - clock.now()) : undefined;
  const families = agent === undefined ? familyNames : [familyOf(agent)];
  const zones = address === undefined ? networkZones : [networkZoneOf(address)];
  const rows = families.flatMap((client) =>
    zones.flatMap((from) =>
      wantedParts.map((asked) => {
        const { name, give, why } = ruleFor(delivery.rules, {
          family: client,
          zone: from,
          asks: asked,
          isLocked: links.locationLock.isLocked(),
          ttlOutlivesFilm: (linkForMs ?? 0) >= filmMinutes * minuteMs,
        });
        return { client, from, asks: asked, give, rule: name, why };
      }),
    ),
  );
  return { name: file.name, mode, ...(linkForMs !== undefined && { linkForMs }), rows };
}

async function fileOf({ catalog, signer }: DoctorParts, address: string): Promise<CatalogFile> {
  const [, id = '', signature = ''] =
    new RegExp(`${streamPrefix}/([^/]+)/([^/]+)/[^/]*$`).exec(
      URL.canParse(address) ? new URL(address).pathname : address,
    ) ?? [];
  const file = isFileId(id) && signer.verify(id, signature) ? await catalog.files.byId(id) : undefined;
  if (!file)
    throw new BridgeError('BRIDGE_NOT_FOUND', {
      detail: 'this is no stream address of a file in the catalog',
    });
  return file;
}
