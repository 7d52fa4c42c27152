import { counted } from '../core/plural.ts';
import type { DoctorParts, Finding } from './parts.ts';

/** Every media server of the settings: whether it finds what it is told of, and how telling it went last. */
export async function checkServers(
  { notify }: DoctorParts,
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
    const finding: Finding = {
      state: bad ? 'warn' : state,
      words: `${server}: ${words}${told}${waits}`,
    };
    const what = remedy ?? (bad ? last.remedy : undefined);
    return ['media server', what === undefined ? finding : { ...finding, remedy: what }];
  });
}
