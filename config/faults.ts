import type { ErrorCode } from '../src/core/errors.ts';

/** One thing that is wrong with the settings. */
export interface Fault {
  /** YAML path of the setting, or the key as it was written. */
  path: string;
  /** Where in a list or a map: `entry 2, url`. */
  entry?: string;
  /** Where it was found: `environment FICHIER_API_KEY`, `passerelle.yaml line 3`. */
  source: string;
  wrong: string;
  right: string;
  /** True when the setting may be right and the disk is in the way. */
  isOfDisk?: true;
}

/** Thrown with every fault at once; none is mended silently. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  /** BRIDGE_DISK where nothing but the disk is in the way. */
  readonly code: Extract<ErrorCode, 'BRIDGE_SETTINGS' | 'BRIDGE_DISK'>;
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    const lines = faults.map((fault) => `  ${describeSource(fault)}: ${fault.wrong}; ${fault.right}`);
    super(lines.join('\n'));
    this.code = faults.every(({ isOfDisk }) => isOfDisk) ? 'BRIDGE_DISK' : 'BRIDGE_SETTINGS';
    this.faults = faults;
  }
}

/** Which setting, where in it, and where that was found. */
export function describeSource({ path, entry, source }: Fault): string {
  if (path === '(file)') return source;
  return `${path}${entry === undefined ? '' : ` ${entry}`} (${source})`;
}

/** Where a person finds the key of the account. */
export const keyPage = 'https://1fichier.com/console/params.pl';

/** A key that nobody has given. The person who meets it may be at the very beginning. */
export const missingKey: Fault = {
  path: 'fichier.apiKey',
  source: 'environment FICHIER_API_KEY',
  wrong: 'is missing',
  right: `copy your key from ${keyPage} into it`,
};
