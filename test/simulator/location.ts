/** "Premium is for one internet access at a time": keyed by the caller's address. */
export interface Location {
  /** Whether this address may use the account now; if so, the account is held at it for a while longer. */
  allows(ip: string): boolean;
}

/** How long an address holds the account after its last use. The host only says "for a while". */
const holdMs = 300_000;

export function createLocation(enabled: boolean, clock: { now(): number }): Location {
  let holder: { ip: string; until: number } | undefined;
  return {
    allows(ip) {
      if (!enabled) return true;
      const now = clock.now();
      if (holder && holder.ip !== ip && holder.until > now) return false;
      holder = { ip, until: now + holdMs };
      return true;
    },
  };
}
