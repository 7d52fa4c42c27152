import { networkInterfaces } from 'node:os';
import type { Bridge } from './bridge.ts';
import { minuteMs } from './core/durations.ts';
import { version } from './core/version.ts';
import { treesOf } from './library/trees.ts';
import { createConnect } from './notify/http.ts';
import { guessAddresses } from './setup/addresses.ts';
import { createGuide, type Guide, type GuideOptions } from './setup/guide.ts';
import { createMediaServers, type MediaServers } from './setup/media-servers.ts';

/** The host is asked about an account once a minute at most (facts/1fichier-api 2.1): so many calls at its usual pace. */
const callsOfAMinute = 24;

/** Media servers that are entered in the guide, and later in the settings. */
export function mediaServersFor({
  settings,
  clock,
  dispatcher,
}: Pick<Bridge, 'settings' | 'clock' | 'dispatcher'>): MediaServers {
  const connect = createConnect({ dispatcher, userAgent: `Passerelle/${version}`, clock });
  const [tree] = treesOf(settings.library);
  return createMediaServers({ connect, tree });
}

/** The guide of a first start, over a bridge that has no key: what locks the host told of counts for both. */
export function createGuiding(
  bridge: Pick<Bridge, 'settings' | 'host' | 'hostWith' | 'keyWatch' | 'clock' | 'dispatcher'>,
  { editor, onEnd, port }: Pick<GuideOptions, 'editor' | 'onEnd'> & { port: () => number },
): Guide {
  const { settings, clock } = bridge;
  const { server } = settings;
  const { limits } = bridge.host;
  return createGuide({
    ...{ editor, clock, onEnd },
    hostWith: bridge.hostWith,
    onEntered: bridge.keyWatch.acceptNext,
    keyPauseMs: Math.min(minuteMs, callsOfAMinute * limits.requestIntervalMs),
    folderIntervalMs: limits.folderIntervalMs,
    servers: mediaServersFor(bridge),
    addresses: () =>
      guessAddresses(networkInterfaces(), {
        protocol: server.tlsCert === undefined ? 'http' : 'https',
        host: server.host,
        port: port(),
      }),
  });
}
