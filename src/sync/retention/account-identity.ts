import { z } from 'zod';
import type { KeyValues } from '../../catalog/db/key-values.ts';
import { jsonOf } from '../../core/codec.ts';

/** Who lists, told in digests: neither the key nor a mail address is kept. */
export interface ListingAccount {
  keyFingerprint: string;
  /** Digest of the account's identity, undefined when the host does not tell it now. Asks at most once in six hours. */
  whose(signal: AbortSignal): Promise<string | undefined>;
}

/**
 * Whether the account is the one whose files the catalog holds. The same key is the same account; another key is
 * believed when the host says that it belongs to the same person, and taken for a stranger's until then.
 */
export interface AccountIdentity {
  /** After a whole crawl. @returns why it may be another account; undefined when it is the same */
  doubt(dryRun: boolean, signal: AbortSignal): Promise<string | undefined>;
  /** A person says that this account is the right one. */
  adopt(signal: AbortSignal): Promise<void>;
}

const knownAccount = z.object({ keyFingerprint: z.string(), whose: z.string().optional() });

export function createAccountIdentity(
  keyValues: KeyValues,
  { keyFingerprint, whose }: ListingAccount,
): AccountIdentity {
  const kept = keyValues.entry('accountIdentity', jsonOf(knownAccount));
  return {
    async doubt(dryRun, signal) {
      const known = await kept.get();
      const isSameKey = known === undefined || known.keyFingerprint === keyFingerprint;
      if (isSameKey && (known?.whose !== undefined || dryRun)) return undefined;
      // A first index costs one call a folder and not one more: whose it is, is asked with the second.
      if (known === undefined) {
        await kept.put({ keyFingerprint });
        return undefined;
      }
      const now = await whose(signal);
      if (isSameKey || (now !== undefined && now === known?.whose)) {
        if (!dryRun) await kept.put({ keyFingerprint, whose: now });
        return undefined;
      }
      return now !== undefined && known?.whose !== undefined
        ? 'the API key belongs to another account than before'
        : 'the API key is another one, and the host has not told whether it belongs to the same account';
    },

    async adopt(signal) {
      await kept.put({ keyFingerprint, whose: await whose(signal) });
    },
  };
}
