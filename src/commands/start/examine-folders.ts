import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../../../config/faults.ts';
import type { FolderSettings } from '../../../config/folders.ts';
import { troubleWith } from '../../core/files/folder-check.ts';

/**
 * Whether the folders of the settings can be written. Where a catalog stands already, the library may be away for now:
 * what is known plays without it, and the sync says what is the matter.
 */
export function examineFolders({ dataDir, library }: FolderSettings): Fault[] {
  const faults = faultsOf('dataDir', 'PASSERELLE_DATA_DIR', dataDir);
  if (existsSync(join(dataDir, 'catalog.db'))) return faults;
  const trees = library.trees.map(({ dir }) => faultsOf('library.trees', 'PASSERELLE_TREES', dir));
  return [
    ...faults,
    ...(trees.length > 0 ? trees.flat() : faultsOf('library.dir', 'PASSERELLE_LIBRARY_DIR', library.dir)),
  ];
}

function faultsOf(path: string, env: string, dir: string): Fault[] {
  const trouble = troubleWith(dir);
  if (trouble === undefined) return [];
  return [
    {
      path,
      source: env,
      wrong: trouble.why,
      right: trouble.remedy.replace(/^./, (letter) => letter.toLowerCase()),
      isOfDisk: true,
    },
  ];
}
