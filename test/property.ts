import { parseArgs } from 'node:util';
import { installDeath } from './property/death.ts';
import { describe, parse, shrink, stepsOf, take } from './property/run.ts';

/**
 * `npm run test:property -- [--seeds N] [--steps N] [--first SEED] [--take 'step#seed, ...']`: random sequences of what
 * people, the host and power cuts do, and what must hold after each step. A sequence that fails is made short.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    steps: { type: 'string' },
    first: { type: 'string' },
    take: { type: 'string' },
  },
});
const seeds = Number(values.seeds ?? 50);
const count = Number(values.steps ?? 200);
const first = Number(values.first ?? 1);
const death = installDeath();
const begin = performance.now();

if (values.take !== undefined) {
  console.log((await take(parse(values.take), death)) ?? 'all right');
} else {
  let failed = 0;
  for (let seed = first; seed < first + seeds; seed++) {
    const steps = stepsOf(seed, count, 1);
    const found = await take(steps, death);
    if (!found) continue;
    failed++;
    console.log(`seed ${seed}, step ${found.at}: ${found.wrong.split('\n')[0]}`);
    const short = await shrink(steps.slice(0, found.at + 1), found.wrong, death);
    console.log(`  shortest: ${describe(short.steps)}\n  ${short.wrong}`);
  }
  const seconds = Math.round((performance.now() - begin) / 1000);
  console.log(
    `${seeds} seeds of ${count} steps in ${seconds} s: ${failed === 0 ? 'all right' : `${failed} wrong`}`,
  );
  if (failed > 0) process.exitCode = 1;
}
