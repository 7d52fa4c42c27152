import type { Figure } from '../figure.ts';
import type { JumperPart } from '../parts/jumper.ts';
import { stageOneFilm } from '../stage/one-film.ts';
import { inTurns, quantile } from '../stage/rounds.ts';

const sizeBytes = 1 << 30;
const rounds = 200;
/** Jumps of each that nobody counts: the first ones pay for code that has not run before. */
const warmUp = 20;

/** Who looks for a scene waits at every jump. */
export const jumps: Figure = {
  name: 'jumps',
  about: `first byte after a jump in a film that plays through the proxy, inside a lease, ${rounds} jumps`,
  async measure(stage) {
    const { host, bridge, path, link } = await stageOneFilm(stage, sizeBytes);
    const player = await stage.part<JumperPart>('jumper', {});
    let count = 0;
    const jump = async (url: string) => {
      // A round is one jump of each to the same place, and none near the ends of the film, which may lie in a cache.
      const place = Math.floor(count++ / 2) * 7_654_321;
      const start = sizeBytes / 16 + (place % ((sizeBytes / 8) * 7));
      const { status, firstByteMs } = await player.ask({ url, start, agent: 'Kodi/20.1' });
      if (status !== 206) throw new Error(`${status} instead of a part of the film`);
      return firstByteMs;
    };
    const waits = { ours: [] as number[], theirs: [] as number[] };
    const noted = async (into: number[], url: string) => {
      const ms = await jump(url);
      into.push(ms);
      return ms;
    };
    const ours = () => noted(waits.ours, bridge.url + path);
    const theirs = () => noted(waits.theirs, link);

    await inTurns(warmUp, ours, theirs);
    waits.ours.length = waits.theirs.length = 0;
    await host.ask('calls since the last time');
    const result = await inTurns(rounds, ours, theirs);
    const seen = await host.ask('calls since the last time');
    return [
      {
        what: 'first byte after a jump: later than',
        value: result.more,
        unit: 'ms',
        baseline: { what: 'from the host itself', value: result.baseline },
        bar: { of: 'value', is: '<=', limit: 10 },
        note: `${result.ours.toFixed(2)} ms through the proxy, ${spread(waits.ours)}; from the host ${spread(waits.theirs)}`,
      },
      {
        what: 'API calls',
        value: seen.all,
        unit: 'calls',
        baseline: { what: 'a link for each jump', value: rounds },
        bar: { of: 'value', is: '=', limit: 0 },
      },
    ];
  },
};

function spread(values: number[]): string {
  return `95 % within ${quantile(values, 0.95).toFixed(1)} ms, all within ${Math.max(...values).toFixed(1)} ms`;
}
