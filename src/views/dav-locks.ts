import { xmlText } from './xml.ts';

/** A lock as it is shown. */
export interface ShownLock {
  token: string;
  scope: 'exclusive' | 'shared';
  depth: 0 | 'infinity';
  /** XML, as `readLockInfo` gives it. */
  owner: string;
  secondsLeft: number;
  /** Address of where it was taken. */
  href: string;
}

const xmlHead = '<?xml version="1.0" encoding="utf-8"?>\n';

/** What can be locked how, as the property `supportedlock` of a view that can be written. */
export const supportedLocks = ['exclusive', 'shared']
  .map(
    (scope) =>
      `<D:lockentry><D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>`,
  )
  .join('');

/** What the property `lockdiscovery` holds (RFC 4918 section 15.8); nothing of what is not locked. */
export function lockDiscovery(locks: readonly ShownLock[]): string {
  return locks.map(activeLock).join('');
}

function activeLock({ token, scope, depth, owner, secondsLeft, href }: ShownLock): string {
  return (
    `<D:activelock><D:locktype><D:write/></D:locktype><D:lockscope><D:${scope}/></D:lockscope>` +
    `<D:depth>${depth}</D:depth>${owner === '' ? '' : `<D:owner>${owner}</D:owner>`}` +
    `<D:timeout>Second-${secondsLeft}</D:timeout>` +
    `<D:locktoken><D:href>${xmlText(token)}</D:href></D:locktoken>` +
    `<D:lockroot><D:href>${xmlText(href)}</D:href></D:lockroot></D:activelock>`
  );
}

/** The answer to a LOCK (RFC 4918 section 9.10.1): all locks on what was locked. */
export function heldLocksAnswer(locks: readonly ShownLock[]): string {
  return `${xmlHead}<D:prop xmlns:D="DAV:"><D:lockdiscovery>${lockDiscovery(locks)}</D:lockdiscovery></D:prop>\n`;
}

/**
 * The body of a 423, and of the 409 or 412 of what is not locked there (RFC 4918 section 16).
 * @param href of where the lock in the way was taken
 */
export function lockRefusal(
  condition: 'lock-token-submitted' | 'no-conflicting-lock' | 'lock-token-matches-request-uri',
  href?: string,
): string {
  const inner =
    href === undefined
      ? `<D:${condition}/>`
      : `<D:${condition}><D:href>${xmlText(href)}</D:href></D:${condition}>`;
  return `${xmlHead}<D:error xmlns:D="DAV:">${inner}</D:error>\n`;
}
