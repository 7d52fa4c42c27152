import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createReader, type Reader } from '../fixtures/score.ts';

const root = join(import.meta.dirname, '../..');

function git(...args: string[]): string {
  return execFileSync('git', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

/** The newest commit whose `src/naming` is another than the one here; undefined where there is no history. */
export function lastOther(): string | undefined {
  try {
    if (git('status', '--porcelain', '--', 'src/naming') !== '') return git('rev-parse', 'HEAD');
    const [last] = git('log', '-1', '--format=%H', '--', 'src/naming').split('\n');
    return git('rev-parse', `${last}~1`);
  } catch {
    return undefined;
  }
}

/**
 * The reader as it is in a commit, loaded beside the one here.
 *
 * @throws Error with words for a person
 */
export async function readerOf(commit: string): Promise<Reader> {
  const home = mkdtempSync(join(tmpdir(), 'passerelle-names-'));
  try {
    mkdirSync(join(home, 'tree'));
    const tar = join(home, 'tree.tar');
    execFileSync('git', ['archive', '-o', tar, commit, 'src', 'package.json'], {
      cwd: root,
      stdio: 'ignore',
    });
    execFileSync('tar', ['-xf', tar, '-C', join(home, 'tree')]);
    symlinkSync(join(root, 'node_modules'), join(home, 'tree/node_modules'));
    return await loadReader(pathToFileURL(join(home, 'tree/src/naming/recognise.ts')).href);
  } catch (error) {
    throw new Error(`${commit}: no reader to compare with (${(error as Error).message})`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** A reader by the address of its `recognise.ts`. */
export async function loadReader(url: string): Promise<Reader> {
  const loaded: typeof import('../../src/naming/recognise.ts') = await import(url);
  return createReader(loaded);
}
