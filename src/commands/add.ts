import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type ImportedLine, importLinks } from '../api/links.ts';
import { fromErrorBody } from '../api/words/errors.ts';
import { BridgeError, isHostRefusal } from '../core/errors.ts';
import { counted } from '../core/plural.ts';
import { withRemedy } from '../core/sentences.ts';
import { asAccountPath, withApi } from './api.ts';
import { type Context, type ExitCode, exitCodes, say, settingsOf } from './context.ts';
import { failureJson } from './format/failures.ts';
import { printable } from './format/printable.ts';
import { size } from './format/size.ts';
import { askForInput, inputText } from './line/input.ts';
import { UsageError } from './line/usage.ts';

export interface AddOptions {
  to?: string;
  password?: string;
  dryRun?: boolean;
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
  new: 'would be copied',
};
const good: ReadonlySet<ImportedLine['fate']> = new Set(['added', 'copied', 'own', 'again', 'new']);

/** Copies files of others into the account; links from standard input when none are given. */
export async function add(
  context: Context,
  links: readonly string[],
  { to, password, dryRun = false, json = false }: AddOptions,
): Promise<ExitCode> {
  if (links.length === 0) askForInput(context, 'Addresses of files at the host');
  const given = links.length > 0 ? '' : await inputText(context);
  if (links.length === 0 && given.trim() === '')
    throw new UsageError('add', ['name the address of a file at the host, or give some on standard input']);
  const folder = asAccountPath(to ?? settingsOf(context).settings.library.roots[0] ?? '/');
  const work = { command: 'add', needs: { key: true, folders: true }, tellsRefusals: true };
  return withApi(context, work, async (api) => {
    const body = {
      ...(await givenLinks(context, links, given)),
      to: folder,
      dryRun,
      ...(password !== undefined && { password }),
    };
    for await (const one of api.events(importLinks, { body }, context.signal)) {
      if (one.event === 'error') throw fromErrorBody(one.data);
      if (one.event === 'link') {
        say(context, json ? JSON.stringify(one.data) : lineFor(one.data));
        continue;
      }
      const { links: lines, calls, stoppedBy } = one.data;
      const added = lines.filter(({ fate }) => fate === 'added' || fate === 'copied').length;
      const planned = lines.filter(({ fate }) => fate === 'new').length;
      if (!json)
        say(
          context,
          dryRun
            ? `${counted(planned, 'file')} would be copied to ${folder}, if the host gives ${planned === 1 ? 'it' : 'them'}`
            : `${counted(added, 'file')} added to ${folder}; ${counted(calls, 'call')} to the host`,
        );
      if (!stoppedBy) return lines.every(({ fate }) => good.has(fate)) ? exitCodes.done : exitCodes.failed;
      const error = fromErrorBody(stoppedBy);
      if (json) say(context, failureJson(error));
      context.err.write(`stopped: ${withRemedy(error)}\n`);
      return isHostRefusal(error) ? exitCodes.refused : exitCodes.failed;
    }
    throw new BridgeError('BRIDGE_OWNER_GONE', { detail: 'the import was cut off' });
  });
}

/** More is no list of links. */
const maxTextBytes = 500_000;

/**
 * What was given, as it is asked for. A word that is no address and names a file of this machine stands for what is in
 * it. In a text that has an address on each of its lines, and nothing else, each is told; out of any other, addresses
 * of files alone are taken.
 */
async function givenLinks(
  { cwd }: Context,
  links: readonly string[],
  given: string,
): Promise<{ links: string[]; text: string }> {
  const found: string[] = [];
  const texts = [given];
  for (const word of links) {
    const read = /^https?:/i.test(word) ? undefined : await textOfFile(resolve(cwd, word));
    if (read === undefined) found.push(word);
    else texts.push(read);
  }
  const pages: string[] = [];
  for (const one of texts) {
    const lines = one.split('\n').map((line) => line.trim());
    const isList = lines.every((line) => line === '' || /^https?:\/\/\S+$/i.test(line));
    if (isList) found.push(...lines.filter((line) => line !== ''));
    else pages.push(one);
  }
  return { links: found, text: pages.join('\n') };
}

async function textOfFile(path: string): Promise<string | undefined> {
  const facts = await stat(path).catch(() => undefined);
  return facts?.isFile() && facts.size <= maxTextBytes ? readFile(path, 'utf8') : undefined;
}

function lineFor({ link, fate, file, error }: ImportedLine): string {
  const what = file ? `${file.name} (${size(file.sizeBytes)})` : link;
  const why = fate === 'refused' && error ? `: ${error.message}` : '';
  return printable(`${what}: ${words[fate]}${why}`);
}
