import type { z } from 'zod';
import type { listInbox } from '../../api/inbox.ts';
import { fromErrorBody } from '../../api/words/errors.ts';
import { counted } from '../../core/plural.ts';
import { printable } from './printable.ts';
import { size } from './size.ts';
import { tableLines } from './table.ts';
import { localMinute } from './time.ts';

type Listed = z.output<typeof listInbox.answer>;
type Waiting = Listed['waiting'][number];

const became = { kept: 'kept', deleted: 'removed', replaced: 'STRM' } as const;

/** What waits in the inboxes, why, and what was done, for a person. */
export function inboxLines(
  { inboxes, waiting, waitingCount, done, paused }: Listed,
  width: number,
): string[] {
  if (inboxes.length === 0)
    return ['There is no inbox; the setting inbox names folders whose files are sent.'];
  const lines = inboxes.map(({ dir, to, after }) => printable(`${dir} -> ${to} (${after})`));
  if (paused)
    lines.push(
      `Nothing is sent before ${localMinute(paused.until)}: ${fromErrorBody(paused.error).message}.`,
    );
  lines.push('', waitingCount === 0 ? 'Nothing waits.' : `${counted(waitingCount, 'file')} waiting:`);
  lines.push(
    ...tableLines(
      [{ align: 'right' }, { cut: 'middle' }, { cut: 'end' }],
      waiting.map((one) => [size(one.sizeBytes), one.path, whyOf(one)]),
      width,
    ),
  );
  if (waitingCount > waiting.length) lines.push(`... and ${waitingCount - waiting.length} more`);
  if (done.length > 0) lines.push('', 'Done:');
  lines.push(
    ...tableLines(
      [{}, {}, { cut: 'middle' }],
      done.map((one) => [localMinute(one.doneAt), became[one.became], one.accountPath]),
      width,
    ),
  );
  return lines;
}

function whyOf({ state, sent = 0, sizeBytes, error, notBefore }: Waiting): string {
  if (state === 'sending') return `being sent, ${Math.floor((100 * sent) / sizeBytes)} %`;
  if (state === 'stored') return 'at the host, which lists it later';
  if (state === 'young') return 'may not be finished';
  if (state === 'ready' || !error) return 'next';
  const when = notBefore === undefined ? '' : `; again at ${localMinute(notBefore)}`;
  return `${fromErrorBody(error).message}${when}`;
}
