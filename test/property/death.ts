import fsSync from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { StatementSync } from 'node:sqlite';

/** What changes something on the disk; whatever only reads needs no death of its own. */
const effects = ['rename', 'open', 'unlink', 'rm', 'rmdir', 'mkdir', 'writeFile'] as const;
const effectsAtOnce = ['renameSync', 'openSync', 'rmSync', 'mkdirSync', 'writeFileSync'] as const;

/** Nothing that a process does after its death reaches the disk or the catalog. */
export interface Death {
  /** Dies at the n-th effect from now, before it happens or right after it. */
  after(effects: number, when: 'before' | 'after'): void;
  isDead(): boolean;
  /** The next process begins: nothing is in the way any more. */
  over(): void;
}

/**
 * kill -9 within this process: from a moment on every write of a file, every rename and every statement fails, also
 * those that clean up. What is on the disk then is what a killed process leaves; an open transaction ends unwritten.
 */
export function installDeath(): Death {
  let left = Number.POSITIVE_INFINITY;
  let when: 'before' | 'after' = 'before';
  let dead = false;
  const die = () => Object.assign(new Error('killed'), { code: 'KILLED' });

  /** @returns whether this effect is the last one */
  function step(): boolean {
    if (dead) throw die();
    if (--left > 0) return false;
    dead = true;
    if (when === 'before') throw die();
    return true;
  }

  const files = fs as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  for (const name of effects) {
    const real = files[name] as (...args: unknown[]) => Promise<unknown>;
    files[name] = async (...args) => {
      const isLast = step();
      const value = await real(...args);
      if (isLast) {
        await (value as { close?: () => Promise<void> } | undefined)?.close?.();
        throw die();
      }
      return value;
    };
  }
  const filesAtOnce = fsSync as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name of effectsAtOnce) {
    const real = filesAtOnce[name] as (...args: unknown[]) => unknown;
    filesAtOnce[name] = (...args) => {
      const isLast = step();
      const value = real(...args);
      if (!isLast) return value;
      if (typeof value === 'number') fsSync.closeSync(value);
      throw die();
    };
  }
  syncBuiltinESMExports();
  const { run, all } = StatementSync.prototype;
  StatementSync.prototype.run = function (this: StatementSync, ...args: unknown[]) {
    const isLast = step();
    const value = run.apply(this, args as never);
    if (isLast) throw die();
    return value;
  } as typeof run;
  StatementSync.prototype.all = function (this: StatementSync, ...args: unknown[]) {
    if (dead) throw die();
    return all.apply(this, args as never);
  } as typeof all;

  return {
    after(effectCount, at) {
      left = effectCount;
      when = at;
    },
    isDead: () => dead,
    over() {
      left = Number.POSITIVE_INFINITY;
      dead = false;
    },
  };
}
