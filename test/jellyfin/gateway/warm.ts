import { eventually } from '../seen.ts';
import type { Item } from '../server.ts';
import { type GatewayAround, hostCalls, sleep } from './around.ts';

/** New films that came at one time: Jellyfin looks into all of them, and the host does not notice. */
export async function newFilmsAreLookedInto(around: GatewayAround): Promise<void> {
  const { newFilms } = around;
  const { house, server, say } = around;
  const { simulator } = house;
  const content = { path: house.films.padded };
  // The one that a start begins with may have listed the account already.
  await house.sync();
  simulator.account.addFolder('/New');
  for (let n = 0; n < newFilms; n++)
    simulator.account.addFile('/New', { name: `Newcomer ${letters(n)}.${1930 + n}.1080p.mkv`, content });
  const read = () =>
    house
      .logged()
      .split('\n')
      .filter((line) => line.includes('the header of a video was read') && line.includes('Newcomer ')).length;
  const linksBefore = simulator.counters.tokens;
  await house.sync();
  await server.scan();
  const isNew = ({ Path }: Item) => Path?.startsWith(`${house.there}/Movies/Newcomer `);
  const items = async () => (await server.items('Movie')).filter(isNew);
  await eventually('the new films', async () => (await items()).length === newFilms, 300_000);
  const began = Date.now();
  await eventually('their headers', async () => read() >= newFilms, 600_000);
  const headersSeconds = Math.round((Date.now() - began) / 1000);
  const before = { calls: hostCalls(around), bytes: simulator.counters.bytesSent };
  const known = async () => {
    const sources = (await server.itemsWith('Movie', 'Path,MediaStreams')).filter(isNew);
    return sources.filter((one) => (one.RunTimeTicks ?? 0) > 0 && (one.MediaStreams ?? []).length > 1).length;
  };
  const seconds = await eventually(
    'their run times',
    async () => {
      const count = await known();
      if (count < newFilms) await sleep(2000);
      return count === newFilms && Math.round((Date.now() - began) / 1000);
    },
    900_000,
  ).catch(() => undefined);
  const count = await known();
  const calls = hostCalls(around) - before.calls;
  const links = simulator.counters.tokens - linksBefore;
  say(
    count === newFilms && calls === 0 && links === newFilms,
    `${newFilms} new films: ${count} have run time and tracks ${seconds ?? '?'} s after they were shown (headers read after ${headersSeconds} s); ${links} links were asked for, one for each header, and ${calls} calls made afterwards, ${simulator.counters.bytesSent - before.bytes} bytes`,
  );
}

function letters(n: number): string {
  return `${'abcdefghijklmnopqrst'[n % 20]}${'abcdefghij'[Math.floor(n / 20) % 10]}x`;
}
