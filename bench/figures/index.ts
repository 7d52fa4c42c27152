import type { Figure } from '../figure.ts';
import type { BareListingPart } from '../parts/bare-listing.ts';
import type { HostPart } from '../parts/host.ts';
import type { IndexerPart } from '../parts/indexer.ts';
import { envFor } from '../stage/bridge.ts';
import { inTurns } from '../stage/rounds.ts';

const folders = 500;
const filesPerFolder = 20;

/** API calls are the scarcest thing there is: an index must not spend one more than there are folders. */
export const index: Figure = {
  name: 'index',
  about: `an account of ${folders} folders and ${(folders * filesPerFolder).toLocaleString('en')} files, no pace`,
  async measure(stage) {
    const host = await stage.part<HostPart>('host', { folders, filesPerFolder, sizeBytes: 1_000_000 });
    const calls: number[] = [];
    let runs = 0;
    let written = 0;
    const indexMs = async (withTree: boolean) => {
      const home = await stage.folder(`index-${++runs}`);
      await host.ask('calls since the last time');
      const options = { env: envFor(host.facts, home), home, withTree };
      const { facts, stop } = await stage.part<IndexerPart>('indexer', options);
      await stop();
      if (facts.files !== folders * filesPerFolder) throw new Error(`${facts.files} files were found`);
      written = facts.written;
      calls.push((await host.ask('calls since the last time')).all);
      return facts.ms;
    };
    const bareMs = async () => {
      const { facts, stop } = await stage.part<BareListingPart>('bare-listing', { host: host.facts });
      await stop();
      if (facts.folders !== folders) throw new Error(`${facts.folders} folders were found`);
      return facts.ms;
    };

    const alone = await inTurns(3, () => indexMs(false), bareMs);
    const whole = await inTurns(1, () => indexMs(true), bareMs);
    const most = Math.max(...calls);
    const bare = 'a bare loop of as many calls';
    return [
      {
        what: 'API calls for one index',
        value: most,
        unit: 'calls',
        baseline: { what: 'one per folder', value: folders },
        ratio: most / folders,
        bar: { of: 'ratio', is: '=', limit: 1 },
      },
      {
        what: 'time of the index, into the catalog',
        value: alone.ours,
        unit: 'ms',
        baseline: { what: bare, value: alone.baseline },
        ratio: alone.ratio,
        note: `${((alone.ours - alone.baseline) / folders).toFixed(2)} ms a folder on top of the call; the host's pace is 2,500 ms a call`,
      },
      {
        what: 'time of the index with the STRM tree',
        value: whole.ours,
        unit: 'ms',
        baseline: { what: bare, value: whole.baseline },
        ratio: whole.ratio,
        note: `${written.toLocaleString('en')} files written`,
      },
    ];
  },
};
