/** How people write the names of players and servers that rules and traces know in small letters. */
const names: Readonly<Record<string, string>> = {
  apple: 'an Apple player',
  chromium: 'Chrome',
  davfs2: 'davfs2',
  exoplayer: 'an Android player',
  ffmpeg: 'ffmpeg (Jellyfin, Emby)',
  finder: 'the Finder of a Mac',
  firefox: 'Firefox',
  gvfs: 'a Linux desktop',
  infuse: 'Infuse',
  jellyfin: 'Jellyfin',
  kodi: 'Kodi',
  plex: 'Plex',
  safari: 'Safari',
  unknown: 'an unknown player',
  vlc: 'VLC',
  windows: 'Windows',
};

/** A family of players as a person knows it. */
export function clientName(family: string): string {
  return names[family] ?? family;
}
