import './compile-cache.js';
import { setFlagsFromString } from 'node:v8';
import type { Context } from './commands/context.ts';

// Where a page of a listing happens to live through a collection or two, V8 puts all that follow among what lives long,
// and 100,000 entries fill the heap with rows that nobody needs any more.
setFlagsFromString('--no-allocation-site-pretenuring');

const { runCli, watchOutput } = await import('./cli.ts');

const stop = new AbortController();
const output = watchOutput(process.stdout, process.stderr);
const context: Context = {
  env: process.env,
  cwd: process.cwd(),
  out: process.stdout,
  err: process.stderr,
  stdin: process.stdin,
  signal: stop.signal,
  unread: output.unread,
};

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // The second time it is meant.
    if (stop.signal.aborted) process.exit(1);
    stop.abort(new Error(`stopped by ${name}`));
  });
}

process.exitCode = await output.end(await runCli(context, process.argv.slice(2)));
