import { z } from 'zod';
import { readJson } from '../http.ts';
import { type Connection, type ServerAdapter, ServerFault, type ServerSetting } from './adapter.ts';
import { mediaBrowser } from './jellyfin.ts';
import { keyHeaders } from './key-headers.ts';

const usersShape = z.array(
  z.object({ Id: z.string(), Policy: z.object({ IsAdministrator: z.boolean().nullish() }).nullish() }),
);

/** Emby: the calls of Jellyfin with the old header; any 2xx is a yes (facts/media-servers 4.2). */
export function emby({ token = '' }: ServerSetting): ServerAdapter {
  const headers = keyHeaders('emby', token);

  /** It looks into a film for somebody, and only as if it were played (facts/gateway 1.2). */
  async function probeQuery({ send }: Connection): Promise<string> {
    const read = usersShape.safeParse(readJson(await send({ method: 'GET', path: '/Users', headers })));
    if (!read.success) throw new ServerFault('lists its users in a form that we do not know');
    const user = read.data.find(({ Policy }) => Policy?.IsAdministrator) ?? read.data[0];
    if (!user) throw new ServerFault('has no user');
    return `?${new URLSearchParams({ UserId: user.Id, IsPlayback: 'true' })}`;
  }

  return mediaBrowser({ headers, tokenRemedy: 'make a key in Emby: Settings, API Keys', probeQuery });
}
