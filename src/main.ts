import './compile-cache.js';
import type { Context } from './commands/context.ts';

const { keepProcessSmall, keepTicksFast } = await import('./core/low-memory-mode.ts');
keepProcessSmall();
keepTicksFast();
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
