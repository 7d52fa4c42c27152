import type { KnownVersion } from '../file-versions.ts';
import { TransferFault } from './transfer-fault.ts';

/** Sees to it that all bytes of one reading are of one version of the file, from wherever they come. */
export interface VersionGuard {
  /**
   * Told of the version of each answer of the host, and of what is kept, before its bytes are handed on.
   * @throws TransferFault `changed` where they are of another one than the bytes before them
   */
  check(version: string): void;
  /** That of the bytes so far. */
  version(): string | undefined;
}

/** @param isAsPromised whether the file still has the entity tag that the reader was told */
export function createVersionGuard(known: KnownVersion, isAsPromised: () => boolean): VersionGuard {
  let own: string | undefined;
  return {
    check(version) {
      known.seen(version);
      if (own === undefined && isAsPromised()) own = version;
      if (own !== version) throw new TransferFault('changed', 'the host has another version of the file');
    },
    version: () => own,
  };
}
