import { join } from 'node:path';
import type { Dispatcher } from 'undici';
import type { Catalog } from './catalog/catalog.ts';
import type { Clock } from './core/clock.ts';
import { isBridgeError } from './core/errors.ts';
import { lockFile } from './core/files/file-lock.ts';
import type { Log } from './core/log.ts';
import type { Trees } from './library/trees.ts';
import { serverKindOf } from './metrics/samples.ts';
import type { Tally } from './metrics/tally.ts';
import { createNotifier, type Notifier } from './notify/notifier.ts';
import { resultCodec, sightCodec } from './notify/outbox/notices.ts';
import type { ServerSetting } from './notify/servers/adapter.ts';

export interface TellingParts {
  /** As they count now. */
  settings: () => readonly ServerSetting[];
  dataDir: string;
  catalog: Pick<Catalog, 'keyValues' | 'outbox' | 'toldFolders'>;
  trees: Trees;
  clock: Clock;
  log: Log;
  dispatcher: Dispatcher;
  userAgent: string;
  /** Counts how telling ended. */
  notified: Tally<'kind' | 'result'>;
  /** A server shows what it was told of. */
  onSeen: (server: string) => void;
}

/** The telling of media servers over this catalog; one process at a time does it. */
export function createTelling({ dataDir, catalog, notified, ...parts }: TellingParts): Notifier {
  const { keyValues } = catalog;
  const resultOf = (server: string) => keyValues.entry(`notify ${server}`, resultCodec);
  const sightOf = (server: string) => keyValues.entry(`notify sight ${server}`, sightCodec);
  return createNotifier({
    ...parts,
    store: catalog.outbox,
    results: {
      get: (server) => resultOf(server).get(),
      put(server, result) {
        notified.add({ kind: serverKindOf(server), result: result.ok ? 'ok' : 'failed' });
        return resultOf(server).put(result);
      },
    },
    told: catalog.toldFolders,
    sights: {
      get: (server) => sightOf(server).get(),
      put: (server, sight) => sightOf(server).put(sight),
    },
    lock: () => {
      try {
        return lockFile(join(dataDir, 'notify.lock'), 'BRIDGE_CATALOG_IN_USE');
      } catch (error) {
        if (isBridgeError(error, 'BRIDGE_CATALOG_IN_USE')) return undefined;
        throw error;
      }
    },
  });
}
