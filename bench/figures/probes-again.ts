import { setTimeout as delay } from 'node:timers/promises';
import type { Measure } from '../figure.ts';
import type { HostTally } from '../parts/host.ts';
import { kindNames, kinds } from '../stage/films.ts';
import type { PlacedFilm, Probing } from '../stage/probing.ts';
import { inTurns } from '../stage/rounds.ts';

const turns = 7;
/** A transport stream is read from end to end each time. */
const streamTurns = 3;
/** Long enough for whatever the bridge puts off until nobody waits. */
const settledMs = 3000;
/** The shortest life that a link may be said to have. */
const shortLeaseMs = 1000;

/** Probes, and what the host saw of them all. */
interface Group {
  probes: number;
  tallies: HostTally[];
}

/** Films that have been probed once before, and whose links still live. */
export async function seenBefore({ small, large, throughBridge, onDisk, rest }: Probing): Promise<Measure[]> {
  for (const film of small) await throughBridge(film);
  await rest(settledMs);
  const times: Measure[] = [];
  const indexed: Group = { probes: 0, tallies: [] };
  const streams: Group = { probes: 0, tallies: [] };
  for (const film of [...small, ...oneOfEach(large)]) {
    const rounds = film.kind === 'ts' ? streamTurns : turns;
    const ours = async () => (await throughBridge(film)).ms;
    const result = await inTurns(rounds, ours, async () => (await onDisk(film)).ms);
    const group = film.kind === 'ts' ? streams : indexed;
    group.probes += rounds;
    group.tallies.push(await rest(300));
    times.push({
      what: `seen before, ${small.includes(film) ? 'small' : 'large'} ${kindNames[film.kind]}: longer than`,
      value: result.more,
      unit: 'ms',
      baseline: { what: 'the file on this disk', value: result.baseline },
      ...(film.kind === 'ts' ? {} : { bar: { of: 'value', is: '<', limit: 60 } }),
    });
  }
  return [
    callsOf('seen before, MKV and MP4, inside a lease', indexed),
    bytesOf('seen before, MKV and MP4, inside a lease', indexed),
    callsOf('seen before, TS, inside a lease', streams),
    ...times,
  ];
}

/** The next day: another process, and no link that is any good. */
export async function afterLeases(probing: Probing): Promise<Measure[]> {
  const { large, throughBridge, jumpInto, rest, restart } = probing;
  const shortest = String(shortLeaseMs);
  await restart({
    PASSERELLE_LINK_START_WINDOW_MS: shortest,
    PASSERELLE_LINK_RESUME_WINDOW_MS: shortest,
    // What was learned of links before is cut to this.
    PASSERELLE_LINK_MAX_TTL_MS: shortest,
  });
  await delay(shortLeaseMs);
  await rest(500);
  const films = oneOfEach(large).filter(({ kind }) => kind !== 'ts');
  for (const film of films) await throughBridge(film);
  const group = { probes: films.length, tallies: [await rest(settledMs)] };
  // Without this the figure would not know what it measured.
  for (const film of films) await jumpInto(film);
  const { tokens } = await rest(500);
  if (tokens !== films.length)
    throw new Error(`${tokens} links for ${films.length} jumps: a lease still lived`);
  const what = 'seen before, MKV and MP4, restarted, no lease';
  return [callsOf(what, group), bytesOf(what, group)];
}

function callsOf(what: string, { probes, tallies }: Group): Measure {
  return {
    what: `${what}: API calls`,
    value: tallies.reduce((sum, { all }) => sum + all, 0),
    unit: 'calls',
    baseline: { what: 'a link for each probe', value: probes },
    bar: { of: 'value', is: '=', limit: 0 },
  };
}

function bytesOf(what: string, { probes, tallies }: Group): Measure {
  const requests = tallies.reduce((sum, tally) => sum + tally.requests, 0);
  return {
    what: `${what}: sent by the host`,
    value: tallies.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6,
    unit: 'MB',
    bar: { of: 'value', is: '=', limit: 0 },
    note: `${requests} requests at the host for ${probes} probes`,
  };
}

function oneOfEach(films: PlacedFilm[]): PlacedFilm[] {
  return films.slice(0, kinds.length);
}
