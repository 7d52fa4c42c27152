import type { AnswerOf } from '../api/endpoint.ts';
import { listReview, maxReviewed } from '../api/overrides.ts';
import { mustBeListed, withApi } from './api.ts';
import { type Context, type ExitCode, exitCodes, say, sayAll } from './context.ts';
import { asideLines, doubtLines, twinLines } from './format/doubts.ts';
import { widthOfStream } from './format/width.ts';

/** Files whose names say too little: what they were taken for, and why a person should look; and those of one name. */
export async function review(
  context: Context,
  { json = false, limit = '200' }: { json?: boolean; limit?: string },
): Promise<ExitCode> {
  return withApi(context, { command: 'review' }, async (api) => {
    const doubts: AnswerOf<typeof listReview>['files'] = [];
    const aside: AnswerOf<typeof listReview>['putAside'] = [];
    const twins: AnswerOf<typeof listReview>['twins'] = [];
    for (let left = Number(limit); left > 0; ) {
      const query = { limit: Math.min(left, maxReviewed), after: doubts.at(-1)?.fileId ?? '' };
      const { files, putAside, twins: more } = await api.call(listReview, { query }, context.signal);
      doubts.push(...files);
      aside.push(...putAside);
      twins.push(...more);
      left = files.length < query.limit ? 0 : left - files.length;
    }
    if (doubts.length + aside.length + twins.length === 0) await mustBeListed(api, context.signal);
    const width = widthOfStream(context.out);
    if (json) for (const one of [...doubts, ...aside, ...twins]) say(context, JSON.stringify(one));
    else
      sayAll(context, [
        ...asideLines(aside, { width }),
        ...twinLines(twins, { width }),
        // Beside what was told above it would not be true that there is nothing.
        ...(doubts.length > 0 || aside.length + twins.length === 0 ? doubtLines(doubts, { width }) : []),
      ]);
    return exitCodes.done;
  });
}
