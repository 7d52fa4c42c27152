import { testPeople } from '../../api/notify.ts';
import { withApi } from '../api.ts';
import { type Context, type ExitCode, exitCodes, say, sayAll } from '../context.ts';
import { findingLines } from '../format/findings.ts';
import { widthOfStream } from '../format/width.ts';

/** Sends a test to everybody who is told what needs somebody, and says how that went. */
export async function doctorNotices(
  context: Context,
  { json = false }: { json?: boolean },
): Promise<ExitCode> {
  return withApi(context, { command: 'doctor --send-test' }, async (api) => {
    const { results } = await api.call(testPeople, {}, context.signal);
    for (const result of results) {
      const { recipient, ok, words, remedy } = result;
      if (json) say(context, JSON.stringify(result));
      else {
        const finding = {
          state: ok ? ('ok' as const) : ('fail' as const),
          words: `${recipient}: ${words}`,
          ...(remedy !== undefined && { remedy }),
        };
        sayAll(
          context,
          findingLines('people', finding, context.out.isTTY ? widthOfStream(context.out) : undefined),
        );
      }
    }
    if (results.length === 0 && !json)
      say(context, 'nobody is told: notify names no ntfy, gotify, discord or email');
    return results.every(({ ok }) => ok) ? exitCodes.done : exitCodes.failed;
  });
}
