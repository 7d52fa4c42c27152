import { counted } from '../../src/core/plural.ts';
import { lookThroughGateway } from './gateway/checks.ts';
import { help, type Options, readOptions } from './options.ts';
import { createServer } from './server.ts';
import { lookAtTree } from './tree.ts';

/**
 * `npm run test:jellyfin`: Passerelle with a real Jellyfin. Each check prints a line, and the exit code tells whether
 * all was well.
 */
async function run(options: Options): Promise<number> {
  console.log(`Jellyfin ${await createServer(options.url, options.key).version()}`);
  let failures = 0;
  const say = (ok: boolean, words: string) => {
    if (!ok) failures++;
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${words}`);
  };
  if (options.only !== 'gateway') await lookAtTree(options, say);
  if (options.only !== 'tree') await lookThroughGateway(options, say);
  console.log(failures === 0 ? 'all is well' : counted(failures, 'failure'));
  return failures === 0 ? 0 : 1;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options) process.exitCode = await run(options);
  else console.log(help);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
