import { statfs } from 'node:fs/promises';
import type { Catalog } from './catalog/catalog.ts';
import type { Clock } from './core/clock.ts';
import type { Log } from './core/log.ts';
import type { Host } from './host/host.ts';
import type { KeyWatch } from './host/key-watch.ts';
import { serverKindOf } from './metrics/samples.ts';
import type { Tally } from './metrics/tally.ts';
import type { Connect } from './notify/http.ts';
import { needsOf } from './notify/people/needs.ts';
import { createPeople, type People, toldRecipientCodec } from './notify/people/people.ts';
import type { RecipientSetting } from './notify/people/recipient.ts';
import { createCurrentRecipients } from './notify/people/recipients.ts';

export interface TellingPeopleParts {
  /** As they count now. */
  settings: () => readonly RecipientSetting[];
  catalog: Pick<Catalog, 'keyValues' | 'proposals'>;
  host: Pick<Host, 'state' | 'knownAccount'>;
  keyWatch: Pick<KeyWatch, 'onRefusal'>;
  /** Whose disks are looked at, by what people call them. */
  folders: Readonly<Record<string, string>>;
  connect: Connect;
  /** Counts how telling ended. */
  notified: Tally<'kind' | 'result'>;
  clock: Clock;
  log: Log;
}

/** The telling of people of what needs them. */
export function createTellingPeople(parts: TellingPeopleParts): People {
  const { settings, catalog, host, folders, connect, notified, clock, log } = parts;
  const entryOf = (recipient: string) => catalog.keyValues.entry(`people ${recipient}`, toldRecipientCodec);
  const people = createPeople({
    recipients: createCurrentRecipients(settings),
    connect,
    clock,
    log,
    store: {
      get: (recipient) => entryOf(recipient).get(),
      put: (recipient, told) => entryOf(recipient).put(told),
    },
    onResult: (recipient, isOk) =>
      notified.add({ kind: serverKindOf(recipient), result: isOk ? 'ok' : 'failed' }),
    async needs() {
      const { premiumUntil, premiumUntilDay } = host.knownAccount() ?? {};
      const disks = await Promise.all(
        Object.entries(folders).map(async ([folder, path]) => {
          // A folder that is away for now is told of by others.
          const known = await statfs(path).catch(() => undefined);
          return known
            ? [{ folder, freeBytes: known.bavail * known.bsize, sizeBytes: known.blocks * known.bsize }]
            : [];
        }),
      );
      return needsOf({
        now: clock.now(),
        isKeyRefused: host.state().blockedBy === 'BRIDGE_HOST_KEY',
        endsAt: premiumUntil,
        endsOn: premiumUntilDay,
        proposals: await catalog.proposals.open(),
        disks: disks.flat(),
      });
    },
  });
  parts.keyWatch.onRefusal(people.wake);
  return people;
}
