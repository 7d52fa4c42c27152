import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Figure, isMet, type Measure } from './figure.ts';
import { downloads } from './figures/downloads.ts';
import { firstByte } from './figures/first-byte.ts';
import { firstPaint } from './figures/first-paint.ts';
import { flatFolder } from './figures/flat-folder.ts';
import { gateway } from './figures/gateway.ts';
import { index } from './figures/index.ts';
import { jumps } from './figures/jumps.ts';
import { memory } from './figures/memory.ts';
import { probes } from './figures/probes.ts';
import { propfind } from './figures/propfind.ts';
import { redirects } from './figures/redirects.ts';
import { scan } from './figures/scan.ts';
import { throughput } from './figures/throughput.ts';
import { tree100k } from './figures/tree100k.ts';
import { uploads } from './figures/uploads.ts';
import { uploadsBeside } from './figures/uploads-beside.ts';
import { viewers } from './figures/viewers.ts';
import { wall } from './figures/wall.ts';
import { webdav } from './figures/webdav.ts';
import { describe, toJson } from './report.ts';
import { openStage } from './stage/stage.ts';

/**
 * `npm run bench`: what the whole program costs, each number beside a baseline taken in the same run. Exit code 1 when
 * a bar is missed, 2 for a wrong option. `--long` lets the first sync of 100,000 files run to its end, which takes
 * minutes of writing, and the viewers see their whole minute; without it, both are watched for a while.
 */
const figures: readonly Figure[] = [
  index,
  redirects,
  throughput,
  downloads,
  uploads,
  uploadsBeside,
  firstByte,
  firstPaint,
  wall,
  jumps,
  probes,
  scan,
  viewers,
  gateway,
  propfind,
  webdav,
  memory,
  tree100k,
  flatFolder,
];

const { json, only, long = false } = options();
const chosen = only === undefined ? figures : figures.filter((figure) => only.includes(figure.name));
const results: { name: string; about: string; measures: readonly Measure[] }[] = [];
const began = performance.now();

for (const figure of chosen) {
  const stage = await openStage({ long });
  const stop = () => void stage.close().finally(() => process.exit(130));
  process.once('SIGINT', stop);
  try {
    const measures = await figure.measure(stage);
    results.push({ name: figure.name, about: figure.about, measures });
    console.log(describe(figure, measures));
  } finally {
    await stage.close();
    process.off('SIGINT', stop);
  }
}

const missed = results.flatMap(({ measures }) => measures).filter((measure) => isMet(measure) === false);
const seconds = Math.round((performance.now() - began) / 1000);
console.log(
  missed.length === 0
    ? `Every bar is met (${seconds} s).`
    : `MISSED (${seconds} s):\n${missed.map(({ what }) => `  ${what}`).join('\n')}`,
);
if (json !== undefined) {
  const about = { at: new Date().toISOString(), node: process.version, cores: cpus().length, seconds };
  const all = results.map((result) => ({ ...result, measures: result.measures.map(toJson) }));
  await writeFile(json, `${JSON.stringify({ ...about, ok: missed.length === 0, figures: all }, null, 2)}\n`);
}
process.exitCode = missed.length === 0 ? 0 : 1;

function options() {
  const names = figures.map((figure) => figure.name);
  try {
    const { values } = parseArgs({
      options: {
        json: { type: 'string' },
        only: { type: 'string', multiple: true },
        long: { type: 'boolean' },
      },
    });
    const wrong = values.only?.find((name) => !names.includes(name));
    if (wrong !== undefined) throw new Error(`There is no figure "${wrong}"`);
    return values;
  } catch (error) {
    console.error(
      `${(error as Error).message}\nUse: npm run bench -- [--json FILE] [--long] [--only NAME]...`,
    );
    console.error(`Figures: ${names.join(', ')}`);
    return process.exit(2);
  }
}
