import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Figure, Measure } from '../figure.ts';
import type { LargeFoldersPart } from '../parts/large-folders.ts';
import type { Listed, ListerPart } from '../parts/lister.ts';
import { installed } from '../stage/installed.ts';
import { type Nginx, startNginx } from '../stage/nginx.ts';
import { cpuSecondsOf } from '../stage/process-cpu.ts';
import { memoryOf } from '../stage/process-memory.ts';
import { median } from '../stage/rounds.ts';
import type { Stage } from '../stage/stage.ts';

const small = 10_000;
const large = 100_000;
const rounds = 7;
const password = 'bench';

/** Listings of large folders, from a catalog, beside a web server that reads them from its own disk. */
export const propfind: Figure = {
  name: 'propfind',
  about: `listings of ${small.toLocaleString('en')} and ${large.toLocaleString('en')} entries, a new connection each, median of ${rounds}`,
  async measure(stage) {
    const home = await stage.folder('bridge');
    const filled = await stage.part<LargeFoldersPart>('large-folders', { home, sizes: [small, large] });
    await filled.stop();
    const bridge = await stage.bridge(home, {
      // Nobody answers there: what is listed is what is in the catalog.
      FICHIER_API_URL: 'http://127.0.0.1:9/v1',
      FICHIER_API_KEY: 'bench',
      PASSERELLE_PASSWORD: password,
      PASSERELLE_DATA_DIR: join(home, 'data'),
      PASSERELLE_LIBRARY_DIR: join(home, 'library'),
      PASSERELLE_SYNC_INTERVAL_MINUTES: '0',
    });
    const nginx = await nginxOver(stage, filled.facts.names);
    const lister = await stage.part<ListerPart>('lister', {});
    const headers = {
      depth: '1',
      authorization: `Basic ${Buffer.from(`passerelle:${password}`).toString('base64')}`,
    };
    const of = async (method: string, url: string, status: number) => {
      const answer = await lister.ask({ url, method, headers });
      if (answer.status !== status) throw new Error(`${answer.status} for ${url}`);
      return answer;
    };
    const views: [string, string, string, number][] = [
      ['PROPFIND of the account', 'PROPFIND', 'dav/account', 207],
      ['PROPFIND of the library', 'PROPFIND', 'dav/library/Movies', 207],
      ['page of the account', 'GET', 'browse/account', 200],
    ];
    const measures: Measure[] = [];
    for (const size of [small, large]) {
      for (const [what, method, view, status] of views) {
        const ours: Listed[] = [];
        const theirs: Listed[] = [];
        await of(method, `${bridge.url}/${view}/n${size}/`, status);
        const before = await memoryOf(bridge.pid);
        const cpuBefore = await cpuOf(bridge.pid, nginx?.workerPid);
        for (let round = 0; round < rounds; round++) {
          ours.push(await of(method, `${bridge.url}/${view}/n${size}/`, status));
          if (nginx) theirs.push(await of('GET', `${nginx.listUrl}/n${size}/`, 200));
        }
        const after = await memoryOf(bridge.pid);
        const cpu = (await cpuOf(bridge.pid, nginx?.workerPid)).map(
          (seconds, index) => ((seconds - (cpuBefore[index] ?? 0)) * 1000) / rounds,
        );
        const mid = (all: Listed[], key: 'firstMs' | 'lastMs') => median(all.map((one) => one[key]));
        const entries = `${size.toLocaleString('en')} entries`;
        const beside = (key: 'firstMs' | 'lastMs') =>
          nginx
            ? {
                baseline: { what: 'nginx autoindex on this disk', value: mid(theirs, key) },
                ratio: mid(ours, key) / mid(theirs, key),
              }
            : {};
        measures.push({
          what: `${what}, ${entries}: first byte`,
          value: mid(ours, 'firstMs'),
          unit: 'ms',
          ...beside('firstMs'),
          bar: { of: 'value', is: '<=', limit: 20 },
        });
        measures.push({
          what: `${what}, ${entries}: last byte`,
          value: mid(ours, 'lastMs'),
          unit: 'ms',
          ...beside('lastMs'),
          ...(size === small ? { bar: { of: 'value', is: '<=', limit: 150 } as const } : {}),
          note: `${((ours[0]?.bytes ?? 0) / 1e6).toFixed(1)} MB; CPU ${cpu.map((ms) => ms.toFixed(0)).join(' and ')} ms a listing; memory at most ${after.peakMb.toFixed(0)} MB, ${(after.peakMb - before.peakMb).toFixed(0)} MB more than before`,
        });
      }
    }
    return measures;
  },
};

/** Seconds: ours, and nginx's. What else the machine does moves these less than the times. */
function cpuOf(...pids: (number | undefined)[]): Promise<number[]> {
  return Promise.all(pids.filter((pid) => pid !== undefined).map(cpuSecondsOf));
}

/** nginx over empty files of the same names. */
async function nginxOver(stage: Stage, names: string[]): Promise<Nginx | undefined> {
  const program = await installed('-v', 'nginx', '/usr/sbin/nginx');
  if (program === undefined) return undefined;
  const root = await stage.folder('listed');
  for (const size of [small, large]) {
    const folder = join(root, `n${size}`);
    await mkdir(folder);
    const some = names.slice(0, size);
    for (let start = 0; start < some.length; start += 500)
      await Promise.all(some.slice(start, start + 500).map((name) => writeFile(join(folder, name), '')));
  }
  return stage.keep(await startNginx(program, await stage.folder('nginx'), 'http://127.0.0.1:9', root));
}
