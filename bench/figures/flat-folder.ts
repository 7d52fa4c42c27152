import type { Figure } from '../figure.ts';
import type { HostPart } from '../parts/host.ts';
import type { SyncerPart } from '../parts/syncer.ts';
import { envFor } from '../stage/bridge.ts';
import { inTurns } from '../stage/rounds.ts';

const films = 5000;
const foldersOfMany = 100;
const rounds = 3;
const maxRatio = 2;

/** Siblings tell what a file is, so a folder is read as a whole: that must not make a large one dear. */
export const flatFolder: Figure = {
  name: 'flat-folder',
  about: `a first tree of ${films.toLocaleString('en')} films in one folder and in ${foldersOfMany}, no pace`,
  async measure(stage) {
    let runs = 0;
    const cpuMs = async (folders: number) => {
      const size = { folders, filesPerFolder: films / folders, sizeBytes: 1_000_000 };
      const host = await stage.part<HostPart>('host', size);
      const home = await stage.folder(`flat-folder-${++runs}`);
      const syncer = await stage.part<SyncerPart>('syncer', { env: envFor(host.facts, home), home }, true);
      const { cpuMs, written } = await syncer.ask('sync');
      await syncer.stop();
      await host.stop();
      if (written < films) throw new Error(`${written} files were written for ${films} films`);
      return cpuMs;
    };
    const cpu = await inTurns(
      rounds,
      () => cpuMs(1),
      () => cpuMs(foldersOfMany),
    );
    return [
      {
        what: 'processor time for one folder',
        value: cpu.ours,
        unit: 'ms',
        baseline: { what: `for ${foldersOfMany} folders`, value: cpu.baseline },
        ratio: cpu.ratio,
        bar: { of: 'ratio', is: '<', limit: maxRatio },
      },
    ];
  },
};
