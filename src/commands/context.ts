import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Loaded, type LoadOptions, loadSettings } from '../../config/load.ts';
import { examineCertificate } from './start/examine-certificate.ts';
import { examineFolders } from './start/examine-folders.ts';

/** What a command may touch of the process: handed in, so that tests can be the person. */
export interface Context {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  out: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  err: NodeJS.WritableStream & { isTTY?: boolean };
  stdin: Readable & { isTTY?: boolean };
  /** Aborts at Ctrl-C or SIGTERM. */
  signal: AbortSignal;
  /** Aborts when nobody reads what is written any more; a command that only answers may end then. */
  unread?: AbortSignal;
}

/** Exit codes of every command. */
export const exitCodes = { done: 0, failed: 1, wrongUse: 2, refused: 3 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What a command cannot do without. */
export interface Needs {
  /** It asks the host. */
  key?: boolean;
  /** It writes: looked at are the rights to do so, before anything is made. */
  folders?: boolean;
  /** It listens: looked at is the certificate, where there is to be one. */
  certificate?: boolean;
}

/** The settings of this process. @throws SettingsError with everything that is wrong with them, or with the folders */
export function settingsOf(context: Pick<Context, 'env' | 'cwd'>, needs: Needs = {}): Loaded {
  return loadSettings(loadOptionsOf(context, needs));
}

/** How the settings of this process are loaded. */
export function loadOptionsOf({ env, cwd }: Pick<Context, 'env' | 'cwd'>, needs: Needs): LoadOptions {
  const named = env.PASSERELLE_CONFIG || undefined;
  return {
    env,
    file: named ?? join(cwd, 'config', 'passerelle.yaml'),
    fileRequired: named !== undefined,
    keyRequired: needs.key ?? false,
    ...(needs.folders && { examine: examineFolders }),
    ...(needs.certificate && { examineCertificate }),
  };
}

/** Lines on standard output that were made for people. */
export function sayAll(context: Pick<Context, 'out'>, lines: readonly string[]): void {
  for (const line of lines) say(context, line);
}

/** One line on standard output. */
export function say({ out }: Pick<Context, 'out'>, line = ''): void {
  out.write(`${line}\n`);
}
