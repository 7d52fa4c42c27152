import { type ErrorCode, errorTable } from '../../core/errors.ts';

/** What helps at this host, where that is more than the table of errors can know of any host. */
const own: Partial<Record<ErrorCode, string>> = {
  BRIDGE_HOST_NOT_PREMIUM:
    'Direct links are for Premium and Access accounts: renew the account, then play again',
  BRIDGE_HOST_VPN: 'Let Passerelle leave through the home connection, or use CDN credits or Premium GOLD',
};

export function remedyFor(code: ErrorCode): string {
  return own[code] ?? errorTable[code].remedy;
}
