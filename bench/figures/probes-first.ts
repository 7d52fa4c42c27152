import type { Measure } from '../figure.ts';
import type { HostTally } from '../parts/host.ts';
import type { Probed } from '../stage/ffprobe.ts';
import { type Kind, kindNames, kinds } from '../stage/films.ts';
import type { Probing } from '../stage/probing.ts';
import { median } from '../stage/rounds.ts';

/** One probe, and what the host saw of it. */
type Seen = Probed & { tally: HostTally };
type ByKind = Record<Kind, Seen[]>;

/** After a probe the bridge may have work to do for the next one: a probe has its cost when that is over. */
const quietMs = 500;
/** The host alone has none. */
const hostQuietMs = 200;

/** Films that the bridge has never delivered, each beside a probe of the same film at the host. */
export async function firstProbes({ large, throughBridge, atHost, rest }: Probing): Promise<Measure[]> {
  const ours = emptyByKind();
  const straight = emptyByKind();
  await rest(quietMs);
  for (const [index, film] of large.entries()) {
    const throughUs = async () => {
      const probed = await throughBridge(film);
      ours[film.kind].push({ ...probed, tally: await rest(quietMs) });
    };
    const without = async () => {
      const probed = await atHost(film);
      straight[film.kind].push({ ...probed, tally: await rest(hostQuietMs) });
    };
    for (const probe of index % 2 === 0 ? [throughUs, without] : [without, throughUs]) await probe();
  }
  const most = (all: ByKind, kind: Kind) => Math.max(...all[kind].map(({ tally }) => tally.all));
  const calls = kinds.map((kind) => most(ours, kind));
  return [
    {
      what: 'first probe of a film: API calls, at most',
      value: Math.max(...calls),
      unit: 'calls',
      baseline: {
        what: 'one link and the host',
        value: Math.max(...kinds.map((kind) => most(straight, kind))),
      },
      bar: { of: 'value', is: '=', limit: 1 },
      note: `${kinds.map((kind, index) => `${kindNames[kind]} ${calls[index]}`).join('; ')}; ${ours.mkv.length} films each`,
    },
    ...kinds.map((kind) =>
      kind === 'ts' ? beyond(ours.ts, straight.ts) : sent(kind, ours[kind], straight[kind]),
    ),
  ];
}

function sent(kind: Kind, ours: Seen[], straight: Seen[]): Measure {
  return {
    what: `first probe, ${kindNames[kind]}: sent by the host`,
    value: median(ours.map(({ tally }) => tally.bytes / 1e6)),
    unit: 'MB',
    baseline: { what: 'straight from it', value: median(straight.map(({ tally }) => tally.bytes / 1e6)) },
    bar: { of: 'value', is: '<=', limit: 6 },
    note: details(ours, straight),
  };
}

/** A transport stream is read to its end, so what counts is what is sent and not taken. */
function beyond(ours: Seen[], straight: Seen[]): Measure {
  const notTaken = ({ tally, takenBytes }: Seen) => (tally.bytes - takenBytes) / 1e6;
  return {
    what: `first probe, ${kindNames.ts}: sent by the host and not taken`,
    value: median(ours.map(notTaken)),
    unit: 'MB',
    baseline: { what: 'straight from it', value: median(straight.map(notTaken)) },
    bar: { of: 'value', is: '<=', limit: 1 },
    note: details(ours, straight),
  };
}

function details(ours: Seen[], straight: Seen[]): string {
  const of = (all: Seen[], value: (one: Seen) => number) => median(all.map(value));
  const told = (all: Seen[]) =>
    `${of(all, ({ ms }) => ms).toFixed(0)} ms, ${of(all, ({ tally }) => tally.requests)} requests`;
  const takenMb = of(ours, ({ takenBytes }) => takenBytes / 1e6);
  return `ffprobe took ${takenMb.toFixed(2)} MB in ${told(ours)} at the host; straight from it ${told(straight)}`;
}

function emptyByKind(): ByKind {
  return { mkv: [], 'mp4-first': [], 'mp4-last': [], ts: [] };
}
