import type { ServerAdapter, ServerSetting } from './adapter.ts';
import { mediaBrowser } from './jellyfin.ts';

/** Emby: the calls of Jellyfin with the old header; any 2xx is a yes (facts/media-servers 4.2). */
export function emby({ token = '' }: ServerSetting): ServerAdapter {
  return mediaBrowser({
    headers: { 'x-emby-token': token },
    tokenRemedy: 'make a key in Emby: Settings, API Keys',
  });
}
