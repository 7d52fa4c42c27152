import { createHash } from 'node:crypto';
import { z } from 'zod';
import { jsonOf } from '../../core/codec.ts';
import { toAccountId } from '../../core/ids.ts';
import type { AccountInfo, Offer } from '../host.ts';
import { anything, check, isSet, number, oddAnswer, text } from './fields.ts';
import { parisToUtc, utcToParis } from './paris-time.ts';

/** The account without what can be told from the rest. */
export type AccountAnswer = Omit<AccountInfo, 'id' | 'premiumUntilDay'>;

/**
 * The last answer of user/info, and the fingerprint of the key that it was given for. It outlives a restart: the host
 * locks those who ask often (facts/1fichier-api 2.1).
 */
export interface RememberedAccount {
  keyFingerprint: string;
  info: AccountAnswer;
}

const known = z
  .number()
  .optional()
  .transform((value) => value);
const remembered: z.ZodType<RememberedAccount> = z.object({
  keyFingerprint: z.string(),
  info: z.object({
    email: z.string().exactOptional(),
    offer: z.enum(['free', 'premium', 'access', 'gold', 'unknown']),
    premiumUntil: known,
    cdnCreditsGb: known,
    usesCdnCredits: z.boolean(),
    hotStorageBytes: known,
    coldStorageBytes: known,
    availableStorageBytes: known,
    overQuota: z.boolean(),
    uploadForbidden: z.boolean(),
    askedAt: z.number(),
  }),
});
export const rememberedAccountCodec = jsonOf(remembered);

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

/** Switches come as numbers and as words: `upload_forbidden` was seen as `No` (facts/writes 1.4). */
const isYes = (value: unknown): boolean =>
  isSet(value) && !/^(?:no?|non|false|off|never)$/i.test(String(value).trim());

/** The answer of user/info. Throws BRIDGE_HOST_ODD_ANSWER. */
export function readAccount(value: unknown, askedAt: number): AccountAnswer {
  const answer = check(shape, value, 'user/info');
  if (answer.offer == null && answer.email == null) throw oddAnswer('user/info: holds no account');
  return {
    ...(answer.email ? { email: answer.email } : {}),
    offer: offers[answer.offer ?? -1] ?? 'unknown',
    premiumUntil: parisToUtc(answer.subscription_end ?? ''),
    cdnCreditsGb: answer.cdn ?? undefined,
    usesCdnCredits: isYes(answer.use_cdn),
    hotStorageBytes: answer.hot_storage ?? undefined,
    coldStorageBytes: answer.cold_storage ?? undefined,
    availableStorageBytes: answer.available_storage ?? undefined,
    overQuota: isYes(answer.overquota),
    uploadForbidden: isYes(answer.upload_forbidden),
    askedAt,
  };
}

/** The account as others see it. The subscription is counted to the end of its last day in the host's own time. */
export function describeAccount(answer: AccountAnswer): AccountInfo {
  const { email, premiumUntil } = answer;
  return {
    ...answer,
    id: email === undefined ? undefined : toAccountId(fingerprint(email.toLowerCase())),
    premiumUntilDay: premiumUntil === undefined ? undefined : utcToParis(premiumUntil).slice(0, 10),
  };
}

/** Tells one key or account from another without keeping it. */
export function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
