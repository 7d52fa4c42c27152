import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { HostPart, HostTally } from '../parts/host.ts';
import type { Part } from './start-part.ts';

const lookMs = 100;
/** A server that works on and on is counted as it is. */
const limitMs = 15_000;

/**
 * What the host has seen since it was last asked, once nothing has gone on for `quietMs`: no call, no byte, no open
 * transfer, and no change in the folder that the server keeps beside its catalog.
 */
export async function atRest(host: Part<HostPart>, quietMs: number, cacheDir?: string): Promise<HostTally> {
  const sum: HostTally = { listings: 0, tokens: 0, nodes: 0, all: 0, requests: 0, bytes: 0 };
  let quietSince = performance.now();
  let shape = await shapeOf(cacheDir);
  for (const begin = quietSince; performance.now() - begin < limitMs; await delay(lookMs)) {
    const { running, ...seen } = await host.ask('calls since the last time');
    const newShape = await shapeOf(cacheDir);
    const isBusy = running > 0 || seen.all + seen.requests + seen.bytes > 0 || newShape !== shape;
    shape = newShape;
    for (const name of Object.keys(sum) as (keyof HostTally)[]) sum[name] += seen[name];
    if (isBusy) quietSince = performance.now();
    else if (performance.now() - quietSince >= quietMs) break;
  }
  return sum;
}

/** Names and sizes of all that lies there. */
async function shapeOf(dir: string | undefined): Promise<string> {
  if (dir === undefined) return '';
  const names = await readdir(dir, { recursive: true }).catch(() => []);
  const sizes = names.sort().map(async (name) => {
    const found = await stat(join(dir, name)).catch(() => undefined);
    return `${name} ${found?.size}`;
  });
  return (await Promise.all(sizes)).join('\n');
}
