import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { envServing, freePort, type LogLine, serveArguments } from '../../test/fixtures/bridge-process.ts';
import { strmFiles } from '../../test/fixtures/strm-files.ts';
import type { HostFacts } from '../parts/host.ts';

/** `passerelle serve` at its usual log level, with the log in a file. */
export interface ServedBridge {
  url: string;
  pid: number;
  /** Waits for a line of the log. */
  logged(message: string): Promise<LogLine>;
  /** The same, but undefined when it has not come in time. */
  loggedWithin(message: string, limitMs: number): Promise<LogLine | undefined>;
  /** Paths of the films in its STRM tree. */
  films(): Promise<string[]>;
  stop(): Promise<void>;
}

/** Settings for a bridge over a simulated host: no pace, everything below `home`. */
export function envFor(host: HostFacts, home: string): Record<string, string> {
  return {
    FICHIER_API_URL: host.apiUrl,
    FICHIER_API_KEY: host.apiKey,
    FICHIER_DOWNLOAD_HOSTS: host.downloadHost,
    FICHIER_UPLOAD_HOSTS: host.uploadHost,
    FICHIER_REQUEST_INTERVAL_MS: '0',
    FICHIER_FOLDER_INTERVAL_MS: '0',
    PASSERELLE_DATA_DIR: join(home, 'data'),
    PASSERELLE_LIBRARY_DIR: join(home, 'library'),
    PASSERELLE_SYNC_INTERVAL_MINUTES: '0',
  };
}

export async function serveBridge(home: string, env: Record<string, string>): Promise<ServedBridge> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const logFile = join(home, `serve-${port}.log`);
  const out = openSync(logFile, 'w');
  const child = spawn(process.execPath, serveArguments, {
    cwd: home,
    env: envServing(port, env),
    stdio: ['ignore', out, 'inherit'],
  });
  closeSync(out);
  let ended = false;
  const exit = once(child, 'exit').then(() => {
    ended = true;
  });
  const until = async <T>(what: string, limitMs: number, look: () => Promise<T | undefined>): Promise<T> => {
    for (const begin = performance.now(); !ended && performance.now() - begin < limitMs; await delay(50)) {
      const found = await look();
      if (found !== undefined) return found;
    }
    const tail = (await readFile(logFile, 'utf8')).split('\n').slice(-5).join('\n');
    throw new Error(`the bridge ${ended ? 'ended' : 'was too slow'}: ${what}\n${tail}`);
  };
  await until('it should answer', 30_000, async () => {
    const reply = await fetch(`${url}/healthz`).catch(() => undefined);
    return reply?.ok || undefined;
  });
  const lookFor = async (message: string) => {
    const lines = (await readFile(logFile, 'utf8')).split('\n');
    const line = lines.find((text) => text.includes(`"msg":"${message}"`));
    return line === undefined ? undefined : (JSON.parse(line) as LogLine);
  };
  return {
    url,
    pid: child.pid as number,
    logged: (message) => until(message, 60_000, () => lookFor(message)),
    async loggedWithin(message, limitMs) {
      for (const begin = performance.now(); !ended && performance.now() - begin < limitMs; await delay(250)) {
        const line = await lookFor(message);
        if (line) return line;
      }
      return undefined;
    },
    films: async () =>
      (await strmFiles(env.PASSERELLE_LIBRARY_DIR ?? home)).map((film) => new URL(film.url).pathname),
    async stop() {
      if (!ended) child.kill('SIGTERM');
      await exit;
    },
  };
}
