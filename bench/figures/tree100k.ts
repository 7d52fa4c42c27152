import { join } from 'node:path';
import type { Figure, Measure } from '../figure.ts';
import type { BareListingPart } from '../parts/bare-listing.ts';
import type { HostPart } from '../parts/host.ts';
import type { SyncerPart } from '../parts/syncer.ts';
import { seriesIn } from '../stage/account.ts';
import { writeBareTree } from '../stage/bare-tree.ts';
import { envFor } from '../stage/bridge.ts';
import { median } from '../stage/rounds.ts';

const folders = 2000;
const filesPerFolder = 50;
const rounds = 2;
const firstLimitMs = 60_000;
const quietLimitMs = 5000;
const limitMb = 250;

/** Names that are read otherwise than they were made are other work than what is measured. */
function mustBeRead(written: number): void {
  const { series, seasons } = seriesIn({ folders, filesPerFolder, sizeBytes: 1 });
  const wanted = 2 * folders * filesPerFolder + series + seasons;
  if (written !== wanted) throw new Error(`${written} files were written in the place of ${wanted}`);
}

/** The tree of a large library: made once, and then left alone. */
export const tree100k: Figure = {
  name: 'tree100k',
  about: `STRM and NFO files for ${(folders * filesPerFolder).toLocaleString('en')} films and episodes in ${folders.toLocaleString('en')} folders, no pace`,
  async measure(stage) {
    const host = await stage.part<HostPart>('host', { folders, filesPerFolder, sizeBytes: 1_000_000 });
    const home = await stage.folder('tree100k');
    const options = { env: envFor(host.facts, home), home };
    const bareCpuMs: number[] = [];
    const hostMs = async () => {
      // It keeps every call that it answered.
      await host.ask('calls since the last time');
      const { facts, stop } = await stage.part<BareListingPart>('bare-listing', { host: host.facts });
      await stop();
      await host.ask('calls since the last time');
      bareCpuMs.push(facts.cpuMs);
      return facts.ms;
    };
    const sync = async (syncer: { ask(question: 'sync'): Promise<SyncerPart['answer']> }) => {
      const answer = await syncer.ask('sync');
      await host.ask('calls since the last time');
      return answer;
    };

    const bare = [await hostMs()];
    const first = await stage.part<SyncerPart>('syncer', options, true);
    const made = await sync(first);
    mustBeRead(made.written);
    const disk = writeBareTree(join(home, 'library'), join(home, 'bare'));
    const quiet = [];
    for (let round = 0; round < rounds; round++) {
      quiet.push(await sync(first));
      bare.push(await hostMs());
    }
    await first.stop();
    const anew = [];
    for (let round = 0; round < rounds; round++) {
      const again = await stage.part<SyncerPart>('syncer', options, true);
      anew.push(await sync(again));
      await again.stop();
      bare.push(await hostMs());
    }

    const baseline = { what: 'a bare loop of as many calls', value: median(bare) };
    const besides = (what: string, runs: SyncerPart['answer'][], limit: number): Measure => {
      const ms = median(runs.map((run) => run.ms));
      const all = runs.map((run) => seconds(run.ms - baseline.value)).join(', ');
      const note = `${all} s besides the host's time; CPU ${runs.map((run) => seconds(run.cpuMs - median(bareCpuMs))).join(', ')} s more than the bare loop; ${runs.map((run) => run.written.toLocaleString('en')).join(', ')} files written; ${Math.max(...runs.map((run) => run.peakMb)).toFixed(0)} MB at most`;
      return {
        what: `${what}, besides the host's time`,
        value: ms - baseline.value,
        unit: 'ms',
        baseline,
        bar: { of: 'value', is: '<', limit },
        note,
      };
    };
    return [
      {
        ...besides('the first tree', [made], firstLimitMs),
        baseline: { what: 'as many files by a bare loop', value: disk.ms },
      },
      besides('a crawl in which nothing changed', quiet, quietLimitMs),
      besides('the same as the first of a new process', anew, quietLimitMs),
      {
        what: 'files written by those in which nothing changed',
        value: [...quiet, ...anew].reduce((sum, run) => sum + run.written, 0),
        unit: 'files',
        bar: { of: 'value', is: '=', limit: 0 },
      },
      {
        what: 'resident at most while it syncs',
        value: Math.max(...[made, ...quiet, ...anew].map((run) => run.peakMb)),
        unit: 'MB',
        bar: { of: 'value', is: '<', limit: limitMb },
      },
    ];
  },
};

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
