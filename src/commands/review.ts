import type { Answer } from '../api/endpoint.ts';
import { listReview, maxReviewed } from '../api/overrides.ts';
import { withApi } from './api.ts';
import { type Context, type ExitCode, exitCodes, say, sayAll } from './context.ts';
import { doubtLines } from './format/doubts.ts';
import { widthOfStream } from './format/width.ts';

/** Files whose names say too little: what they were taken for, and why a person should look. */
export async function review(
  context: Context,
  { json = false, limit = '200' }: { json?: boolean; limit?: string },
): Promise<ExitCode> {
  if (!/^[1-9]\d{0,6}$/.test(limit)) {
    context.err.write('passerelle: --limit must be a number from 1\n');
    return exitCodes.wrongUse;
  }
  return withApi(context, { command: 'review' }, async (api) => {
    const doubts: Answer<typeof listReview>['files'] = [];
    for (let left = Number(limit); left > 0; ) {
      const query = { limit: Math.min(left, maxReviewed), after: doubts.at(-1)?.fileId ?? '' };
      const { files } = await api.call(listReview, { query }, context.signal);
      doubts.push(...files);
      left = files.length < query.limit ? 0 : left - files.length;
    }
    if (json) for (const doubt of doubts) say(context, JSON.stringify(doubt));
    else sayAll(context, doubtLines(doubts, { width: widthOfStream(context.out) }));
    return exitCodes.done;
  });
}
