import type { AnswerOf } from '../api/endpoint.ts';
import { listLeftOut, maxLeftOut } from '../api/left-out.ts';
import { mustBeListed, withApi } from './api.ts';
import { type Context, type ExitCode, exitCodes, say, sayAll } from './context.ts';
import { leftOutLines } from './format/left-out.ts';
import { widthOfStream } from './format/width.ts';

/** What of the account is in no tree, and why. */
export async function leftOut(
  context: Context,
  { json = false, limit = '200' }: { json?: boolean; limit?: string },
): Promise<ExitCode> {
  return withApi(context, { command: 'review' }, async (api) => {
    const entries: AnswerOf<typeof listLeftOut>['entries'] = [];
    let counts: AnswerOf<typeof listLeftOut>['counts'];
    let after = '';
    let isCut = false;
    for (let left = Number(limit); left > 0; left = Number(limit) - entries.length) {
      const query = { limit: Math.min(left, maxLeftOut), after };
      const page = await api.call(listLeftOut, { query }, context.signal);
      entries.push(...page.entries);
      counts ??= page.counts;
      isCut = page.next !== undefined;
      if (page.next === undefined) break;
      after = page.next;
    }
    if (entries.length === 0) await mustBeListed(api, context.signal);
    if (json) for (const entry of entries) say(context, JSON.stringify(entry));
    else sayAll(context, leftOutLines(entries, counts, { width: widthOfStream(context.out), isCut }));
    return exitCodes.done;
  });
}
