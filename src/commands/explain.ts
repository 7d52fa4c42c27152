import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { missingKey, SettingsError } from '../../config/faults.ts';
import { errorTable, isBridgeError, isHostRefusal } from '../core/errors.ts';
import { withoutSecrets } from '../core/log/redact.ts';
import { type Context, type ExitCode, exitCodes } from './context.ts';
import { failureJson } from './format/failures.ts';
import { printable } from './format/printable.ts';
import { localMinute, withLocalTimes } from './format/time.ts';
import { UsageError } from './line/usage.ts';

/**
 * Tells the person why a command ended, and what to do.
 * @param inJson takes the same for a script, unless the command was typed wrongly or stopped
 * @returns the exit code
 */
export function explain(
  { err, signal, cwd, env }: Pick<Context, 'err' | 'signal' | 'cwd' | 'env'>,
  error: unknown,
  inJson: (line: string) => void = () => {},
): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.wrongUse;
  if (error instanceof UsageError) {
    const wrongs = error.message.replace(/^/gm, '  ');
    const typed = ['passerelle', error.command].filter((word) => word !== '').join(' ');
    err.write(`${typed}:\n${wrongs}\n${typed} --help says what it takes\n`);
    return exitCodes.wrongUse;
  }
  if (signal.aborted) return exitCodes.failed;
  if (error instanceof SettingsError) {
    const faults = error.faults.map(({ path, source, wrong, right }) => ({ path, source, wrong, right }));
    const { message, remedy } = errorTable[error.code];
    inJson(failureJson({ code: error.code, message, remedy }, { faults }));
    err.write(inWords(error, cwd));
    return error.code === 'BRIDGE_DISK' ? exitCodes.failed : exitCodes.wrongUse;
  }
  if (!isBridgeError(error)) {
    const { message, remedy } = errorTable.BRIDGE_INTERNAL;
    const words = `${message}: ${withoutSecrets(forPeople(wordsOf(error)))}`;
    inJson(failureJson({ code: 'BRIDGE_INTERNAL', message: words, remedy }));
    err.write(`passerelle: ${words}\n`);
    // Whoever reports it needs more than whoever reads it.
    err.write(
      isDebugging(env)
        ? `${withoutSecrets(stackOf(error))}\n`
        : `${remedy}; with PASSERELLE_LOG_LEVEL=debug it says where\n`,
    );
    return exitCodes.failed;
  }
  inJson(failureJson(error));
  err.write(`passerelle: ${forPeople(error.message)}\n${error.remedy}\n`);
  if (isHostRefusal(error) && error.retryAt !== undefined)
    err.write(`The host is asked again from ${localMinute(error.retryAt)} on.\n`);
  return isHostRefusal(error) ? exitCodes.refused : exitCodes.failed;
}

function inWords(error: SettingsError, cwd: string): string {
  // Whoever has no key may be at the very beginning.
  if (error.faults.length === 1 && error.faults[0] === missingKey)
    return [
      'FICHIER_API_KEY is missing: copy your key from https://1fichier.com/console/params.pl into it.\n',
      existsSync(join(cwd, '.env'))
        ? 'The .env here is read by docker compose alone; without Docker the key goes into config/passerelle.yaml.\n'
        : '',
      'To see Passerelle play a film without an account or a key: npm run demo\n',
    ].join('');
  const { message, remedy } = errorTable[error.code];
  const count = error.faults.length === 1 ? '' : ` (${error.faults.length})`;
  return `passerelle: ${message}${count}:\n${forPeople(error.message)}\n${remedy}\n`;
}

/** Line by line, since some messages are lists; names in them steer nothing. */
function forPeople(message: string): string {
  return message
    .split('\n')
    .map((line) => withLocalTimes(printable(line)))
    .join('\n');
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message || error.name : String(error));
const stackOf = (error: unknown) => (error instanceof Error && error.stack) || wordsOf(error);
const isDebugging = ({ PASSERELLE_LOG_LEVEL: level }: Context['env']) =>
  level === 'debug' || level === 'trace';
