import { resolve } from 'node:path';
import { addToInbox, listInbox, type ShownAsked } from '../api/inbox.ts';
import { fromErrorBody } from '../api/words/errors.ts';
import { isHostRefusal } from '../core/errors.ts';
import { withRemedy } from '../core/sentences.ts';
import { withApi } from './api.ts';
import { type Context, type ExitCode, exitCodes, say, sayAll } from './context.ts';
import { inboxLines } from './format/inbox.ts';
import { printable } from './format/printable.ts';
import { widthOfStream } from './format/width.ts';
import { filesOfHook } from './line/download-hooks.ts';
import { UsageError } from './line/usage.ts';

export interface InboxCommandOptions {
  json?: boolean;
  wait?: boolean;
  limit?: string;
}

/** What waits in the inboxes, and what was done. */
export async function inbox(
  context: Context,
  { json = false, limit = '50' }: InboxCommandOptions,
): Promise<ExitCode> {
  return withApi(context, { command: 'inbox' }, async (api) => {
    const all = await api.call(listInbox, { query: { limit: Number(limit) } }, context.signal);
    if (json) say(context, JSON.stringify(all));
    else sayAll(context, inboxLines(all, widthOfStream(context.out)));
    return exitCodes.done;
  });
}

const words: Readonly<Record<ShownAsked['fate'], string>> = {
  noted: 'is sent next',
  kept: 'is in the account, and stays here',
  deleted: 'is in the account, and was removed here',
  replaced: 'is in the account, and its STRM file stands here',
  stored: 'is at the host, which lists it later; it stays here until then',
  changed: 'changed while it was sent; it is looked at anew',
  gone: 'is not there any more',
  later: 'did not go',
  left: 'is left alone: no file, empty, not finished by its name, or ignored',
};

/**
 * Says that files are finished: those that are named, or those that Sonarr or Radarr tell in the environment of a script
 * of theirs.
 */
export async function inboxAdd(
  context: Context,
  given: readonly string[],
  { json = false, wait = false }: InboxCommandOptions,
): Promise<ExitCode> {
  const told = given.length > 0 ? { event: '', files: given } : filesOfHook(context.env);
  if (!told) throw new UsageError('inbox add', ['name a file or a folder of an inbox']);
  if (told.files.length === 0) {
    say(context, `${told.event}: nothing to send`);
    return exitCodes.done;
  }
  const paths = told.files.map((path) => resolve(context.cwd, path));
  const needs = wait ? { key: true, folders: true } : {};
  return withApi(context, { command: 'inbox add', needs, tellsRefusals: true }, async (api) => {
    const { files, isServed } = await api.call(addToInbox, { body: { paths, wait } }, context.signal);
    let code: ExitCode = exitCodes.done;
    for (const file of files) {
      const error = file.error && fromErrorBody(file.error);
      const why = error ? `: ${withRemedy(error)}` : '';
      const notYet = file.fate === 'noted' && !isServed ? '; passerelle serve does it, and does not run' : '';
      say(
        context,
        json ? JSON.stringify(file) : printable(`${file.path} ${words[file.fate]}${notYet}${why}`),
      );
      if (file.fate === 'later') code = isHostRefusal(error) ? exitCodes.refused : exitCodes.failed;
    }
    return code;
  });
}
