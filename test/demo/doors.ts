import { counted } from '../../src/core/plural.ts';

/** What the demo tells about itself. */
export interface Doors {
  /** `http://127.0.0.1:8790` */
  url: string;
  libraryDir: string;
  user: string;
  password: string;
  adminToken: string;
  /** Stream address of one film. */
  film: string;
  films: number;
  calls: number;
}

/** Every way in, with what it asks for, and three lines to try. */
export function describeDoors(doors: Doors): string {
  const { url, libraryDir, user, password, adminToken, film, films, calls } = doors;
  return `
Passerelle plays a simulated account: ${counted(films, 'film or episode', 'films and episodes')}, indexed with ${counted(calls, 'API call')}.

User and password   ${user}  ${password}
Admin token         ${adminToken}

For media servers   ${libraryDir}   (STRM files: add its folders to Jellyfin, Emby or Kodi)
The same over HTTP  ${url}/strm/          user and password
WebDAV              ${url}/dav/           user and password
The page            ${url}/               user and password
Plain listings      ${url}/browse/        user and password
Playlist            ${url}/library.m3u    user and password
API                 ${url}/api/v1/status  token
Healthy?            ${url}/readyz
A film              ${film}

Three lines to try:
  mpv "${film}"
  curl -u ${user}:${password} ${url}/browse/
  curl -H "Authorization: Bearer ${adminToken}" ${url}/api/v1/plays

Ctrl-C ends it.`;
}
