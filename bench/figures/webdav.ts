import type { Figure, Measure } from '../figure.ts';
import type { HostTally } from '../parts/host.ts';
import { installed } from '../stage/installed.ts';
import { median } from '../stage/rounds.ts';
import { openServers, type Seen, type Server } from '../stage/webdav-servers.ts';

/** Places of the films, which last a minute, that are jumped to. */
const jumpsTo = [17, 34, 49];

/** The same account through our WebDAV, and through that of rclone over its own backend. */
export const webdav: Figure = {
  name: 'webdav',
  about: 'WebDAV of an account at a host with limits, each with the settings that it comes with',
  async measure(stage) {
    const rclone = await installed('version', 'rclone');
    const others = [await installed('-version', 'ffprobe'), await installed('-version', 'ffmpeg')];
    const openssl = await installed('version', 'openssl');
    if (!rclone || !openssl || others.includes(undefined)) return [];
    const { films, serve } = await openServers(stage, rclone);
    const seen: Record<Server, Part> = { ours: await partOf('ours'), theirs: await partOf('theirs') };
    return measuresOf(seen.ours, seen.theirs);

    /** One after the other: the limits count what comes from one address. */
    async function partOf(server: Server): Promise<Part> {
      const { list, listAgain, probe, jump, stop } = await serve(server);
      const part: Part = {
        list: await list(),
        listAgain: await listAgain(),
        first: [],
        second: [],
        jumps: [],
      };
      for (const film of films) {
        part.first.push(await probe(film));
        part.second.push(await probe(film));
        for (const seconds of jumpsTo) part.jumps.push(await jump(film, seconds));
      }
      await stop();
      return part;
    }
  },
};

interface Part {
  list: Seen;
  listAgain: Seen;
  first: Seen[];
  second: Seen[];
  jumps: Seen[];
}

function measuresOf(ours: Part, theirs: Part): Measure[] {
  const calls = ({ tally }: Seen) => tally.all;
  const seconds = ({ ms }: Seen) => ms / 1000;
  const most = (all: Seen[], value: (one: Seen) => number) => Math.max(...all.map(value));
  const mid = (all: Seen[], value: (one: Seen) => number) => median(all.map(value));
  const mb = (all: Seen[]) => `${mid(all, ({ tally }) => tally.bytes / 1e6).toFixed(2)} MB`;
  const beside = (what: string, unit: string, value: number, baseline: number): Measure => ({
    what,
    unit,
    value,
    baseline: { what: 'rclone serve webdav', value: baseline },
    ...(baseline > 0 ? { ratio: value / baseline } : {}),
  });
  const sent = (a: Seen[], b: Seen[]) => `sent by the host: ${mb(a)}; for rclone ${mb(b)}`;
  return [
    {
      ...beside(
        'listing everything from nothing: listings',
        'calls',
        ours.list.tally.listings,
        theirs.list.tally.listings,
      ),
      bar: { of: 'ratio', is: '<=', limit: 0.5 },
      note: `all calls: ${told(ours.list.tally)}; rclone ${told(theirs.list.tally)}`,
    },
    {
      ...beside('listing everything from nothing', 's', seconds(ours.list), seconds(theirs.list)),
      note: 'ours waits 2.5 s between two calls, rclone 0.4 s',
    },
    {
      ...beside(
        'listing everything an hour later: calls',
        'calls',
        calls(ours.listAgain),
        calls(theirs.listAgain),
      ),
      bar: { of: 'value', is: '=', limit: 0 },
      note: `a crawl of ${ours.list.tally.listings} calls every half an hour, whoever lists; rclone asks when somebody looks`,
    },
    beside('listing everything an hour later', 's', seconds(ours.listAgain), seconds(theirs.listAgain)),
    {
      ...beside('first probe: calls, at most', 'calls', most(ours.first, calls), most(theirs.first, calls)),
      bar: { of: 'value', is: '<=', limit: 1 },
      note: sent(ours.first, theirs.first),
    },
    beside('first probe', 's', mid(ours.first, seconds), mid(theirs.first, seconds)),
    {
      ...beside(
        'second probe: calls, at most',
        'calls',
        most(ours.second, calls),
        most(theirs.second, calls),
      ),
      bar: { of: 'value', is: '=', limit: 0 },
      note: sent(ours.second, theirs.second),
    },
    beside('second probe', 's', mid(ours.second, seconds), mid(theirs.second, seconds)),
    {
      ...beside('jump: calls, at most', 'calls', most(ours.jumps, calls), most(theirs.jumps, calls)),
      note: sent(ours.jumps, theirs.jumps),
    },
    {
      ...beside('jump: to the first picture', 's', mid(ours.jumps, seconds), mid(theirs.jumps, seconds)),
      bar: { of: 'ratio', is: '<=', limit: 0.1 },
      note: `at most ${most(ours.jumps, seconds).toFixed(2)} s; rclone at most ${most(theirs.jumps, seconds).toFixed(2)} s`,
    },
  ];
}

function told({ all, listings, tokens }: HostTally): string {
  return `${all} (${listings} listings, ${tokens} links)`;
}
