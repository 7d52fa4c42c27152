import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Setup, setup } from '../fixtures/setup.ts';
import type { Options } from './options.ts';

/** A bridge over a simulated account, in a folder that Jellyfin reads; real time, real sockets. */
export async function startHouse({
  dir,
  seenAs,
  url,
  key,
}: Options): Promise<Setup & { end(): Promise<void> }> {
  const home = await mkdtemp(join(dir ?? tmpdir(), 'passerelle-jellyfin-'));
  const ends: (() => unknown)[] = [];
  const test = { testdir: () => home, teardown: (end: () => unknown) => void ends.push(end) };
  const library = join(home, 'library');
  const pathMap = seenAs === undefined ? {} : { pathMap: { [home]: seenAs } };
  const started = await setup(test, {
    env: {
      PASSERELLE_NOTIFY: JSON.stringify([{ kind: 'jellyfin', url, token: key, ...pathMap }]),
      PASSERELLE_LIBRARY_DIR: library,
      PASSERELLE_BASE_URL: 'http://127.0.0.1:18790',
      PASSERELLE_SYNC_GRACE_HOURS: '0',
      PASSERELLE_SYNC_CONFIRM_MINUTES: '0',
      PASSERELLE_SYNC_REMOVE_PERCENT: '100',
    },
    port: 18_790,
  });
  return {
    ...started,
    async end() {
      for (const end of ends) await end();
      await rm(home, { recursive: true, force: true });
    },
  };
}
