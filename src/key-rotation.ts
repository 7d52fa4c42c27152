import type { Clock } from './core/clock.ts';
import type { Log } from './core/log.ts';
import type { Signer } from './delivery/signature.ts';
import { keyOverlapMs, livingKeys, rotateSigningKey } from './secrets.ts';

export interface KeyRotationParts {
  dataDir: string;
  signer: Pick<Signer, 'replace'>;
  clock: Clock;
  log: Log;
  /** Writes the trees anew. @returns files that were written */
  rewrite: (signal: AbortSignal) => Promise<number | undefined>;
}

/** Keys that sign stream addresses. */
export interface KeyRotation {
  /** A new key signs from now on, the old ones are accepted for a while, and the trees are written anew. */
  rotate(signal: AbortSignal): Promise<RotatedKeys>;
}

/** What a rotation of keys did. */
export interface RotatedKeys {
  /** So long the old keys are accepted still. */
  overlapMs: number;
  /** Files that were written with their new addresses; undefined = the next sync writes them. */
  rewritten: number | undefined;
}

export function createKeyRotation(parts: KeyRotationParts): KeyRotation {
  const { clock, log } = parts;
  return {
    async rotate(signal) {
      const { signingKeys } = rotateSigningKey(parts.dataDir, clock.now());
      parts.signer.replace(livingKeys(signingKeys, clock.now()));
      const rewritten = await parts.rewrite(signal).catch((error: unknown) => {
        signal.throwIfAborted();
        log.warn({ err: error }, 'the STRM files get their new addresses with the next sync');
        return undefined;
      });
      log.info({ files: rewritten }, 'a new key signs stream addresses');
      return { overlapMs: keyOverlapMs, rewritten };
    },
  };
}
