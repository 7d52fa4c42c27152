import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../test/fixtures/bridge-process.ts';
import { hold } from './foreign.ts';

/** nginx as a proxy in front of one address. */
export interface Nginx {
  /** As it comes. */
  url: string;
  /** With buffers of 256 KB in the place of its 4 or 8: what somebody gives it who has measured. */
  tunedUrl: string;
  /** Its own listings of `listRoot`. */
  listUrl: string;
  workerPid: number;
  stop(): Promise<void>;
}

/**
 * Starts it as the user who runs this, with one worker and everything that it writes below `folder`. `listRoot`: a
 * folder that it lists.
 */
export async function startNginx(
  program: string,
  folder: string,
  upstream: string,
  listRoot = folder,
): Promise<Nginx> {
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  const errorLog = join(folder, 'error.log');
  await writeFile(config, configFor(folder, errorLog, port, upstream, listRoot));
  const child = spawn(program, ['-p', folder, '-c', config, '-e', errorLog], { stdio: 'ignore' });
  const { stop, until } = hold(child);
  const at = (name: string) => `http://127.0.0.1:${port}/${name}`;
  return until(
    'nginx',
    10_000,
    async () => {
      const [workerPid] = await childrenOf(child.pid as number);
      if (workerPid === undefined) return undefined;
      return { url: at('film'), tunedUrl: at('tuned'), listUrl: at('list'), workerPid, stop };
    },
    () => readFile(errorLog, 'utf8').catch(() => 'no log'),
  );
}

function configFor(
  folder: string,
  errorLog: string,
  port: number,
  upstream: string,
  listRoot: string,
): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path "${join(folder, name)}";`,
  );
  const proxied = `proxy_pass ${upstream};
      proxy_buffering off;
      proxy_http_version 1.1;
      proxy_set_header Connection "";`;
  const largeBuffers = 'proxy_buffer_size 256k; proxy_buffers 8 256k; proxy_busy_buffers_size 512k;';
  // Started by root it would give its worker to somebody who may not enter this folder.
  return `${process.getuid?.() === 0 ? 'user root root;' : ''}
daemon off;
worker_processes 1;
pid "${join(folder, 'nginx.pid')}";
error_log "${errorLog}";
events { worker_connections 64; }
http {
  access_log off;
  ${temporary.join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    location = /film {
      ${proxied}
    }
    location = /tuned {
      ${proxied}
      ${largeBuffers}
    }
    location /list/ {
      alias "${listRoot}/";
      autoindex on;
      autoindex_exact_size on;
    }
  }
}
`;
}

/** Processes that a process has started. */
export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}
