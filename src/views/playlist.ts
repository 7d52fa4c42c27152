/** One line of a playlist. */
export interface PlaylistEntry {
  title: string;
  group: string;
  url: string;
  /** Absent when it is not known. */
  durationSeconds?: number;
}

export const playlistHead = '#EXTM3U\n';

/** Extended M3U as VLC and Kodi read it: -1 is a duration that is not known. */
export function playlistLine({ title, group, url, durationSeconds }: PlaylistEntry): string {
  const seconds = durationSeconds === undefined ? -1 : Math.round(durationSeconds);
  return `#EXTINF:${seconds} group-title="${oneLine(group).replaceAll('"', "'")}",${oneLine(title)}\n${url}\n`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
