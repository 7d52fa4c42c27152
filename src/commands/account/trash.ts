import { emptyTrash, listTrash, restoreTrashed } from '../../api/changes.ts';
import { counted } from '../../core/plural.ts';
import { withApi } from '../api.ts';
import { type Context, type ExitCode, exitCodes, say, sayAll } from '../context.ts';
import { printable } from '../format/printable.ts';
import { size } from '../format/size.ts';
import { tableLines } from '../format/table.ts';
import { localMinute } from '../format/time.ts';
import { widthOfStream } from '../format/width.ts';
import { oneByOne } from './one-by-one.ts';
import { withPurgeView } from './purge-view.ts';

/** What was removed from the account and can be taken back. */
export async function trash(context: Context, { json = false }: { json?: boolean }): Promise<ExitCode> {
  return withApi(context, { command: 'trash', needs: { folders: true } }, async (api) => {
    const { entries } = await api.call(listTrash, {}, context.signal);
    if (json) for (const entry of entries) say(context, JSON.stringify(entry));
    else if (entries.length === 0) say(context, 'Nothing lies in the trash of the account.');
    else
      sayAll(
        context,
        tableLines(
          [
            { head: 'number', align: 'right' },
            { head: 'removed' },
            { head: 'files', align: 'right' },
            { head: 'size', align: 'right' },
            { head: 'path', cut: 'middle' },
          ],
          entries.map(({ id, removedAt, files, sizeBytes, path }) => [
            String(id),
            localMinute(Date.parse(removedAt)),
            String(files),
            size(sizeBytes),
            path,
          ]),
          widthOfStream(context.out),
        ),
      );
    return exitCodes.done;
  });
}

/** Puts what was removed where it was. */
export function restore(
  context: Context,
  ids: readonly string[],
  { json = false }: { json?: boolean },
): Promise<ExitCode> {
  return oneByOne(
    context,
    { command: 'trash restore', words: ids, isNumbered: true, json },
    async (api, id) => {
      const { path } = await api.call(restoreTrashed, { params: { id: Number(id) } }, context.signal);
      say(context, json ? JSON.stringify({ id: Number(id), path }) : printable(`${path}: back`));
    },
  );
}

/** Removes for good what lies in the trash. */
export async function empty(context: Context, { json = false }: { json?: boolean }): Promise<ExitCode> {
  return withApi(
    context,
    { command: 'trash empty', needs: { key: true, folders: true }, tellsRefusals: true },
    async (api) => {
      const sent = { body: { all: true } };
      const { removed } = await withPurgeView(context, api.events(emptyTrash, sent, context.signal));
      say(
        context,
        json ? JSON.stringify({ removed }) : `${counted(removed, 'thing')} removed for good from the trash`,
      );
      return exitCodes.done;
    },
  );
}
