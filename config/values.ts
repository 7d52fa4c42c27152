import type { Family, NetworkZone } from '../src/delivery/policy/client.ts';
import type { Rule, WantedPart } from '../src/delivery/policy/rules.ts';
import type { GatewaySetting } from '../src/gateway/setting.ts';
import type { AfterSending } from '../src/inbox/setting.ts';
import type { ProfileName, TreeKind } from '../src/library/profiles.ts';
import type { RecipientKind } from '../src/notify/people/recipient.ts';
import type { ServerName } from '../src/notify/servers/adapter.ts';

/**
 * The words that settings may be made of. Each list is held to its type: a word that the program learns, or forgets,
 * does not compile before it stands here, or has gone.
 */
export const profileNames = wordsOf<ProfileName>({ jellyfin: 1, emby: 1, kodi: 1, plex: 1 });

export const treeKinds = wordsOf<TreeKind>({ movie: 1, episode: 1, extra: 1, unsorted: 1 });

export const serverKinds = wordsOf<ServerName>({
  jellyfin: 1,
  emby: 1,
  plex: 1,
  kodi: 1,
  rclone: 1,
  webhook: 1,
});

export const recipientKinds = wordsOf<RecipientKind>({ ntfy: 1, gotify: 1, discord: 1, email: 1 });

export const families = wordsOf<Family>({
  ffmpeg: 1,
  mpv: 1,
  rclone: 1,
  exoplayer: 1,
  kodi: 1,
  vlc: 1,
  infuse: 1,
  davfs2: 1,
  neon: 1,
  finder: 1,
  windows: 1,
  gvfs: 1,
  jellyfin: 1,
  plex: 1,
  apple: 1,
  firefox: 1,
  chromium: 1,
  safari: 1,
  unknown: 1,
});

export const networkZones = wordsOf<NetworkZone>({ loopback: 1, private: 1, elsewhere: 1 });

export const asks = wordsOf<WantedPart>({ start: 1, end: 1, jump: 1 });

export const gives = wordsOf<Rule['give']>({ bytes: 1, redirect: 1 });

export const afterSending = wordsOf<AfterSending>({ keep: 1, delete: 1, strm: 1 });

function wordsOf<T extends string>(words: Record<T, 1>): readonly [T, ...T[]] {
  return Object.keys(words) as [T, ...T[]];
}

/** The kinds of media servers that a gateway may stand before. */
export const gatewayKinds = ['jellyfin', 'emby'] as const satisfies readonly GatewaySetting['kind'][];
