import { z } from 'zod';
import { anything, check, isSet, number, oddAnswer, text } from './fields.ts';
import { parisToUtc } from './paris-time.ts';

export type Offer = 'free' | 'premium' | 'access' | 'gold' | 'unknown';

/** What user/info says about the account (facts/1fichier-api 2.1), as far as a person may want to see it. */
export interface AccountInfo {
  email?: string;
  offer: Offer;
  /** As the host says it, milliseconds since the epoch, UTC; it is counted to the end of that day. */
  premiumUntil: number | undefined;
  cdnCreditsGb: number | undefined;
  /** Whether the account is set to spend CDN credits on its own. */
  usesCdnCredits: boolean;
  hotStorageBytes: number | undefined;
  coldStorageBytes: number | undefined;
  /** May be negative: how much too much is stored. */
  availableStorageBytes: number | undefined;
  overQuota: boolean;
  uploadForbidden: boolean;
  /** When the host said so, milliseconds since the epoch, UTC. */
  askedAt: number;
}

/** The last answer of user/info, and a print of the key that it was given for. */
export interface RememberedAccount {
  keyPrint: string;
  info: AccountInfo;
}

/** Keeps the last answer across a restart: the host locks those who ask often (facts/1fichier-api 2.1). */
export interface AccountMemory {
  read(): RememberedAccount | undefined;
  write(account: RememberedAccount): void;
}

/** 3 is GOLD by one client's code only. */
const offers: readonly Offer[] = ['free', 'premium', 'access', 'gold'];

const shape = z.object({
  email: text,
  offer: number,
  subscription_end: text,
  cdn: number,
  use_cdn: anything,
  hot_storage: number,
  cold_storage: number,
  available_storage: number,
  overquota: anything,
  upload_forbidden: anything,
});

/** The answer of user/info. Throws BRIDGE_HOST_ODD_ANSWER. */
export function readAccount(value: unknown, askedAt: number): AccountInfo {
  const answer = check(shape, value, 'user/info');
  if (answer.offer == null && answer.email == null) throw oddAnswer('user/info: holds no account');
  return {
    ...(answer.email ? { email: answer.email } : {}),
    offer: offers[answer.offer ?? -1] ?? 'unknown',
    premiumUntil: parisToUtc(answer.subscription_end ?? ''),
    cdnCreditsGb: answer.cdn ?? undefined,
    usesCdnCredits: isSet(answer.use_cdn),
    hotStorageBytes: answer.hot_storage ?? undefined,
    coldStorageBytes: answer.cold_storage ?? undefined,
    availableStorageBytes: answer.available_storage ?? undefined,
    overQuota: isSet(answer.overquota),
    uploadForbidden: isSet(answer.upload_forbidden),
    askedAt,
  };
}
