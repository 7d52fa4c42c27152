import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../test/fixtures/bridge-process.ts';
import type { Figure, Measure } from '../figure.ts';
import type { AskerPart } from '../parts/asker.ts';
import type { BareProxyPart } from '../parts/bare-proxy.ts';
import type { HostPart } from '../parts/host.ts';
import type { LoadPart } from '../parts/load.ts';
import type { MediaOriginPart } from '../parts/media-origin.ts';
import type { TcpPipePart } from '../parts/tcp-pipe.ts';
import { envFor } from '../stage/bridge.ts';
import { memoryWhile } from '../stage/memory-while.ts';
import { inTurns, median } from '../stage/rounds.ts';
import type { Part } from '../stage/start-part.ts';

const imageBytes = 1 << 20;
const rounds = 11;
const addedMs = 1;
const viewers = 64;
const longestMs = 100;
const stalledRounds = 5;
const lookMs = 500;
const maxLooks = 60;
const manyRequests = 100_000;

const info = '/System/Info/Public';
const image = `/Items/${'a'.repeat(32)}/Images/Primary`;
const film = `/Videos/${'b'.repeat(32)}/stream?Static=true`;

/** Whoever puts a gateway before a media server has all of its traffic go through it. */
export const gateway: Figure = {
  name: 'gateway',
  about: 'a gateway before a media server, beside that server alone and beside a bare proxy',
  async measure(stage) {
    const host = await stage.part<HostPart>('host', { folders: 1, filesPerFolder: 1, sizeBytes: 1 << 20 });
    const origin = await stage.part<MediaOriginPart>('media-origin', { imageBytes });
    const bare = await stage.part<BareProxyPart>('bare-proxy', { upstream: origin.facts.url });
    const home = await stage.folder('bridge');
    const port = await freePort();
    const setting = { kind: 'jellyfin', url: origin.facts.url, port, host: '127.0.0.1' };
    const bridge = await stage.bridge(home, {
      ...envFor(host.facts, home),
      PASSERELLE_GATEWAYS: JSON.stringify([setting]),
    });
    await bridge.logged('sync done');
    const url = `http://127.0.0.1:${port}`;
    const asker = await stage.part<AskerPart>('asker', {});
    const load = await stage.part<LoadPart>('load', {});

    const pipe = await stage.part<TcpPipePart>('tcp-pipe', { upstream: origin.facts.url });
    const bases = [url, bare.facts.url, pipe.facts.url, origin.facts.url] as const;
    const at = (path: string) => bases.map((base) => base + path) as [string, string, string, string];
    const small = await added(asker, 'System/Info', 300, at(info));
    const large = await added(asker, 'a picture of 1 MB', 60, at(image));
    const perSecond = async (base: string) =>
      (
        await load.ask({
          url: base,
          paths: [info, image],
          connections: 16,
          seconds: 1,
          expectedStatus: 200,
        })
      ).perSecond;
    const rate = await inTurns(
      rounds,
      () => perSecond(url),
      () => perSecond(bare.facts.url),
    );

    const besideViewers = await beside(asker, await stage.part<AskerPart>('asker', {}), origin, url);

    const paths = Array.from({ length: 1000 }, (_, at) => `${info}?of=${at}`);
    const many = await memoryWhile(bridge.pid, () =>
      load.ask({ url, paths, connections: 16, amount: manyRequests, seconds: 600, expectedStatus: 200 }),
    );
    return [
      small,
      large,
      {
        what: 'answers per second, small and large in turn',
        value: rate.ours,
        unit: '/s',
        baseline: { what: 'a bare @fastify/http-proxy', value: rate.baseline },
        ratio: rate.ratio,
        bar: { of: 'ratio', is: '>=', limit: 0.8 },
      },
      besideViewers,
      {
        what: `memory in the last third of ${manyRequests} requests`,
        value: many.lastMb,
        unit: 'MB',
        baseline: { what: 'in the first third', value: many.firstMb },
        ratio: many.lastMb / many.firstMb,
        bar: { of: 'ratio', is: '<=', limit: 1.1 },
        note: `${many.idleMb.toFixed(0)} MB idle, ${many.answer.perSecond.toFixed(0)} answers per second`,
      },
    ];
  },
};

/** The slowest answers of somebody who browses, with and without viewers who take nothing of what they asked for. */
async function beside(
  asker: Part<AskerPart>,
  crowd: Part<AskerPart>,
  origin: Part<MediaOriginPart>,
  url: string,
): Promise<Measure> {
  const ask = () => asker.ask({ is: 'ask', url: url + info, count: 300 });
  const slowest: number[] = [];
  const medians: number[] = [];
  const alone: number[] = [];
  for (let round = 0; round < stalledRounds; round++) {
    alone.push((await ask()).maxMs);
    await crowd.ask({ is: 'stall', url: url + film, count: viewers });
    await untilStill(origin);
    const { maxMs, medianMs } = await ask();
    slowest.push(maxMs);
    medians.push(medianMs);
    await crowd.ask({ is: 'leave' });
  }
  return {
    what: `slowest of 300 answers beside ${viewers} viewers that stand still`,
    value: Math.max(...slowest),
    unit: 'ms',
    baseline: { what: 'with no viewer', value: Math.max(...alone) },
    ratio: Math.max(...slowest) / Math.max(...alone),
    bar: { of: 'value', is: '<', limit: longestMs },
    note: `the worst of ${stalledRounds} rounds, in the middle one ${median(slowest).toFixed(0)} ms, with no viewer ${median(alone).toFixed(0)} ms; median of all answers ${median(medians).toFixed(2)} ms`,
  };
}

/** Until the kernel, the gateway and the server hold all that they take for those who stand still. */
async function untilStill(origin: Part<MediaOriginPart>): Promise<void> {
  for (let before = -1, tries = 0; tries < maxLooks; tries++) {
    const sentBytes = await origin.ask('sentBytes');
    if (sentBytes === before) return;
    before = sentBytes;
    await delay(lookMs);
  }
  throw new Error('the viewers do not stand still');
}

/** How much later an answer comes than from the server itself, beside how much later it comes through a bare proxy. */
async function added(
  asker: Part<AskerPart>,
  what: string,
  count: number,
  [ours, bare, pipe, straight]: readonly [string, string, string, string],
): Promise<Measure> {
  const medianMs = (url: string) => async () => (await asker.ask({ is: 'ask', url, count })).medianMs;
  for (const url of [ours, bare, pipe, straight]) await medianMs(url)();
  const result = await inTurns(rounds, medianMs(ours), medianMs(straight));
  const plain = await inTurns(rounds, medianMs(bare), medianMs(straight));
  const least = await inTurns(rounds, medianMs(pipe), medianMs(straight));
  return {
    what: `median added to ${what}`,
    value: result.more,
    unit: 'ms',
    baseline: { what: 'by a bare @fastify/http-proxy', value: plain.more },
    ratio: result.more / plain.more,
    bar: { of: 'value', is: '<', limit: addedMs },
    note: `the server itself takes ${result.baseline.toFixed(2)} ms; a bare pipe of TCP adds ${least.more.toFixed(2)} ms`,
  };
}
