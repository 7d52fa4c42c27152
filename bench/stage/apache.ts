import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { freePort } from '../../test/fixtures/bridge-process.ts';
import { hold } from './foreign.ts';
import { childrenOf } from './nginx.ts';

/** Apache with mod_dav over a folder. */
export interface Apache {
  /** Without a slash at the end. */
  url: string;
  workerPid: number;
  stop(): Promise<void>;
}

const moduleFolders = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules', '/usr/libexec/apache2'];
const modules = ['mpm_event', 'authz_core', 'dav', 'dav_fs'];
const nobody = 65_534;

/** Starts it with one process, everything that it writes below `folder`; nobody's when root runs this. */
export async function startApache(program: string, folder: string, root: string): Promise<Apache> {
  const port = await freePort();
  const config = join(folder, 'apache.conf');
  const errorLog = join(folder, 'error.log');
  const moduleFolder = moduleFolders.find((path) => existsSync(join(path, 'mod_dav_fs.so')));
  if (moduleFolder === undefined) throw new Error('Apache has no mod_dav_fs');
  await writeFile(config, configFor(folder, moduleFolder, port, root));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    // It serves nothing as root, and nobody may look into the folder of a figure.
    await chown(folder, nobody, nobody);
    await chmod(dirname(folder), 0o711);
  }
  const child = spawn(program, ['-f', config, '-D', 'FOREGROUND'], {
    cwd: folder,
    stdio: 'ignore',
    ...(isRoot ? { uid: nobody, gid: nobody } : {}),
  });
  const { stop, until } = hold(child);
  const url = `http://127.0.0.1:${port}`;
  return until(
    'Apache',
    10_000,
    async () => {
      const reply = await fetch(url, { method: 'OPTIONS' }).catch(() => undefined);
      const [workerPid] = await childrenOf(child.pid as number);
      return reply?.headers.get('dav') && workerPid !== undefined ? { url, workerPid, stop } : undefined;
    },
    () => readFile(errorLog, 'utf8').catch(() => 'no log'),
  );
}

function configFor(folder: string, moduleFolder: string, port: number, root: string): string {
  return `ServerRoot "${folder}"
ServerName localhost
Listen 127.0.0.1:${port}
PidFile "${join(folder, 'apache.pid')}"
ErrorLog "${join(folder, 'error.log')}"
DefaultRuntimeDir "${folder}"
Mutex pthread default
${modules.map((name) => `LoadModule ${name}_module "${join(moduleFolder, `mod_${name}.so`)}"`).join('\n')}
StartServers 1
ServerLimit 1
ThreadsPerChild 25
MaxRequestWorkers 25
DavLockDB "${join(folder, 'locks')}"
DocumentRoot "${root}"
<Directory "${root}">
  Dav On
  Require all granted
</Directory>
`;
}
