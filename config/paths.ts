import { resolve } from 'node:path';
import { type ReadValue, refused } from './read-value.ts';

export const libraryRight = 'the path of a folder, such as /srv/passerelle/library';
export const dataRight = 'the path of a folder, such as /srv/passerelle/data';

/** Of the system, with all below them: nothing of ours may stand there. */
const systemTrees = [
  'bin',
  'boot',
  'dev',
  'etc',
  'lib',
  'lib32',
  'lib64',
  'libx32',
  'proc',
  'sbin',
  'sys',
  'usr',
];

/** Of the system, but with room below them for what is ours. */
const systemTops = [
  'home',
  'root',
  'run',
  'tmp',
  'usr/local',
  'var',
  'var/cache',
  'var/lib',
  'var/log',
  'var/tmp',
];

/** Why a text is no folder to write in; nothing is looked at on the disk. */
export function whyNoFolder(text: string): string | undefined {
  if (/\p{Cc}/u.test(text)) return 'holds a line break or a control character';
  if (/^(["'`]).*\1$/.test(text)) return 'has quotes around it, which would be part of the name';
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(text)) return 'is an address, not a folder of this machine';
  if (/^[a-z]:[\\/]/i.test(text) || text.startsWith('\\\\')) return 'is a path of Windows';
  if (/^~/.test(text)) return 'begins with ~, which only a shell understands';
  if (/^\$|\$\{/.test(text)) return 'holds a $ that nobody has replaced';
  const path = resolve(text);
  if (path.split('/').some((name) => Buffer.byteLength(name) > 255))
    return 'holds a name of more than 255 bytes';
  if (path === '/') return `${text} is the top of the disk`;
  if (/^\/(?:dev\/shm|usr\/local)\/./.test(path)) return undefined;
  const [, top = ''] = path.split('/');
  const isSystem = systemTrees.includes(top) || systemTops.includes(path.slice(1));
  return isSystem ? `${text} belongs to the system` : undefined;
}

export const fileRight = 'the path of a file, such as /etc/ssl/passerelle.pem';

/** Why a text is no file to read; nothing is looked at on the disk. */
export function whyNoFile(text: string): string | undefined {
  if (text.includes('-----BEGIN')) return 'is the text itself, not the name of a file that holds it';
  if (/\p{Cc}/u.test(text)) return 'holds a line break or a control character';
  if (/^(["'`]).*\1$/.test(text)) return 'has quotes around it, which would be part of the name';
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(text)) return 'is an address, not a file of this machine';
  if (/^~/.test(text)) return 'begins with ~, which only a shell understands';
  return /^\$|\$\{/.test(text) ? 'holds a $ that nobody has replaced' : undefined;
}

/** A folder of the account, as `library.roots` names it. */
export function readRoot(raw: string): ReadValue<string> {
  const right = 'must be a folder of the account that begins with /, such as /Films';
  if (/^(["'`]).*\1$/.test(raw))
    return refused(right, 'has quotes around it, which would be part of the name');
  if (!raw.startsWith('/')) return refused(right);
  if (/\p{Cc}/u.test(raw)) return refused(right, 'holds a line break or a control character');
  const path = raw.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
  if (path.split('/').some((name) => name === '.' || name === '..'))
    return refused('write the path as the account shows it', 'the host knows no . and ..');
  return { value: path };
}
