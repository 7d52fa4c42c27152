import type { Figure, Measure } from '../figure.ts';
import type { BareFastifyPart } from '../parts/bare-fastify.ts';
import type { HostPart } from '../parts/host.ts';
import type { ReaderPart } from '../parts/reader.ts';
import { linkOf } from '../stage/ask-host.ts';
import { envFor } from '../stage/bridge.ts';
import { median, quantile } from '../stage/rounds.ts';

const sizeBytes = 1 << 30;
const films = 60;
const samples = 300;

/** What a person waits for. Every sample is a connection of its own that asks for a stretch in the middle to the end. */
export const firstByte: Figure = {
  name: 'first-byte',
  about: `time to the first byte of a stretch somewhere in the film, a new connection each, median of ${samples}`,
  async measure(stage) {
    const host = await stage.part<HostPart>('host', { folders: 1, filesPerFolder: films, sizeBytes });
    const home = await stage.folder('bridge');
    // `auto`: redirects for a player that comes back, bytes for all others.
    const bridge = await stage.bridge(home, { ...envFor(host.facts, home), PASSERELLE_DELIVERY: 'auto' });
    await bridge.logged('sync done');
    const paths = await bridge.films();
    const urls = paths.map((path) => bridge.url + path);
    const link = await linkOf(host.facts, host.facts.pages[0] as string);
    const bare = await stage.part<BareFastifyPart>('bare-fastify', { location: link });
    const reader = await stage.part<ReaderPart>('reader', {});
    const waitMs = async (url: string, status: number, agent: string, sample: number) => {
      // Beginnings and ends may be kept by the bridge, and are delivered in a way of their own.
      const start = sizeBytes / 16 + ((sample * 7_654_321) % ((sizeBytes / 8) * 7));
      const headers = { 'user-agent': agent, range: `bytes=${start}-` };
      const answer = await reader.ask({ url, headers, enoughBytes: 1 });
      if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}`);
      return answer.firstByteMs;
    };
    const proxied = (url: string, sample: number) => waitMs(url, 206, 'VLC/3.0.21', sample);
    const direct = (sample: number) => waitMs(link, 206, 'VLC/3.0.21', sample);

    const cold: number[] = [];
    const coldFloor: number[] = [];
    // The first film pays for code that no process has run before.
    for (const [sample, url] of urls.entries()) {
      const ours = await proxied(url, sample);
      const begin = performance.now();
      await linkOf(host.facts, host.facts.pages[sample] as string);
      const tokenMs = performance.now() - begin;
      const theirs = tokenMs + (await direct(sample));
      if (sample > 0) cold.push(ours);
      if (sample > 0) coldFloor.push(theirs);
    }
    const { tokens } = await host.ask('calls since the last time');

    const warm: number[] = [];
    const warmFloor: number[] = [];
    const redirect: number[] = [];
    const redirectFloor: number[] = [];
    for (let sample = 0; sample < samples; sample++) {
      const url = urls[sample % urls.length] as string;
      warm.push(await proxied(url, sample));
      warmFloor.push(await direct(sample));
      redirect.push(await waitMs(url, 302, 'Lavf/61.7.100', sample));
      redirectFloor.push(await waitMs(bare.facts.url + paths[0], 302, 'Lavf/61.7.100', sample));
    }
    return [
      {
        ...beside('warm, through the proxy', warm, 'the host itself', warmFloor),
        bar: { of: 'value', is: '<', limit: 5 },
      },
      beside('warm, redirect', redirect, 'a bare Fastify route', redirectFloor),
      {
        ...beside('cold, through the proxy', cold, 'one bare get_token and the host itself', coldFloor),
        note: `${spread(cold)}; ${(tokens - 1 - films) / films} get_token a film`,
      },
    ];
  },
};

function beside(what: string, ours: number[], than: string, theirs: number[]): Measure {
  const [value, floor] = [median(ours), median(theirs)];
  return {
    what,
    value,
    unit: 'ms',
    baseline: { what: than, value: floor },
    ratio: value / floor,
    note: spread(ours),
  };
}

function spread(values: number[]): string {
  return `95 % within ${quantile(values, 0.95).toFixed(2)} ms, all within ${Math.max(...values).toFixed(1)} ms`;
}
