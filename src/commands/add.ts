import { text } from 'node:stream/consumers';
import { fromErrorBody } from '../api/errors.ts';
import { type ImportedLine, importLinks } from '../api/links.ts';
import { BridgeError, isHostRefusal } from '../core/errors.ts';
import { counted } from '../core/plural.ts';
import { asAccountPath, withApi } from './api.ts';
import { askForInput, type Context, type ExitCode, exitCodes, say, settingsOf } from './context.ts';
import { printable } from './format/printable.ts';
import { size } from './format/size.ts';
import { UsageError } from './line/usage.ts';

export interface AddOptions {
  to?: string;
  password?: string;
  json?: boolean;
}

/** What a person is told of a line. */
const words: Readonly<Record<ImportedLine['fate'], string>> = {
  added: 'added',
  copied: 'copied; the host lists it later',
  own: 'in the account already',
  again: 'the same file as a line above',
  gone: 'gone: the host has it no more',
  protected: 'wants a password (--password)',
  refused: 'refused',
  odd: 'no address of a file at the host',
  unsure: 'not sure: no answer came; look into the folder before you try again',
  waiting: 'not tried',
};
const good: ReadonlySet<ImportedLine['fate']> = new Set(['added', 'copied', 'own', 'again']);

/** Copies files of others into the account; links from standard input when none are given. */
export async function add(
  context: Context,
  links: readonly string[],
  { to, password, json = false }: AddOptions,
): Promise<ExitCode> {
  if (links.length === 0) askForInput(context, 'Addresses of files at the host');
  const given = links.length > 0 ? '' : await text(context.stdin);
  if (links.length === 0 && given.trim() === '')
    throw new UsageError('add', ['name the address of a file at the host, or give some on standard input']);
  const folder = asAccountPath(to ?? settingsOf(context).settings.library.roots[0] ?? '/');
  const work = { command: 'add', needs: { key: true, folders: true }, tellsRefusals: true };
  return withApi(context, work, async (api) => {
    const body = { links: [...links], text: given, to: folder, ...(password !== undefined && { password }) };
    for await (const one of api.events(importLinks, { body }, context.signal)) {
      if (one.event === 'error') throw fromErrorBody(one.data);
      if (one.event === 'link') {
        say(context, json ? JSON.stringify(one.data) : lineFor(one.data));
        continue;
      }
      const { links: lines, calls, stoppedBy } = one.data;
      const added = lines.filter(({ fate }) => fate === 'added' || fate === 'copied').length;
      if (!json)
        say(context, `${counted(added, 'file')} added to ${folder}; ${counted(calls, 'call')} to the host`);
      if (!stoppedBy) return lines.every(({ fate }) => good.has(fate)) ? exitCodes.done : exitCodes.failed;
      const error = fromErrorBody(stoppedBy);
      context.err.write(`stopped: ${error.message}. ${error.remedy}\n`);
      return isHostRefusal(error) ? exitCodes.refused : exitCodes.failed;
    }
    throw new BridgeError('BRIDGE_OWNER_GONE', { detail: 'the import was cut off' });
  });
}

function lineFor({ link, fate, file, error }: ImportedLine): string {
  const what = file ? `${file.name} (${size(file.sizeBytes)})` : link;
  const why = fate === 'refused' && error ? `: ${error.message}` : '';
  return printable(`${what}: ${words[fate]}${why}`);
}
