import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Figure, Measure } from '../figure.ts';
import type { LargeFoldersPart } from '../parts/large-folders.ts';
import type { Listed, ListerPart } from '../parts/lister.ts';
import { startApache } from '../stage/apache.ts';
import { installed } from '../stage/installed.ts';
import { startNginx } from '../stage/nginx.ts';
import { cpuSecondsOf } from '../stage/process-cpu.ts';
import { memoryOf } from '../stage/process-memory.ts';
import { median } from '../stage/rounds.ts';
import type { Stage } from '../stage/stage.ts';

const small = 10_000;
const large = 100_000;
const rounds = 7;
const password = 'bench';

/** A web server that lists the same names from its own disk. */
interface Other {
  what: string;
  url: string;
  method: string;
  status: number;
  workerPid: number;
}

/** Listings of large folders, from a catalog, beside web servers that read them from their own disk. */
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
    const others = await othersOver(stage, filled.facts.names);
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
        // Like beside like; where that one is not installed, beside the other.
        const other = others.find((one) => one.method === method) ?? others[0];
        const ours: Listed[] = [];
        const theirs: Listed[] = [];
        const list = () => of(method, `${bridge.url}/${view}/n${size}/`, status);
        await list();
        const before = await memoryOf(bridge.pid);
        const cpuBefore = await cpuOf(bridge.pid, other?.workerPid);
        for (let round = 0; round < rounds; round++) {
          ours.push(await list());
          if (other) theirs.push(await of(other.method, `${other.url}/n${size}/`, other.status));
        }
        const after = await memoryOf(bridge.pid);
        const cpu = (await cpuOf(bridge.pid, other?.workerPid)).map(
          (seconds, index) => ((seconds - (cpuBefore[index] ?? 0)) * 1000) / rounds,
        );
        const mid = (all: Listed[], key: 'firstMs' | 'lastMs') => median(all.map((one) => one[key]));
        const entries = `${size.toLocaleString('en')} entries`;
        const beside = (key: 'firstMs' | 'lastMs') =>
          other
            ? {
                baseline: { what: other.what, value: mid(theirs, key) },
                ratio: mid(ours, key) / mid(theirs, key),
              }
            : {};
        const mb = (listed: Listed[]) => `${((listed[0]?.bytes ?? 0) / 1e6).toFixed(1)} MB`;
        measures.push(
          {
            what: `${what}, ${entries}: first byte`,
            value: mid(ours, 'firstMs'),
            unit: 'ms',
            ...beside('firstMs'),
            bar: { of: 'value', is: '<=', limit: 20 },
          },
          {
            what: `${what}, ${entries}: last byte`,
            value: mid(ours, 'lastMs'),
            unit: 'ms',
            ...beside('lastMs'),
            ...(size === small ? { bar: { of: 'value', is: '<=', limit: 150 } as const } : {}),
            note: `${mb(ours)}${other ? ` and ${mb(theirs)}` : ''}; CPU ${cpu.map((ms) => ms.toFixed(0)).join(' and ')} ms a listing`,
          },
          {
            what: `${what}, ${entries}: memory on top, ${rounds} times`,
            value: after.peakMb - before.peakMb,
            unit: 'MB',
            bar: { of: 'value', is: '<=', limit: 15 },
            note: `resident at most ${after.peakMb.toFixed(0)} MB`,
          },
        );
      }
    }
    return measures;
  },
};

/** Seconds: ours, and the other's. What else the machine does moves these less than the times. */
function cpuOf(...pids: (number | undefined)[]): Promise<number[]> {
  return Promise.all(pids.filter((pid) => pid !== undefined).map(cpuSecondsOf));
}

/** Apache and nginx over empty files of the same names, those of them that are installed. */
async function othersOver(stage: Stage, names: string[]): Promise<Other[]> {
  const apache = await installed('-v', 'apache2', '/usr/sbin/apache2', 'httpd');
  const nginx = await installed('-v', 'nginx', '/usr/sbin/nginx');
  const root = await stage.folder('listed');
  for (const size of [small, large]) {
    const folder = join(root, `n${size}`);
    await mkdir(folder);
    const some = names.slice(0, size);
    for (let start = 0; start < some.length; start += 500)
      await Promise.all(some.slice(start, start + 500).map((name) => writeFile(join(folder, name), '')));
  }
  const others: Other[] = [];
  if (apache !== undefined) {
    const started = stage.keep(await startApache(apache, await stage.folder('apache'), root));
    others.push({ ...started, what: 'Apache mod_dav on this disk', method: 'PROPFIND', status: 207 });
  }
  if (nginx !== undefined) {
    const folder = await stage.folder('nginx');
    const { listUrl, ...started } = stage.keep(await startNginx(nginx, folder, 'http://127.0.0.1:9', root));
    others.push({
      ...started,
      url: listUrl,
      what: 'nginx autoindex on this disk',
      method: 'GET',
      status: 200,
    });
  }
  return others;
}
