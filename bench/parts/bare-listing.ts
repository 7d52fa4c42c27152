import { askHost } from '../stage/ask-host.ts';
import { runPart, type Shape } from '../stage/part.ts';
import type { HostFacts } from './host.ts';

export interface BareListingPart extends Shape {
  options: { host: HostFacts };
  facts: { folders: number; ms: number; cpuMs: number };
}

interface Folder {
  sub_folders?: { id: number | string }[];
}

/** The floor of an index: one call per folder, one after another, and nothing kept. */
runPart<BareListingPart>(async ({ host }) => {
  const waiting: (number | string)[] = [0];
  const begin = performance.now();
  const before = process.cpuUsage();
  for (let at = 0; at < waiting.length; at++) {
    const folder = await askHost<Folder>(host, 'folder/ls', { folder_id: waiting[at], files: 1 });
    for (const { id } of folder.sub_folders ?? []) waiting.push(id);
  }
  const { user, system } = process.cpuUsage(before);
  const ms = performance.now() - begin;
  return { facts: { folders: waiting.length, ms, cpuMs: (user + system) / 1000 } };
});
