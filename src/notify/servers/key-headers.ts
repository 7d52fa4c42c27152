/** How Jellyfin 10.8 to 12, and Emby, take a key: the one form that each of their versions takes (facts/media-servers 4). */
export function keyHeaders(kind: 'jellyfin' | 'emby', key: string): Record<string, string> {
  // Its values are decoded as in an address.
  return kind === 'jellyfin'
    ? { authorization: `MediaBrowser Token="${encodeURIComponent(key)}"` }
    : { 'x-emby-token': key };
}
