import { statfs } from 'node:fs/promises';
import { arch, cpus, freemem, platform, release, totalmem } from 'node:os';
import { type Settings, settingList } from '../config/settings.ts';
import { schemaVersion } from './catalog/db/migrations.ts';
import type { Clock } from './core/clock.ts';
import { version } from './core/version.ts';

/** What somebody who helps asks first. */
export interface SupportFacts {
  /** This process, and the machine that it runs on. */
  about(): Promise<object>;
  /** Every setting; of a secret only whether there is one. */
  settings(): readonly SettingFact[];
}

/** A setting as it is told to others. */
export interface SettingFact {
  setting: string;
  value: unknown;
  isDefault: boolean;
}

export interface SupportFactsParts {
  settings: Settings;
  clock: Clock;
  /** Whose disks are looked at, by what people call them. */
  folders: Readonly<Record<string, string>>;
}

export function createSupportFacts({ settings, clock, folders }: SupportFactsParts): SupportFacts {
  return {
    async about() {
      const disks = await Promise.all(
        Object.entries(folders).map(async ([kind, path]) => {
          const known = await statfs(path).catch(() => undefined);
          const isThere = known !== undefined;
          return {
            ...{ kind, isThere },
            ...(known && { freeBytes: known.bavail * known.bsize, sizeBytes: known.blocks * known.bsize }),
          };
        }),
      );
      const processors = cpus();
      return {
        version,
        schemaVersion,
        at: new Date(clock.now()).toISOString(),
        zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        node: process.version,
        platform: platform(),
        arch: arch(),
        release: release(),
        processors: processors.length,
        model: processors[0]?.model ?? '',
        memory: { totalBytes: totalmem(), freeBytes: freemem(), ofProcess: process.memoryUsage() },
        uptimeSeconds: Math.round(process.uptime()),
        disks,
      };
    },

    settings: () =>
      settingList.map(({ path, secret, fallback }) => {
        const value = path
          .split('.')
          .reduce<unknown>((part, name) => Reflect.get(Object(part), name), settings);
        const isDefault = JSON.stringify(value) === JSON.stringify(fallback);
        return { setting: path, value: secret && !isDefault ? '***' : (value ?? null), isDefault };
      }),
  };
}
