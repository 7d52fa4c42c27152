import { counted } from '../../src/core/plural.ts';
import { tryCadaver } from './cadaver.ts';
import { tryCurl } from './curl.ts';
import { tryDavfs2 } from './davfs2.ts';
import { tryFichierNames } from './fichier-names.ts';
import { tryRclone } from './rclone.ts';
import { tryRcloneMount } from './rclone-mount.ts';
import { tryRestic } from './restic.ts';
import { createWorld, type World } from './world.ts';

/** In this order, one after the other. */
const clients: Readonly<Record<string, (world: World) => Promise<void>>> = {
  curl: tryCurl,
  cadaver: tryCadaver,
  davfs2: tryDavfs2,
  rclone: tryRclone,
  mount: tryRcloneMount,
  restic: tryRestic,
  // Another program asks the host there by the same key, at a pace of its own: one of the two may be locked out.
  names: tryFichierNames,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(clients, name));
if (unknown.length > 0) {
  console.error(`npm run test:writers [-- CLIENT...]\n\nThere is ${Object.keys(clients).join(', ')}.`);
  process.exitCode = 2;
} else process.exitCode = await tryAll(asked.length > 0 ? asked : Object.keys(clients));

/** `npm run test:writers`: real clients write to an account with the limits of the real host. */
async function tryAll(names: readonly string[]): Promise<number> {
  const world = await createWorld();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void world.close().finally(() => process.exit(1)));
  try {
    for (const name of names) await clients[name]?.(world);
  } finally {
    await world.close();
  }
  console.log(world.faults() === 0 ? 'all is well' : counted(world.faults(), 'fault'));
  return world.faults() === 0 ? 0 : 1;
}
