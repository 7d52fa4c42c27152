import { counted } from '../core/plural.ts';
import type { ServerState } from '../notify/notifier.ts';
import type { DoctorParts, Finding } from './parts.ts';

/** Every media server of the settings: whether it finds what it is told of, how telling it went, and what it shows. */
export async function checkServers(
  { notify }: Pick<DoctorParts, 'notify'>,
  signal: AbortSignal,
): Promise<[string, Finding][]> {
  const states = new Map((await notify.state()).map((one) => [one.server, one]));
  return (await notify.check(signal)).map(({ server, state, words, remedy }) => {
    const known = states.get(server);
    const last = known?.last;
    const waits = known?.waiting ? `; ${counted(known.waiting, 'folder')} waiting` : '';
    const told = last
      ? `; last told ${new Date(last.at).toISOString()}: ${last.words}`
      : '; not told of anything yet';
    const bad = last?.ok === false;
    const sight = known?.sight;
    const unseen = sight?.ok === false;
    const finding: Finding = {
      state: bad || unseen ? 'warn' : state,
      words: `${server}: ${words}${told}${waits}${known ? seenWords(known) : ''}`,
    };
    const what = remedy ?? (bad ? last.remedy : undefined) ?? (unseen ? sight.remedy : undefined);
    return ['media server', what === undefined ? finding : { ...finding, remedy: what }];
  });
}

function seenWords({ isAsked, unseen, sight, last }: ServerState): string {
  if (!isAsked) return last ? '; told only: it is not asked what it shows' : '';
  const waits = unseen > 0 ? `; ${counted(unseen, 'folder')} not seen there yet` : '';
  if (!sight) return waits;
  const names = sight.folders.length > 0 ? ` (${sight.folders.join(', ')})` : '';
  return `; looked ${new Date(sight.at).toISOString()}: ${sight.words}${names}${waits}`;
}
