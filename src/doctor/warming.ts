import { counted } from '../core/plural.ts';
import type { WarmerState } from '../notify/warming/warmer.ts';
import type { DoctorParts, Finding } from './parts.ts';

/** How far media servers know the films that nobody has played yet; one for each that is asked. */
export function checkWarming({
  warming,
  settings,
}: Pick<DoctorParts, 'warming' | 'settings'>): [string, Finding][] {
  if (!settings.media.warm) return [];
  return warming.state().map((one) => ['run times', findingOf(one)]);
}

function findingOf({ server, done, ready, unread, givenUp, lastAt, fault }: WarmerState): Finding {
  const at = lastAt === undefined ? '' : `, the last one ${new Date(lastAt).toISOString()}`;
  const words = [
    done === 0
      ? `${server}: has looked into no film ahead of its first play yet`
      : `${server}: has looked into ${counted(done, 'film')} ahead of the first play${at}`,
    ...(ready > 0 ? [`${counted(ready, 'film')} waiting`] : []),
    ...(unread > 0 ? [`${counted(unread, 'film')} waiting for their header`] : []),
    ...(givenUp > 0 ? [`${counted(givenUp, 'film')} given up`] : []),
  ].join('; ');
  if (fault)
    return {
      state: 'warn',
      words: `${words}; ${fault.words}`,
      ...(fault.remedy !== undefined && { remedy: fault.remedy }),
    };
  return givenUp > 0
    ? {
        state: 'warn',
        words,
        remedy:
          'play one of the films without a length there: the log of the server says why it cannot be read',
      }
    : { state: 'ok', words };
}
