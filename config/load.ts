import { readFileSync } from 'node:fs';
import { distance } from 'fastest-levenshtein';
import { isMap, isScalar, LineCounter, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { BridgeError } from '../src/core/errors.ts';
import { type NamedSetting, type Settings, settingList } from './settings.ts';
import { clashesOf, type Dirs } from './trees.ts';

/** One thing that is wrong with the settings. */
export interface Fault {
  /** YAML path of the setting, or the key as it was written. */
  path: string;
  /** Where it was found: `environment FICHIER_API_KEY`, `passerelle.yaml line 3`. */
  source: string;
  wrong: string;
  right: string;
}

/** Thrown with every fault at once; none is mended silently. */
export class SettingsError extends BridgeError {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    const lines = faults.map((fault) => `  ${fault.path} (${fault.source}): ${fault.wrong}; ${fault.right}`);
    super('BRIDGE_SETTINGS', { detail: `${faults.length}\n${lines.join('\n')}` });
    this.faults = faults;
  }
}

export interface LoadOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** The YAML file. */
  file: string;
  /** True when somebody named the file: then it has to be there. */
  fileRequired?: boolean;
}

export interface Loaded {
  settings: Settings;
  /** Names in the environment that look like ours and are not. */
  warnings: string[];
}

interface Raw {
  value: unknown;
  source: string;
}

/** Names of the environment that are ours and are no settings. */
const otherNames = ['PASSERELLE_CONFIG', 'PASSERELLE_REQUIRE_PLAYERS'];

/**
 * Defaults < YAML file < environment < `*_FILE` secrets.
 * @throws SettingsError with the full list of faults.
 */
export function loadSettings({ env, file, fileRequired = false }: LoadOptions): Loaded {
  const faults: Fault[] = [];
  const raw = new Map<string, Raw>();
  readYaml(file, fileRequired, raw, faults);
  for (const setting of settingList) readEnvironment(setting, env, raw, faults);

  const settings: Record<string, unknown> = {};
  for (const setting of settingList)
    place(settings, setting.path, resolve(setting, raw.get(setting.path), faults));
  compareDirs(settings as unknown as Dirs, raw, faults);
  if (faults.length > 0) throw new SettingsError(faults);
  return { settings: freeze(settings) as Settings, warnings: unknownNames(env) };
}

function resolve(setting: NamedSetting, raw: Raw | undefined, faults: Fault[]): unknown {
  if (raw === undefined) return setting.fallback;
  const value = setting.read(raw.value);
  if (value === undefined) {
    const wrong = setting.secret ? 'this value is not right' : `${JSON.stringify(raw.value)} is not right`;
    faults.push({ path: setting.path, source: raw.source, wrong, right: `must be ${setting.right}` });
  }
  return value;
}

/** Only where each of them is right by itself. */
function compareDirs(settings: Dirs, raw: ReadonlyMap<string, Raw>, faults: Fault[]): void {
  const path = settings.library.trees?.length === 0 ? 'library.dir' : 'library.trees';
  if (faults.some((fault) => [path, 'library.dir', 'dataDir'].includes(fault.path))) return;
  const source = raw.get(path)?.source ?? 'default';
  for (const wrong of clashesOf(settings))
    faults.push({ path, source, wrong, right: 'give each tree a folder of its own, outside of dataDir' });
}

function readEnvironment(
  setting: NamedSetting,
  env: LoadOptions['env'],
  raw: Map<string, Raw>,
  faults: Fault[],
): void {
  // An empty variable is what `${NAME:-}` in a compose file gives: it means "not set".
  const plain = env[setting.env] || undefined;
  const fileName = env[`${setting.env}_FILE`] || undefined;
  const source = `environment ${setting.env}`;
  if (plain !== undefined && fileName !== undefined) {
    faults.push({
      path: setting.path,
      source,
      wrong: `both ${setting.env} and ${setting.env}_FILE are set`,
      right: 'keep one of them',
    });
  } else if (fileName !== undefined) {
    try {
      raw.set(setting.path, { value: readFileSync(fileName, 'utf8').trim(), source: `${source}_FILE` });
    } catch (error) {
      faults.push({
        path: setting.path,
        source: `${source}_FILE`,
        // Somebody may have put the secret itself where its file's name belongs.
        wrong: `${setting.secret ? 'the file' : fileName} cannot be read (${codeOf(error)})`,
        right: 'name a file that this user may read',
      });
    }
  } else if (plain !== undefined) {
    raw.set(setting.path, { value: plain, source });
  }
}

function readYaml(file: string, required: boolean, raw: Map<string, Raw>, faults: Fault[]): void {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && !required) return;
    faults.push({
      path: '(file)',
      source: file,
      wrong: `cannot be read (${codeOf(error)})`,
      right: 'name a file that is there',
    });
    return;
  }
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, maxAliasCount: 0 } as object);
  for (const error of document.errors) {
    const [first] = error.message.split('\n');
    faults.push({
      path: '(file)',
      source: `${file} line ${lines.linePos(error.pos[0]).line}`,
      wrong: first ?? 'not YAML',
      right: 'must be YAML',
    });
  }
  if (document.errors.length > 0 || document.contents === null) return;
  if (!isMap(document.contents)) {
    faults.push({
      path: '(file)',
      source: file,
      wrong: 'is not a list of settings',
      right: 'must have the form of passerelle.example.yaml',
    });
    return;
  }
  walk(
    document.contents,
    '',
    (pair) => {
      const offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? 0) : 0;
      return `${file} line ${lines.linePos(offset).line}`;
    },
    raw,
    faults,
  );
}

function walk(
  map: YAMLMap,
  prefix: string,
  where: (pair: Pair) => string,
  raw: Map<string, Raw>,
  faults: Fault[],
): void {
  for (const pair of map.items) {
    const path = prefix + String(isScalar(pair.key) ? pair.key.value : pair.key);
    const known = settingList.find((setting) => setting.path === path);
    const isGroup = settingList.some((setting) => setting.path.startsWith(`${path}.`));
    if (known) {
      const value = isScalar(pair.value)
        ? pair.value.value
        : (pair.value as { toJSON?: () => unknown } | null)?.toJSON?.();
      if (value !== null && value !== undefined) raw.set(path, { value, source: where(pair) });
    } else if (isGroup && isMap(pair.value)) {
      walk(pair.value, `${path}.`, where, raw, faults);
    } else if (isGroup) {
      if (isScalar(pair.value) && pair.value.value === null) continue;
      faults.push({
        path,
        source: where(pair),
        wrong: 'is a group of settings, not a value',
        right: `write ${path}: and its settings indented below`,
      });
    } else {
      faults.push({
        path,
        source: where(pair),
        wrong: 'there is no such setting',
        right: `did you mean ${nearest(
          path,
          settingList.map((setting) => setting.path),
        )}?`,
      });
    }
  }
}

function unknownNames(env: LoadOptions['env']): string[] {
  const known = [...settingList.flatMap(({ env: name }) => [name, `${name}_FILE`]), ...otherNames];
  return Object.keys(env)
    .filter((name) => /^(PASSERELLE|FICHIER)_/.test(name) && !known.includes(name))
    .map((name) => `${name} in the environment is no setting; did you mean ${nearest(name, known)}?`);
}

function nearest(word: string, words: readonly string[]): string {
  const rank = (other: string) => distance(word.toLowerCase(), other.toLowerCase());
  return words.reduce((best, other) => (rank(other) < rank(best) ? other : best));
}

function place(target: Record<string, unknown>, path: string, value: unknown): void {
  const [head, ...rest] = path.split('.') as [string, ...string[]];
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

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}
