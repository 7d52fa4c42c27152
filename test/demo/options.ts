import { parseArgs } from 'node:util';

/** What a person may ask of the demo. */
export interface DemoOptions {
  help: boolean;
  /** Plays everything once and ends. */
  check: boolean;
  /** Where the bridge listens; absent = 8790, or any other where that is taken. */
  port?: number;
}

export const help = `npm run demo -- [--port N] [--check]

Starts a simulated 1fichier account with a few small films, and Passerelle on top of it: no account, no key, nothing to
set up. Prints where everything is, and runs until Ctrl-C.

  --port N   listen on this port (default: 8790, or another one where that is taken)
  --check    play every film once, redirected and through Passerelle, and end with 0 when all went well; needs ffprobe
  --help     this text`;

/** @returns what was asked, or what is wrong with it */
export function readOptions(args: readonly string[]): DemoOptions | { wrong: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        check: { type: 'boolean', default: false },
        port: { type: 'string' },
      },
    });
    const { help, check, port } = values;
    if (port === undefined) return { help, check };
    if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
      return { wrong: `--port must be a number from 1 to 65535, not ${port}` };
    return { help, check, port: Number(port) };
  } catch (error) {
    const [first = ''] = (error as Error).message.split(/\. (?=To )/);
    return { wrong: first };
  }
}
