import type { FollowedWhirlpool } from '../core/files/whirlpool.ts';

/**
 * What a file comes to that is being sent, made no faster than it is sent: four at once would take all of a machine for
 * as long as they are read, and whoever wants to see a film meanwhile would wait.
 */
export interface SentDigest {
  /** So many of its bytes are on their way. What is sent once more is not read once more. */
  sent(bytes: number): void;
  /** Reads what is left of it. @returns 128 hexadecimal digits @throws the fault of the disk; the signal's reason */
  whole(): Promise<string>;
  /** Reads no more. */
  end(): void;
}

/** The thread is told in steps: each telling costs as much as hashing a few kilobytes. */
const stepBytes = 1024 * 1024;
/** What takes a second at most is read at once: whoever changes the file later changes nothing of what was sent. */
const atOnceBytes = 64 * 1024 * 1024;

export function createSentDigest(
  followed: FollowedWhirlpool,
  sizeBytes: number,
  signal: AbortSignal,
): SentDigest {
  let told = 0;
  let digest: Promise<string> | undefined;
  const stop = () => followed.close();
  signal.addEventListener('abort', stop, { once: true });

  function whole(): Promise<string> {
    digest ??= followed.whole(sizeBytes).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : error;
    });
    // Thrown when it is waited for.
    digest.catch(() => undefined);
    return digest;
  }

  if (sizeBytes <= atOnceBytes) whole();
  return {
    sent(bytes) {
      if (digest !== undefined) return;
      if (bytes >= sizeBytes) whole();
      else if (bytes - told >= stepBytes) {
        told = bytes;
        followed.upTo(bytes);
      }
    },
    async whole() {
      signal.throwIfAborted();
      return whole();
    },
    end() {
      signal.removeEventListener('abort', stop);
      followed.close();
    },
  };
}
