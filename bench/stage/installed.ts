import { run } from '../../test/fixtures/run.ts';

/** The first of these names that runs; undefined, said aloud, when the program is not there. */
export async function installed(flag: string, ...names: string[]): Promise<string | undefined> {
  for (const name of names) if ((await run(name, [flag])).code === 0) return name;
  console.log(`SKIPPED: ${names[0]} is not installed`);
  return undefined;
}
