import { join } from 'node:path';
import { loadSettings } from '../../config/load.ts';
import { createBridge } from '../../src/bridge.ts';
import { silentLog } from '../../src/core/log.ts';
import { streamPath } from '../../src/delivery/address.ts';
import { crawl } from '../../src/sync/crawl/crawl.ts';
import { runPart, type Shape } from '../stage/part.ts';

export interface IndexerPart extends Shape {
  options: { env: Record<string, string>; home: string; withTree: boolean };
  facts: {
    ms: number;
    files: number;
    /** Files written into the tree. */
    written: number;
    /** Stream addresses of the first 5,000 files. */
    paths: string[];
  };
}

/** Indexes an account, with the STRM tree or into the catalog alone. */
runPart<IndexerPart>(async ({ env, home, withTree }) => {
  const { settings } = loadSettings({ env, file: join(home, 'none.yaml') });
  const bridge = await createBridge(settings, silentLog);
  const { catalog, host, clock, log, signer } = bridge;
  const { signal } = new AbortController();
  const begin = performance.now();
  const result = withTree ? await bridge.sync.run({ signal }) : await crawlAlone();
  const ms = performance.now() - begin;
  if (result.outcome !== 'done') throw result.reason;
  const written = 'tree' in result ? result.tree.counts.create : 0;
  const { files } = await catalog.files.counts();
  const first = await catalog.files.filesByIds(await catalog.files.someIds(5000));
  const paths = first.map((file) => streamPath(file.id, signer.sign(file.id), file.name));
  await bridge.close();
  return { facts: { ms, files, written, paths } };

  function crawlAlone() {
    const { roots } = settings.library;
    return crawl(
      { catalog, host, clock, log, roots, maxFolders: () => 100_000, maxExtraCalls: () => 10_000 },
      { signal, onChange: async () => undefined, onProgress: () => undefined },
    );
  }
});
