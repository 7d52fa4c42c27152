import { readFileSync } from 'node:fs';
import { openCatalog } from '../../src/catalog/catalog.ts';
import { keptValues } from '../../src/library/kept-values.ts';
import { runPart, type Shape } from '../stage/part.ts';

export interface OpenerPart extends Shape {
  options: { file: string };
  facts: { openMs: number; readMs: number; bytes: number };
}

/** Opens a catalog as a process that has just started does, and beside it reads the same file from end to end. */
runPart<OpenerPart>(async ({ file }) => {
  const begin = performance.now();
  const catalog = await openCatalog(file, keptValues);
  await catalog.alive();
  const openMs = performance.now() - begin;
  await catalog.close();
  const beginRead = performance.now();
  const bytes = readFileSync(file).length;
  return { facts: { openMs, readMs: performance.now() - beginRead, bytes } };
});
