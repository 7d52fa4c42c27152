import { lstat } from 'node:fs/promises';

/** Whether something stands at this path of the system: also a link that leads nowhere, and what may not be read. */
export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
