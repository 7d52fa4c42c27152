import { parseArgs } from 'node:util';

/** The ports that the simulator listens at, by the environment variable that chooses each. */
const usualPorts = {
  apiPort: ['SIMULATOR_API_PORT', 8791],
  downloadPort: ['SIMULATOR_DOWNLOAD_PORT', 8792],
  uploadPort: ['SIMULATOR_UPLOAD_PORT', 8793],
  sitePort: ['SIMULATOR_SITE_PORT', 8794],
} as const;

/** What a person may ask of a simulator that runs alone. */
export interface SimulatorRun {
  help: boolean;
  /** With the limits of the real host. */
  strict: boolean;
  ports: Record<keyof typeof usualPorts, number>;
}

export const simulatorHelp = `npm run simulator -- [--strict]

Starts a simulated 1fichier account with a few small films, to try things against by hand. Prints the settings that lead
Passerelle to it and a line for each request (with local times), and runs until Ctrl-C.

  --strict   with the limits of the real host: its pace, and a lock for who breaks it
  --help     this text

Ports: ${Object.values(usualPorts)
  .map(([name, port]) => `${name} (${port})`)
  .join(',\n       ')}`;

/** @returns what was asked, or what is wrong with it */
export function readSimulatorRun(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): SimulatorRun | { wrong: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        strict: { type: 'boolean', default: false },
      },
    });
    const ports = Object.entries(usualPorts).map(([what, [name, usual]]) => [
      what,
      portOf(name, env[name], usual),
    ]);
    return { ...values, ports: Object.fromEntries(ports) };
  } catch (error) {
    const [first = ''] = (error as Error).message.split(/\. (?=To )/);
    return { wrong: first };
  }
}

function portOf(name: string, text: string | undefined, usual: number): number {
  if (text === undefined || text === '') return usual;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new Error(`${name} must be a number from 0 to 65535, not ${text}`);
  return Number(text);
}
