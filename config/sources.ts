import type { Fault } from './faults.ts';
import type { NamedSetting } from './settings.ts';

/** Where a value comes from: a later one of these outranks an earlier one. */
export type SettingOrigin = 'default' | 'file' | 'entered' | 'environment';

/** A value as somebody wrote it. */
export interface Raw {
  origin: SettingOrigin;
  value: unknown;
  /** A number of YAML as it stands there. */
  written?: string;
  /** `environment FICHIER_API_KEY`, `passerelle.yaml line 3`. */
  source: string;
  /** The same for a part of the value. */
  sourceOf?: (at: readonly PropertyKey[]) => string;
}

/** The settings by their names, new and former. */
export interface Known {
  readonly settings: readonly NamedSetting[];
  /** New ones alone: what a person is pointed to. */
  readonly paths: readonly string[];
  /** What those stand in. */
  readonly groups: readonly string[];
  byPath(path: string): NamedSetting | undefined;
  isGroup(path: string): boolean;
}

export function createKnown(settings: readonly NamedSetting[]): Known {
  const byPath = new Map(
    settings.flatMap((setting) => [
      [setting.path, setting] as const,
      ...(setting.formerly ? [[setting.formerly.path, setting] as const] : []),
    ]),
  );
  return {
    settings,
    paths: settings.map(({ path }) => path),
    groups: [...new Set(settings.flatMap(({ path }) => groupsOf(path)))],
    byPath: (path) => byPath.get(path),
    isGroup: (path) => [...byPath.keys()].some((one) => one.startsWith(`${path}.`)),
  };
}

/** `a.b.c` -> `a`, `a.b` */
function groupsOf(path: string): string[] {
  const keys = path.split('.');
  return keys.slice(1).map((_, index) => keys.slice(0, index + 1).join('.'));
}

/** What was found in the file and in the environment; a later source takes the place of an earlier one. */
export interface Found {
  readonly faults: Fault[];
  readonly warnings: string[];
  readonly raw: Map<string, Raw>;
  /** A value of the file. @param path as it was written: the new or the former one */
  take(path: string, raw: Raw): void;
}

export function createFound(known: Known): Found {
  const raw = new Map<string, Raw>();
  const written = new Set<string>();
  const faults: Fault[] = [];
  const warnings: string[] = [];
  return {
    faults,
    warnings,
    raw,
    take(path, value) {
      const setting = known.byPath(path);
      if (!setting) return;
      if (path !== setting.path)
        warnings.push(`${path} (${value.source}) is now called ${setting.path}; the old name still works`);
      if (written.has(setting.path))
        faults.push({
          path: setting.path,
          source: value.source,
          wrong: `${setting.formerly?.path} is an old name of it, and both are set`,
          right: `keep ${setting.path}`,
        });
      written.add(setting.path);
      raw.set(setting.path, value);
    },
  };
}
