import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Figure, Measure } from '../figure.ts';
import type { HostPart } from '../parts/host.ts';
import { askHost } from '../stage/ask-host.ts';
import { envFor, type ServedBridge } from '../stage/bridge.ts';
import { curlOnce } from '../stage/curl-once.ts';
import { installed } from '../stage/installed.ts';
import { memoryWhile } from '../stage/memory-while.ts';
import { startPut } from '../stage/put-file.ts';
import { inTurns, median } from '../stage/rounds.ts';
import type { Stage } from '../stage/stage.ts';
import type { Part } from '../stage/start-part.ts';
import { writeSource } from '../stage/upload-source.ts';

const sizeBytes = 1 << 30;
const largeBytes = 5_000_000_000;
const rounds = 3;
/** A gigabit a second, as much as a good home has; then as fast as this machine goes. */
const lines = [125_000_000, 0];
const user = 'bench';
const password = 'of-the-bench';

/** Retrying, verifying and going through the bridge must not make an upload slower than curl on the same line. */
export const uploads: Figure = {
  name: 'uploads',
  about: 'one film of 1 GiB sent from a file, through serve in another process',
  async measure(stage) {
    const curl = await installed('-V', 'curl');
    if (curl === undefined) return [];
    const host = await stage.part<HostPart>('host', { folders: 1, filesPerFolder: 1, sizeBytes: 1_000_000 });
    const home = await stage.folder('bridge');
    const env = {
      ...envFor(host.facts, home),
      PASSERELLE_DAV_WRITE: 'account',
      PASSERELLE_USER: user,
      PASSERELLE_PASSWORD: password,
    };
    const bridge = await stage.bridge(home, env);
    await bridge.logged('sync done');
    const source = join(await stage.folder('here'), 'film.mkv');
    await host.ask({ known: [await writeSource(source, sizeBytes, 1)] });
    let count = 0;
    const newName = () => `The.Film.${++count}.2001.1080p.mkv`;
    const checks: number[] = [];

    const ours = async () => {
      const [sent] = await startPut([source, `/${newName()}`], home, env).done;
      if (!sent) throw new Error('it was not sent');
      checks.push(sent.checkMs / 1000);
      return sizeBytes / 1000 / sent.bytesMs;
    };
    const theirs = async () => {
      const { url, id } = await askHost<{ url: string; id: string }>(
        host.facts,
        'upload/get_upload_server',
        {},
      );
      return curlOnce(curl, sizeBytes, 302, [
        ...['-H', `Authorization: Bearer ${host.facts.apiKey}`, '-F', 'did=0'],
        ...['-F', `file[]=@"${source}";filename="${newName()}"`],
        `http://${url}/upload.cgi?id=${id}`,
      ]);
    };
    const throughDav = () =>
      curlOnce(curl, sizeBytes, 201, [
        ...['-u', `${user}:${password}`, '-T', source],
        `${bridge.url}/dav/account/${newName()}`,
      ]);

    const measures: Measure[] = [];
    for (const line of lines) {
      await host.ask({ uploadBytesPerSecond: line });
      const on = line > 0 ? 'on a line of 1 Gbit/s' : 'as fast as it goes';
      const baseline = (value: number) => ({ what: 'curl straight at the host', value });
      checks.length = 0;
      const put = await inTurns(rounds, ours, theirs);
      measures.push({
        what: `put, ${on}`,
        value: put.ours,
        unit: 'MB/s',
        baseline: baseline(put.baseline),
        ratio: put.ratio,
        ...(line > 0 && { bar: { of: 'ratio', is: '>=', limit: 0.9 } as const }),
        note: `known to be right ${median(checks).toFixed(1)} s after the last byte`,
      });
      // It lies on our disk first, so that it says little where no line is in between.
      if (line === 0) continue;
      const dav = await inTurns(rounds, throughDav, theirs);
      measures.push({
        what: `WebDAV PUT, ${on}`,
        value: dav.ours,
        unit: 'MB/s',
        baseline: baseline(dav.baseline),
        ratio: dav.ratio,
        note: 'answered when the host has it, and it is known to be right',
      });
    }
    return [...measures, ...(await memoryOfLarge(stage, { host, bridge, home, env }))];
  },
};

/** Five gigabytes that take no place here, to a host that tells no checksum of them: hashing is ours alone. */
async function memoryOfLarge(
  stage: Stage,
  {
    host,
    bridge,
    home,
    env,
  }: { host: Part<HostPart>; bridge: ServedBridge; home: string; env: Record<string, string> },
): Promise<Measure[]> {
  const source = join(await stage.folder('large'), 'Large.2001.mkv');
  await writeFile(source, '');
  await truncate(source, largeBytes);
  await host.ask({ uploadBytesPerSecond: 0 });
  await host.ask({ known: [] });
  const put = stage.keep(startPut([source, '/'], home, env));
  const [served, command] = await Promise.all([
    memoryWhile(bridge.pid, () => put.done),
    memoryWhile(put.pid, () => put.done),
  ]);
  const [sent] = served.answer;
  const measure = (what: string, { firstMb, lastMb, maxMb, idleMb }: typeof served): Measure => ({
    what: `memory of ${what} while 5 GB go up, last third of the time`,
    value: lastMb,
    unit: 'MB',
    baseline: { what: 'in the first third', value: firstMb },
    ratio: lastMb / firstMb,
    bar: { of: 'ratio', is: '<=', limit: 1.1 },
    note: `${Math.round(idleMb)} MB before, ${Math.round(maxMb)} MB at most; last byte after ${Math.round((sent?.bytesMs ?? 0) / 1000)} s, known to be right ${Math.round((sent?.checkMs ?? 0) / 1000)} s later`,
  });
  return [measure('serve', served), measure('the command', command)];
}
