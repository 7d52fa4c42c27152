import type { BegunCopy } from '../../catalog/account/begun-copies.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Clock } from '../../core/clock.ts';
import type { FileId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { HostFile } from '../../host/host.ts';
import type { WritableHost } from '../../host/host-writes.ts';
import { createFaultBox } from './fault-box.ts';
import { listPlace } from './listed-place.ts';
import type { Settled } from './settled.ts';

export interface NamedCopiesOptions {
  host: Pick<WritableHost, 'writes' | 'listFolder' | 'limits'>;
  catalog: Pick<Catalog, 'files' | 'crawls' | 'ownChanges' | 'begunCopies'>;
  clock: Clock;
  log: Log;
}

/** Copies that were made and, when the process ended, had not got their own name yet. */
export interface NamedCopies {
  settle(signal: AbortSignal): Promise<Settled>;
}

export function createNamedCopies({ host, catalog, clock, log }: NamedCopiesOptions): NamedCopies {
  const { files, ownChanges, begunCopies } = catalog;

  /** What the host copied: as its original is, and known to nobody here. */
  async function copiesOf({ fileId, parentId }: BegunCopy, listed: readonly HostFile[]) {
    const from = await files.byId(fileId);
    if (!from) return [];
    const checksum = (await files.checksums([from.id])).get(from.id);
    const known = new Set((await files.filesOfFolders([parentId])).map(({ id }) => id));
    return listed.filter(
      (one) =>
        one.name === from.name &&
        one.sizeBytes === from.sizeBytes &&
        one.checksum === checksum &&
        !known.has(one.id),
    );
  }

  /** @returns files that came; undefined where it is not known yet what comes of it */
  async function settleOne(
    copy: BegunCopy & { id: number; begunAt: number },
    signal: AbortSignal,
  ): Promise<FileId[] | undefined> {
    const { parentId, name } = copy;
    const listing = await listPlace(host, parentId, signal);
    const isTaken = [...listing.files, ...listing.folders].some((one) => one.name === name);
    const [found, ...others] = isTaken ? [] : await copiesOf(copy, listing.files);
    if (!found) {
      const isRecent = Math.abs(clock.now() - copy.begunAt) < host.limits.listingLagMs;
      if (!isTaken && (isRecent || !listing.complete)) return undefined;
      await begunCopies.left(copy.id);
      return [];
    }
    if (others.length > 0) {
      log.warn(
        { name },
        'one of several files that are alike was to get another name; they stay as they are',
      );
      await begunCopies.left(copy.id);
      return [];
    }
    const move = { kind: 'file', hostId: found.id, url: found.url, parentId, name } as const;
    await ownChanges.moveBegun(move, clock.now());
    await begunCopies.left(copy.id);
    await host.writes.renameFile(found.url, host.writes.meantName(name), { urgency: 'write', signal });
    const { changed } = await catalog.crawls.arrived(parentId, [{ ...found, name }], clock.now());
    await ownChanges.moveLeft(move);
    return changed;
  }

  return {
    async settle(signal) {
      const settled: Settled = { changed: [], open: 0, fault: undefined };
      const faults = createFaultBox(signal);
      for (const copy of await begunCopies.all()) {
        let came: FileId[] | undefined;
        await faults.run(async () => {
          came = await settleOne(copy, signal);
        });
        if (came) settled.changed.push(...came);
        else settled.open++;
      }
      return { ...settled, fault: faults.first() };
    },
  };
}
