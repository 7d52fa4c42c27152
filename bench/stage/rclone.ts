import { spawn } from 'node:child_process';
import { cleanEnv, freePort } from '../../test/fixtures/bridge-process.ts';
import type { HostFacts } from '../parts/host.ts';
import { openApiDoor } from './api-door.ts';
import { hold } from './foreign.ts';

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
  const { until, ...held } = hold(child);
  const stop = async () => {
    await held.stop();
    await door.stop();
  };
  const url = `http://127.0.0.1:${port}/`;
  const forgetFolders = async () => {
    const answer = await fetch(`http://127.0.0.1:${rcPort}/vfs/forget`, { method: 'POST' });
    if (!answer.ok) throw new Error(`vfs/forget: ${answer.status} ${await answer.text()}`);
  };
  return until(
    'rclone',
    20_000,
    async () => {
      const reply = await fetch(url, { method: 'OPTIONS' }).catch(() => undefined);
      return reply?.ok ? { url, forgetFolders, stop } : undefined;
    },
    async () => {
      await door.stop();
      return said;
    },
  );
}
