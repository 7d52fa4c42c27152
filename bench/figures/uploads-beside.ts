import { link } from 'node:fs/promises';
import { join } from 'node:path';
import type { Figure, Measure } from '../figure.ts';
import type { HostPart } from '../parts/host.ts';
import type { ReaderPart } from '../parts/reader.ts';
import { linkOf } from '../stage/ask-host.ts';
import { envFor } from '../stage/bridge.ts';
import { startPut } from '../stage/put-file.ts';
import { median } from '../stage/rounds.ts';
import { writeSource } from '../stage/upload-source.ts';

const filmBytes = 1 << 30;
const films = 60;
const uploadBytes = 1 << 29;
const parallel = 4;
/** Each upload and each film: together less than a gigabit, so that what is measured is the bridge and no full core. */
const uploadLine = 12_500_000;
const filmLine = 40_000_000;
const readBytes = 160_000_000;
/** What a player has before it shows a picture. */
const startBytes = 4_000_000;
const rounds = 5;
const startsARound = 5;

/** What a person who watches a film has of it while four others go up. */
export const uploadsBeside: Figure = {
  name: 'uploads-beside',
  about: `a film at 40 MB/s and its start beside ${parallel} uploads at 12.5 MB/s each, with and without them in turns`,
  async measure(stage) {
    const host = await stage.part<HostPart>('host', {
      folders: 1,
      filesPerFolder: films,
      sizeBytes: filmBytes,
    });
    const home = await stage.folder('bridge');
    const env = {
      ...envFor(host.facts, home),
      PASSERELLE_DELIVERY: 'proxy',
      PASSERELLE_UPLOADS_PARALLEL: String(parallel),
    };
    const bridge = await stage.bridge(home, env);
    await bridge.logged('sync done');
    const urls = (await bridge.films()).map((path) => bridge.url + path);
    const here = await stage.folder('here');
    const sources = Array.from({ length: parallel }, (_, at) => join(here, `Up.${at}.2001.mkv`));
    const [first = '', ...others] = sources;
    await host.ask({ known: [await writeSource(first, uploadBytes, 1)] });
    for (const other of others) await link(first, other);
    await host.ask({ uploadBytesPerSecond: uploadLine });
    await host.ask({ bytesPerSecond: filmLine });
    const reader = await stage.part<ReaderPart>('reader', {});
    const direct = await linkOf(host.facts, host.facts.pages.at(-1) as string);

    let asked = 0;
    /** Somewhere in the middle: beginnings and ends are kept by the bridge. */
    const play = async (url: string, enoughBytes: number) => {
      const start = filmBytes / 16 + ((++asked * 7_654_321) % (filmBytes / 2));
      const answer = await reader.ask({ url, headers: { range: `bytes=${start}-` }, enoughBytes });
      if (answer.status !== 206) throw new Error(`${answer.status} instead of 206`);
      return answer;
    };
    let cold = 0;
    const sample = async () => {
      const starting = async (some: readonly string[]) => {
        const answers = [];
        for (const url of some) answers.push(await play(url, startBytes));
        return {
          byte: median(answers.map(({ firstByteMs }) => firstByteMs)),
          start: median(answers.map(({ ms }) => ms)),
        };
      };
      const coldUrls = urls.slice(cold, cold + startsARound);
      cold += coldUrls.length;
      const atCold = await starting(coldUrls);
      const atWarm = await starting(Array<string>(startsARound).fill(urls[0] as string));
      const atHost = await starting(Array<string>(startsARound).fill(direct));
      const atToken: number[] = [];
      for (let count = 0; count < startsARound; count++) {
        const began = performance.now();
        await linkOf(host.facts, host.facts.pages.at(-1) as string);
        atToken.push(performance.now() - began);
      }
      const { bytes, ms, firstByteMs } = await play(urls[0] as string, readBytes);
      return {
        cold: atCold,
        warm: atWarm,
        host: atHost,
        token: median(atToken),
        speed: bytes / 1000 / (ms - firstByteMs),
      };
    };
    await sample();
    await host.ask('calls since the last time');

    const alone: Awaited<ReturnType<typeof sample>>[] = [];
    const beside: typeof alone = [];
    let count = 0;
    let calls = 0;
    for (let round = 0; round < rounds; round++) {
      const without = async () => void alone.push(await sample());
      const withUploads = async () => {
        const folder = `/Round ${++count}`;
        const put = stage.keep(startPut(['-p', ...sources, `${folder}/`], home, env));
        // All of them are under way when the host has been asked for four nodes.
        for (let nodes = 0; nodes < parallel; ) {
          await new Promise((resolve) => setTimeout(resolve, 100));
          nodes += (await host.ask('calls since the last time')).nodes;
        }
        const seen = await sample();
        // Those that were asked for straight at the host are not ours.
        calls += (await host.ask('calls since the last time')).tokens - startsARound;
        beside.push(seen);
        await put.stop();
      };
      if (round % 2 === 0) await without().then(withUploads);
      else await withUploads().then(without);
    }
    const values = (of: (one: (typeof alone)[number]) => number) => ({
      alone: median(alone.map(of)),
      beside: median(beside.map(of)),
      ratio: median(beside.map((one, at) => of(one) / of(alone[at] as typeof one))),
    });
    const measure = (
      what: string,
      unit: string,
      of: (one: (typeof alone)[number]) => number,
      bar: Measure['bar'],
    ) => {
      const { alone: baseline, beside: value, ratio } = values(of);
      return {
        what,
        value,
        unit,
        baseline: { what: 'without them', value: baseline },
        ratio,
        ...(bar && { bar }),
      };
    };
    return [
      measure('start of 4 MB, warm', 'ms', ({ warm }) => warm.start, { of: 'ratio', is: '<=', limit: 1.1 }),
      measure('start of 4 MB, cold', 'ms', ({ cold }) => cold.start, { of: 'ratio', is: '<=', limit: 1.1 }),
      measure('first byte, warm', 'ms', ({ warm }) => warm.byte, undefined),
      measure('first byte, cold', 'ms', ({ cold }) => cold.byte, undefined),
      measure('the same straight at the host', 'ms', ({ host }) => host.byte, undefined),
      measure('a link straight at the host', 'ms', ({ token }) => token, undefined),
      measure('proxy', 'MB/s', ({ speed }) => speed, { of: 'ratio', is: '>=', limit: 0.9 }),
      {
        what: 'calls for a link, a cold start',
        value: calls / (rounds * startsARound),
        unit: '',
        bar: { of: 'value', is: '=', limit: 1 },
      },
    ];
  },
};
