/** What is shown of playback: plain values in, plain values out. Times in milliseconds, UTC. */
export interface PlaybackFacts {
  linkTtl: { start: LinkWindow; resume: LinkWindow };
  kept: { files: number; bytes: number; totalBytes: number };
  connections: { used: number; limit: number };
  isLocationLocked: boolean;
  gate: { open: boolean; closedUntil?: number; why?: string; callsLeft: number };
}

interface LinkWindow {
  believedMs: number;
  provenMs: number;
}

/** The answer of `/api/v1/playback`. */
export function playbackView({ linkTtl, kept, connections, isLocationLocked, gate }: PlaybackFacts) {
  const window = ({ believedMs, provenMs }: LinkWindow) => ({ believedMs, provenMs: Math.round(provenMs) });
  return {
    links: { start: window(linkTtl.start), resume: window(linkTtl.resume) },
    cache: { ends: kept.files, bytes: kept.bytes, totalBytes: kept.totalBytes },
    connections,
    locationLocked: isLocationLocked,
    gate: {
      open: gate.open,
      callsLeft: gate.callsLeft,
      ...(gate.closedUntil === undefined ? {} : { closedUntil: gate.closedUntil }),
      ...(gate.why === undefined ? {} : { why: gate.why }),
    },
  };
}
