import { dayMs } from '../../core/durations.ts';
import { errorTable } from '../../core/errors.ts';
import { counted } from '../../core/plural.ts';
import type { PeopleMessage } from './recipient.ts';

export type NeedName = 'keyRefused' | 'accountEnds' | 'proposalWaits' | 'diskFull';

/** Something that needs somebody. */
export interface Need extends PeopleMessage {
  name: NeedName;
}

/** What is looked at. Times in milliseconds UTC. */
export interface NeedFacts {
  now: number;
  /** Whether the host refuses the API key. */
  isKeyRefused: boolean;
  /** When the account ends, and that day as the host shows it; undefined where it does not end, or nobody knows. */
  endsAt: number | undefined;
  endsOn: string | undefined;
  /** How many files each proposal that waits would take out. */
  proposals: readonly { files: number }[];
  disks: readonly { folder: string; freeBytes: number; sizeBytes: number }[];
}

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;
/** So long before the end somebody is told. */
const beforeEndMs = 7 * dayMs;
/** An account that ended so long ago is left as it is on purpose. */
const afterEndMs = 30 * dayMs;

/** What needs somebody now. Pure. */
export function needsOf(facts: NeedFacts): Need[] {
  const { now, isKeyRefused, endsAt, endsOn, proposals, disks } = facts;
  const needs: Need[] = [];
  if (isKeyRefused)
    needs.push({
      name: 'keyRefused',
      title: 'the host refuses the API key',
      text: `Nothing new plays and nothing new is found. ${errorTable.BRIDGE_HOST_KEY.remedy}.`,
      isUrgent: true,
    });
  if (endsAt !== undefined && endsAt - now < beforeEndMs && now - endsAt < afterEndMs)
    needs.push({
      name: 'accountEnds',
      title: endsAt > now ? `the account ends on ${endsOn ?? dayOf(endsAt)}` : 'the account has ended',
      text: 'Without it nothing plays. Renew it at the host; Passerelle sees that by itself.',
      isUrgent: endsAt - now < dayMs,
    });
  if (proposals.length > 0) {
    const files = proposals.reduce((sum, one) => sum + one.files, 0);
    needs.push({
      name: 'proposalWaits',
      title: `a deletion of ${counted(files, 'file')} waits for a word`,
      text: 'Nothing was removed. passerelle proposals shows what would go; accept it or refuse it.',
      isUrgent: false,
    });
  }
  const full = disks.filter(isNearlyFull);
  if (full.length > 0)
    needs.push({
      name: 'diskFull',
      title: 'a disk is nearly full',
      text: `${full.map(({ folder, freeBytes }) => `The disk of the ${folder} folder has ${Math.floor(freeBytes / mebibyte)} MiB left`).join('. ')}. Make room: a full disk loses neither films nor positions, but nothing new is written.`,
      isUrgent: true,
    });
  return needs;
}

/** A twentieth of a large disk is room enough. */
function isNearlyFull({ freeBytes, sizeBytes }: NeedFacts['disks'][number]): boolean {
  return freeBytes < gibibyte || (freeBytes < 10 * gibibyte && freeBytes < sizeBytes / 20);
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
