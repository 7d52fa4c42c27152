import type { Figure, Measure } from '../figure.ts';
import type { PlainPipePart } from '../parts/plain-pipe.ts';
import type { ReaderPart } from '../parts/reader.ts';
import { installed } from '../stage/installed.ts';
import { startNginx } from '../stage/nginx.ts';
import { stageOneFilm } from '../stage/one-film.ts';
import { cpuSecondsOf } from '../stage/process-cpu.ts';
import { inTurns, median } from '../stage/rounds.ts';

const sizeBytes = 1 << 30;
const rounds = 5;
/** Of what has no bar. */
const fewRounds = 3;

/** Resuming at the exact byte and checking what comes must not make the bytes slower. */
export const throughput: Figure = {
  name: 'throughput',
  about: 'one film of 1 GiB through the proxy, one reader',
  async measure(stage) {
    const { bridge, path, link } = await stageOneFilm(stage, sizeBytes);
    const pipe = await stage.part<PlainPipePart>('plain-pipe', { link });
    const reader = await stage.part<ReaderPart>('reader', {});
    const perSecond = async (url: string) => {
      const { status, bytes, ms } = await reader.ask({ url });
      if (status !== 200 || bytes !== sizeBytes) throw new Error(`${status} with ${bytes} bytes`);
      return bytes / 1000 / ms;
    };

    const ours = () => perSecond(bridge.url + path);
    const theirs = () => perSecond(pipe.facts.url);
    await inTurns(1, ours, theirs);
    const result = await inTurns(rounds, ours, theirs);
    const source = await perSecond(link);
    return [
      {
        what: 'proxy',
        value: result.ours,
        unit: 'MB/s',
        baseline: { what: 'a plain undici pipe', value: result.baseline },
        ratio: result.ratio,
        bar: { of: 'ratio', is: '>=', limit: 0.8 },
        note: `straight from the source: ${Math.round(source).toLocaleString('en')} MB/s`,
      },
      ...(await besideNginx()),
    ];

    async function besideNginx(): Promise<Measure[]> {
      const program = await installed('-v', 'nginx', '/usr/sbin/nginx');
      if (program === undefined) return [];
      const nginx = stage.keep(await startNginx(program, await stage.folder('nginx'), link));
      const beside = async (than: string, url: string, count: number): Promise<[Measure, Measure]> => {
        /** CPU seconds for each GB, of every round. */
        const cost = { ours: [] as number[], nginx: [] as number[] };
        const counted = async (pid: number, into: number[], from: string) => {
          const before = await cpuSecondsOf(pid);
          const speed = await perSecond(from);
          into.push(((await cpuSecondsOf(pid)) - before) / (sizeBytes / 1e9));
          return speed;
        };
        const turns = (times: number) =>
          inTurns(
            times,
            () => counted(bridge.pid, cost.ours, bridge.url + path),
            () => counted(nginx.workerPid, cost.nginx, url),
          );
        await turns(1);
        cost.ours.length = cost.nginx.length = 0;
        const { ours: value, baseline, ratio } = await turns(count);
        const [cpu, floor] = [median(cost.ours), median(cost.nginx)];
        return [
          {
            what: `proxy, beside ${than}`,
            value,
            unit: 'MB/s',
            baseline: { what: 'nginx proxy_pass, proxy_buffering off', value: baseline },
            ratio,
          },
          {
            what: 'its CPU time for a GB',
            value: cpu,
            unit: 's',
            baseline: { what: 'the worker of nginx', value: floor },
            ratio: cpu / floor,
          },
        ];
      };
      const [asItComes, cpu] = await beside('nginx', nginx.url, rounds);
      const bar = { of: 'ratio', is: '>=', limit: 0.9 } as const;
      return [
        { ...asItComes, bar },
        cpu,
        ...(await beside('nginx with buffers of 256 KB', nginx.tunedUrl, fewRounds)),
      ];
    }
  },
};
