import { join } from 'node:path';
import { clashesOf, doubtsOf } from './cross-checks.ts';
import { enteredName, readEntered } from './entered.ts';
import { type Environment, readEnvironment, unknownNames } from './environment.ts';
import { type Fault, missingKey, SettingsError } from './faults.ts';
import { compareFolders, type FolderSettings, foldersAreRight } from './folders.ts';
import { describeValue, entryAt } from './read-value.ts';
import { type NamedSetting, type Settings, settingList } from './settings.ts';
import { createFound, createKnown, type Found, type Known, type SettingOrigin } from './sources.ts';
import { readYaml } from './yaml.ts';

export interface LoadOptions {
  env: Environment;
  /** The YAML file. */
  file: string;
  /** True when somebody named the file: then it has to be there. */
  fileRequired?: boolean;
  /** True for who asks the host: then a missing key is a fault. */
  keyRequired?: boolean;
  /** Looks at the folders on the disk, where they are right as settings; what it finds stands with the other faults. */
  examine?: (folders: FolderSettings) => readonly Fault[];
  /** The same for the certificate, where there is to be one. */
  examineCertificate?: (files: TlsFiles) => Examined;
  /** What was entered in the page, in the place of what lies in dataDir. */
  entered?: string;
}

/** The two files of `server.tlsCert` and `server.tlsKey`. */
export interface TlsFiles {
  cert: string;
  key: string;
}

/** What was found out about what the settings name. */
export interface Examined {
  faults: readonly Fault[];
  warnings: readonly string[];
}

export interface Loaded {
  settings: Settings;
  /** What works, and is most likely not meant: unknown names in the environment, old names, weak passwords. */
  warnings: string[];
  /** Where the value of a setting comes from, by its path. */
  originOf: (path: string) => SettingSource;
  /** Whether the host can be asked. */
  hasKey: boolean;
}

/** Where a value comes from, and the same in words: `environment FICHIER_API_KEY`. */
export interface SettingSource {
  origin: SettingOrigin;
  words: string;
}

/**
 * Defaults < YAML file < what was entered in the page < environment < `*_FILE` secrets.
 * @throws SettingsError with the full list of faults.
 */
export function loadSettings(options: LoadOptions): Loaded {
  const { env, file, fileRequired = false, keyRequired = false, examine, examineCertificate } = options;
  const known = createKnown(settingList);
  const found = createFound(known);
  readYaml(file, fileRequired, known, found);
  const dataDir = dataDirOf(env, known, found);
  if (dataDir !== undefined) readEntered(join(dataDir, enteredName), known, found, options.entered);

  const tree: Record<string, unknown> = {};
  for (const setting of settingList) place(tree, setting.path, settled(setting, env, found));
  const settings = tree as Settings;
  const { faults } = found;
  const sources = (path: string) => found.raw.get(path)?.source ?? 'default';
  if (foldersAreRight(faults)) {
    const { clashes, warnings } = compareFolders(settings, sources);
    faults.push(...clashes);
    found.warnings.push(...warnings);
    if (clashes.length === 0 && examine) faults.push(...examine(settings));
  }
  const isRight = (path: string) => !faults.some((fault) => fault.path === path);
  faults.push(...clashesOf(settings, isRight, sources));
  const { tlsCert: cert, tlsKey: key } = settings.server;
  if (examineCertificate && cert !== undefined && key !== undefined) {
    const examined = examineCertificate({ cert, key });
    faults.push(...examined.faults);
    found.warnings.push(...examined.warnings);
  }
  const hasKey = settings.fichier.apiKey !== undefined || !isRight('fichier.apiKey');
  if (keyRequired && !hasKey) faults.unshift(missingKey);
  if (faults.length > 0) throw new SettingsError(faults);
  const warnings = [...found.warnings, ...doubtsOf(settings, sources), ...unknownNames(env, known)];
  const originOf = (path: string): SettingSource => {
    const { origin, source } = found.raw.get(path) ?? { origin: 'default', source: 'default' };
    return { origin, words: source };
  };
  return { settings: freeze(settings), warnings, originOf, hasKey };
}

/** Where what was entered lies; what is wrong with it is told later, once. */
function dataDirOf(env: Environment, known: Known, found: Found): string | undefined {
  const setting = known.byPath('dataDir');
  const apart: Found = { ...found, faults: [], warnings: [], raw: new Map(found.raw) };
  const dir = setting && settled(setting, env, apart);
  return typeof dir === 'string' ? dir : undefined;
}

/** The value that is in force; `undefined` where it is not right, which is told. */
function settled(setting: NamedSetting, env: Environment, found: Found): unknown {
  const { path, secret } = setting;
  const raw = readEnvironment(setting, env, found) ?? found.raw.get(path);
  if (raw === undefined) return setting.fallback;
  found.raw.set(path, raw);
  const reading = setting.read(raw.value, raw.written);
  if ('value' in reading) {
    if (reading.warning !== undefined) found.warnings.push(`${path} (${raw.source}): ${reading.warning}`);
    return reading.value;
  }
  for (const { at = [], wrong, right, part } of reading.wrongs)
    found.faults.push({
      path,
      ...(at.length > 0 && { entry: entryAt(at) }),
      source: raw.sourceOf?.(at) ?? raw.source,
      wrong: wrong ?? describeValue(part ? part.value : raw.value, secret),
      right,
    });
  return undefined;
}

function place(target: Record<string, unknown>, path: string, value: unknown): void {
  const [head = '', ...rest] = path.split('.');
  if (rest.length === 0) target[head] = value;
  else {
    target[head] ??= {};
    place(target[head] as Record<string, unknown>, rest.join('.'), value);
  }
}

function freeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) freeze(part);
  return Object.freeze(value);
}
