import { BridgeError } from '../core/errors.ts';
import type { AccountInfo, Host } from '../host/host.ts';

/**
 * Whether the account takes so many bytes more, as far as is known without asking the host each time: what it said hours
 * ago is asked for again before a file is refused for it.
 * @throws BridgeError BRIDGE_UPLOAD_FULL
 */
export async function mustFitAccount(
  host: Pick<Host, 'account' | 'knownAccount'>,
  sizeBytes: number,
  signal?: AbortSignal,
): Promise<void> {
  const known = host.knownAccount();
  if (sizeBytes === 0 || !known || refusalOf(known, sizeBytes) === undefined) return;
  const now = await host.account({ urgency: 'write', ...(signal && { signal }) }).catch(() => known);
  const why = refusalOf(now, sizeBytes);
  if (why !== undefined) throw new BridgeError('BRIDGE_UPLOAD_FULL', { detail: why });
}

function refusalOf(
  { uploadForbidden, overQuota, availableStorageBytes }: AccountInfo,
  sizeBytes: number,
): string | undefined {
  if (uploadForbidden)
    return `the host takes no uploads into this account now${overQuota ? ': it is over its quota' : ''}`;
  // What free bytes there are says more than a switch, which may speak of another kind of storage (facts/1fichier-api 2.1).
  if (availableStorageBytes === undefined) return overQuota ? 'the account is over its quota' : undefined;
  return sizeBytes > availableStorageBytes ? 'the account is full' : undefined;
}
