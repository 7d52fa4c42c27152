/** How a media source of ours is shown to an app, so that it fetches the film from the gateway. */
export interface ClientView {
  family: string;
  /** Names of the apps in `Client="..."`. */
  clients: RegExp;
  /**
   * `http`: a remote source with an address of the gateway, which the app opens as it is. `file`: a file at the server,
   * for which the app asks the server's own stream address, with the ticket as `Tag`.
   */
  shownAs: 'http' | 'file';
  /** Takes a transcode before direct play wherever one is offered: what it can play itself is offered no transcode. */
  prefersTranscode: boolean;
  /** Has its own decoders for whatever films are made of. */
  playsEverything: boolean;
}

interface PlayTraits {
  prefersTranscode?: boolean;
  playsEverything?: boolean;
}

function row(
  family: string,
  clients: RegExp,
  shownAs: 'http' | 'file',
  { prefersTranscode = false, playsEverything = false }: PlayTraits = {},
): ClientView {
  return { family, clients, shownAs, prefersTranscode, playsEverything };
}

/** First match wins; what each app does was read in its source (facts/gateway 2.3). */
export const clientViews: readonly ClientView[] = [
  row('jellyfin-web', /^Jellyfin (?:Web|Media Player|Desktop|for )|^Jellyfin (?:Android|iOS)$/i, 'http'),
  // The new player drops remote sources; the old one takes both.
  row('android-tv', /^(?:Jellyfin )?Android ?TV/i, 'file'),
  row('swiftfin', /^Swiftfin/i, 'file', { prefersTranscode: true }),
  // What it asks for a file with carries nothing that could be checked.
  row('findroid', /^Findroid/i, 'http', { playsEverything: true }),
  row('streamyfin', /^Streamyfin/i, 'file', { prefersTranscode: true }),
  row('kodi', /^Kodi|JellyCon/i, 'http', { playsEverything: true }),
  row('mpv-shim', /MPV Shim/i, 'file', { playsEverything: true }),
  row('infuse', /^Infuse/i, 'file', { playsEverything: true }),
  row('emby', /^Emby/i, 'http'),
  row('unknown', /^/, 'http'),
];

/** @param client as the app names itself; empty when it does not */
export function viewOf(client: string): ClientView {
  return clientViews.find(({ clients }) => clients.test(client)) as ClientView;
}
