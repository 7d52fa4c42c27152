import { readFileSync } from 'node:fs';
import { nearMiss } from './nearest.ts';
import type { NamedSetting } from './settings.ts';
import type { Found, Known, Raw } from './sources.ts';
import { whyFileFails } from './unreadable.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names of the environment that are ours and are no settings. */
const otherNames = ['PASSERELLE_CONFIG', 'PASSERELLE_REQUIRE_PLAYERS'];

/** What the environment says of a setting, in the variable itself or in a file that `<NAME>_FILE` names. */
export function readEnvironment(setting: NamedSetting, env: Environment, found: Found): Raw | undefined {
  const { path, formerly } = setting;
  const names = [setting.env, ...(formerly ? [formerly.env] : [])].flatMap((name) => [name, `${name}_FILE`]);
  // An empty variable is what `${NAME:-}` in a compose file gives: it means "not set".
  const [name, other] = names.filter((one) => env[one]);
  if (name === undefined) return undefined;
  const source = `environment ${name}`;
  const origin = 'environment';
  if (other !== undefined) {
    const wrong = `both ${name} and ${other} are set`;
    found.faults.push({ path, source: `environment ${setting.env}`, wrong, right: 'keep one of them' });
    return undefined;
  }
  if (formerly && name.startsWith(formerly.env))
    found.warnings.push(
      `${name} in the environment is now called ${name.replace(formerly.env, setting.env)}; the old name still works`,
    );
  const value = env[name] ?? '';
  if (!name.endsWith('_FILE')) return { value, source, origin };
  try {
    return { value: readFileSync(value, 'utf8').trim(), source, origin };
  } catch (error) {
    // Somebody may have put the secret itself where its file's name belongs.
    const file = setting.secret ? 'the file' : value;
    found.faults.push({
      path,
      source,
      wrong: `${file} ${whyFileFails(error)}`,
      right: 'name a file that this user may read',
    });
    return undefined;
  }
}

/** Names that look like ours and are not, a line each. */
export function unknownNames(env: Environment, { settings }: Known): string[] {
  const withFile = (name: string) => [name, `${name}_FILE`];
  const current = [...settings.flatMap((setting) => withFile(setting.env)), ...otherNames];
  const former = settings.flatMap(({ formerly }) => (formerly ? withFile(formerly.env) : []));
  return Object.keys(env)
    .filter((name) => /^(PASSERELLE|FICHIER)_/.test(name) && ![...current, ...former].includes(name))
    .map((name) => `${name} in the environment is no setting; ${meantBy(name, current)}`);
}

/** All names begin alike, so that only what stands behind says which was meant. */
function meantBy(name: string, names: readonly string[]): string {
  const ends = new Map(names.map((one) => [endOf(one), one]));
  const meant = nearMiss(endOf(name), [...ends.keys()]);
  return meant === undefined ? 'docs/settings.md lists them' : `did you mean ${ends.get(meant)}?`;
}

const endOf = (name: string) => name.replace(/^[A-Z]+_/, '');
