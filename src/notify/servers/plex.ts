import { Parser } from 'xml2js';
import { isWithin } from '../path-map.ts';
import {
  type Connection,
  type FolderNews,
  type ServerAdapter,
  ServerFault,
  type ServerSetting,
} from './adapter.ts';
import { listPlexPictures, requestsOfPlexPicture } from './plex-pictures.ts';

/** A library of Plex. `key` stands in addresses. */
export interface PlexSection {
  key: string;
  locations: readonly string[];
}

/** Plex: a scan of one folder in one section (facts/media-servers 4.3). */
export function plex({ token = '' }: ServerSetting): ServerAdapter {
  const headers = { 'x-plex-token': token };
  const sections = async ({ send }: Connection) =>
    readSections(
      await send({
        method: 'GET',
        path: '/library/sections',
        headers: { ...headers, accept: 'application/xml' },
      }),
    );

  return {
    // A path that it cannot find is answered 200 and does nothing.
    existingOnly: true,
    tokenRemedy:
      'take the X-Plex-Token of the server: https://support.plex.tv/articles/204059436-finding-an-authentication-token-x-plex-token/',

    async tell(folders: readonly FolderNews[], connection: Connection) {
      const all = await sections(connection);
      let unknownPaths = 0;
      for (const { path } of folders) {
        const section = sectionOf(path, all);
        if (!section) unknownPaths++;
        else {
          const where = `/library/sections/${encodeURIComponent(section.key)}/refresh?path=${encodePath(path)}`;
          await connection.send({ method: 'GET', path: where, headers });
        }
      }
      if (unknownPaths === 0) return 'told';
      const words = `none of its libraries holds ${unknownPaths} of ${folders.length} folders`;
      // Asking again would not help, and what could be told was told.
      return `${words}; passerelle doctor says what to do`;
    },

    pictures: (connection) => listPlexPictures(token, connection),

    requestsOfPicture: (picture) => requestsOfPlexPicture(token, picture),

    libraries: async (connection) =>
      (await sections(connection)).map(({ key, locations }) => ({ id: key, locations })),
  };
}

/** The section with the longest location that `path` lies in. */
export function sectionOf(path: string, sections: readonly PlexSection[]): PlexSection | undefined {
  let best: { section: PlexSection; length: number } | undefined;
  for (const section of sections)
    for (const location of section.locations)
      if (isWithin(path, location) && location.length > (best?.length ?? -1))
        best = { section, length: location.length };
  return best?.section;
}

/**
 * The libraries in Plex's XML, which holds neither document types nor comments. They are refused before anything is
 * parsed: there is no entity that could be expanded, and the parser takes minutes over a run of `<!`. How long the text
 * may be is the caller's business. @throws ServerFault
 */
export async function readSections(xml: string): Promise<PlexSection[]> {
  if (xml.includes('<!'))
    throw new ServerFault('answers XML with a document type or a comment, which is refused');
  let tree: unknown;
  try {
    tree = await new Parser({ strict: true, explicitCharkey: true }).parseStringPromise(xml);
  } catch {
    throw new ServerFault('answers something that is not XML', 'look at url: something else may be there');
  }
  const container = member(tree, 'MediaContainer');
  if (container === undefined) throw new ServerFault('does not answer as Plex does', 'look at url');
  return list(container, 'Directory').flatMap((directory) => {
    const key = attribute(directory, 'key');
    const locations = list(directory, 'Location').flatMap((location) => attribute(location, 'path') ?? []);
    return key === undefined ? [] : [{ key, locations }];
  });
}

/** As Plex's own clients write it: everything but letters, digits and `-_.~` (RFC 3986 section 2.3). */
function encodePath(path: string): string {
  return encodeURIComponent(path).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function member(node: unknown, name: string): unknown {
  return typeof node === 'object' && node !== null ? (node as Record<string, unknown>)[name] : undefined;
}

function list(node: unknown, name: string): unknown[] {
  const found = member(node, name);
  return Array.isArray(found) ? found : [];
}

function attribute(node: unknown, name: string): string | undefined {
  const value = member(member(node, '$'), name);
  return typeof value === 'string' ? value : undefined;
}
