import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { BridgeError } from '../core/errors.ts';

/** Bytes that the address of a Unix socket may have: 107 on Linux, 103 elsewhere (unix(7), sys/un.h). */
const maxPathBytes = 103;

/** Name of the socket in dataDir. */
export const socketName = 'serve.sock';

/** A socket's path that the kernel takes, however long the real one is. */
export interface ShortPath {
  path: string;
  /** Once the socket is bound or connected. */
  done(): void;
}

/**
 * The path of `name` in `dir` for bind or connect. A folder whose path is too long is reached through an open handle of
 * it, which Linux has a short name for.
 * @throws BridgeError BRIDGE_DISK where the path is too long and there is no such name
 */
export function shortPath(dir: string, name: string): ShortPath {
  const path = join(dir, name);
  if (Buffer.byteLength(path) <= maxPathBytes) return { path, done: () => undefined };
  if (!existsSync('/proc/self/fd'))
    throw new BridgeError('BRIDGE_DISK', {
      detail: `${path} is longer than the ${maxPathBytes} bytes that the name of a socket may have; choose a shorter dataDir`,
    });
  const handle = openSync(dir, constants.O_RDONLY | constants.O_DIRECTORY);
  return { path: `/proc/self/fd/${handle}/${name}`, done: () => closeSync(handle) };
}
