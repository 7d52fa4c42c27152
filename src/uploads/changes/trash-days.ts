import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type AccountTrash, accountTrashName } from '../../catalog/account/account-trash.ts';
import type { Clock } from '../../core/clock.ts';
import { jsonOf } from '../../core/codec.ts';
import { isBridgeError } from '../../core/errors.ts';
import { type FolderId, rootFolderId, toFolderId } from '../../core/ids.ts';
import type { Host } from '../../host/host.ts';
import type { HostWrites } from '../../host/host-writes.ts';
import type { Removal } from './entries.ts';

/** Ids of folders of the trash by their names; the trash itself is the one without a name. */
export type TrashFolders = Readonly<Record<string, string>>;
export const trashFoldersCodec = jsonOf<TrashFolders>(z.record(z.string(), z.string()));

export interface TrashDaysOptions {
  host: Pick<Host, 'listFolder'> & { writes: Pick<HostWrites, 'makeFolder'> };
  catalog: { accountTrash: Pick<AccountTrash, 'all'> };
  memory: { read(): TrashFolders | undefined; write(folders: TrashFolders): void };
  clock: Clock;
}

/** The folders of the trash: one for each day, and another where two folders of one name do not fit into one. */
export interface TrashDays {
  /** The name of the folder for something. @param tried those in which the host takes it not */
  nameFor(removal: Pick<Removal, 'kind' | 'name'>, tried: ReadonlySet<string>): Promise<string>;
  /** Its id; it is made where it is not known. @throws BridgeError of the host */
  idOf(name: string, signal: AbortSignal): Promise<FolderId>;
  /** Whether any is remembered: it may have been removed by somebody else since. */
  areKnown(): boolean;
  forgetAll(): void;
  forget(id: FolderId): void;
}

export function createTrashDays({ host, catalog, memory, clock }: TrashDaysOptions): TrashDays {
  async function idOf(name: string, signal: AbortSignal): Promise<FolderId> {
    const known = memory.read()?.[name];
    if (known !== undefined) return toFolderId(known);
    const id =
      name === ''
        ? await makeOrFind(rootFolderId, accountTrashName, signal)
        : await makeOrFind(await idOf('', signal), name, signal);
    memory.write({ ...memory.read(), [name]: id });
    return id;
  }

  async function makeOrFind(parentId: FolderId, name: string, signal: AbortSignal): Promise<FolderId> {
    const call = { urgency: 'write', signal } as const;
    try {
      return await host.writes.makeFolder(parentId, name, call);
    } catch (error) {
      if (!isBridgeError(error, 'BRIDGE_HOST_REFUSED')) throw error;
      const { folders } = await host.listFolder(parentId, call);
      const found = folders.find((one) => one.name === name);
      if (!found) throw error;
      return found.id;
    }
  }

  return {
    async nameFor({ kind, name }, tried) {
      const today = new Date(clock.now()).toISOString().slice(0, 10);
      const taken =
        kind === 'folder' &&
        (await catalog.accountTrash.all()).some(
          (one) => one.kind === 'folder' && one.name === name && one.day === today,
        );
      return taken || tried.has(today) ? `${today} ${randomBytes(4).toString('hex')}` : today;
    },
    idOf,
    areKnown: () => Object.keys(memory.read() ?? {}).length > 0,
    forgetAll: () => memory.write({}),
    forget: (id) =>
      memory.write(Object.fromEntries(Object.entries(memory.read() ?? {}).filter(([, one]) => one !== id))),
  };
}
