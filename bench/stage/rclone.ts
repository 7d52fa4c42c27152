import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { cleanEnv, freePort } from '../../test/fixtures/bridge-process.ts';
import type { HostFacts } from '../parts/host.ts';
import { openApiDoor } from './api-door.ts';

/** `rclone serve webdav` over its own `fichier` backend, with the settings that it comes with. */
export interface ServedRclone {
  /** With a slash at the end. */
  url: string;
  /** As after `--dir-cache-time`, five minutes: it knows no folder. */
  forgetFolders(): Promise<void>;
  stop(): Promise<void>;
}

/** `folder`: for what it writes. Links at the simulated host are on loopback, where no proxy is asked. */
export async function serveRclone(program: string, folder: string, host: HostFacts): Promise<ServedRclone> {
  const door = await openApiDoor(folder, host.apiUrl);
  const [port, rcPort] = [await freePort(), await freePort()];
  const addresses = [
    '--addr',
    `127.0.0.1:${port}`,
    '--rc',
    '--rc-no-auth',
    '--rc-addr',
    `127.0.0.1:${rcPort}`,
  ];
  const child = spawn(program, ['serve', 'webdav', ...addresses, ':fichier:'], {
    cwd: folder,
    env: {
      ...cleanEnv(),
      NO_PROXY: '',
      HTTPS_PROXY: door.proxyUrl,
      SSL_CERT_FILE: door.certificate,
      RCLONE_CONFIG: '',
      RCLONE_FICHIER_API_KEY: host.apiKey,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2000);
  });
  let ended = false;
  const exit = once(child, 'exit').then(() => {
    ended = true;
  });
  const stop = async () => {
    if (!ended) child.kill('SIGTERM');
    await exit;
    await door.stop();
  };
  const url = `http://127.0.0.1:${port}/`;
  for (const begin = performance.now(); !ended && performance.now() - begin < 20_000; await delay(50)) {
    const reply = await fetch(url, { method: 'OPTIONS' }).catch(() => undefined);
    if (!reply?.ok) continue;
    return {
      url,
      async forgetFolders() {
        const answer = await fetch(`http://127.0.0.1:${rcPort}/vfs/forget`, { method: 'POST' });
        if (!answer.ok) throw new Error(`vfs/forget: ${answer.status} ${await answer.text()}`);
      },
      stop,
    };
  }
  await stop();
  throw new Error(`rclone did not serve: ${said}`);
}
