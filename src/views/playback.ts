/** What is shown of playback: plain values in, plain values out. Times in milliseconds, UTC. */
export interface PlaybackFacts {
  linkTtl: { start: LinkWindow; resume: LinkWindow };
  kept: { files: number; bytes: number; totalBytes: number };
  connections: { used: number; limit: number };
  isLocationLocked: boolean;
  host: { isBlocked: boolean; blockedUntil?: number; blockedBy?: string; callsLeft: number };
}

interface LinkWindow {
  believedMs: number;
  provenMs: number;
}

/** The answer of `/api/v1/playback`. */
export function playbackView({ linkTtl, kept, connections, isLocationLocked, host }: PlaybackFacts) {
  const calls = {
    open: !host.isBlocked,
    callsLeft: host.callsLeft,
    ...(host.blockedUntil === undefined ? {} : { closedUntil: host.blockedUntil }),
    ...(host.blockedBy === undefined ? {} : { why: host.blockedBy }),
  };
  const window = ({ believedMs, provenMs }: LinkWindow) => ({ believedMs, provenMs: Math.round(provenMs) });
  return {
    links: { start: window(linkTtl.start), resume: window(linkTtl.resume) },
    cache: { ends: kept.files, bytes: kept.bytes, totalBytes: kept.totalBytes },
    connections,
    locationLocked: isLocationLocked,
    host: calls,
    // Its former name, for the scripts that ask for it.
    gate: calls,
  };
}

/** A play as `/api/v1/plays` gives it: with the former names of two fields, for the scripts that ask for them. */
export function playView<T extends { cachedBytes: number; cacheHit: boolean }>(play: T) {
  return { ...play, keptBytes: play.cachedBytes, shieldHit: play.cacheHit };
}
