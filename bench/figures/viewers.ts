import type { Figure, Measure } from '../figure.ts';
import type { HostPart } from '../parts/host.ts';
import type { PlainPipePart } from '../parts/plain-pipe.ts';
import type { ViewersPart } from '../parts/viewers.ts';
import { linkOf } from '../stage/ask-host.ts';
import { envFor } from '../stage/bridge.ts';
import { memoryWhile } from '../stage/memory-while.ts';
import { atRest } from '../stage/rest.ts';

type Watched = ViewersPart['answer'];

const count = 20;
const sizeBytes = 1 << 30;
const bytesPerSecond = 20e6 / 8;
/** A resume: no cache of heads holds anything of it. */
const start = sizeBytes / 4;
const shortSeconds = 20;
const longSeconds = 60;
const besideSeconds = 8;
const longestWaitMs = 100;

/** A family and its friends: the bytes of all flow through one process. */
export const viewers: Figure = {
  name: 'viewers',
  about: `${count} viewers of ${count} films at once through the proxy, 20 Mbit/s each`,
  async measure(stage) {
    const seconds = stage.long ? longSeconds : shortSeconds;
    const host = await stage.part<HostPart>('host', { folders: 1, filesPerFolder: count, sizeBytes });
    const home = await stage.folder('bridge');
    const bridge = await stage.bridge(home, { ...envFor(host.facts, home), PASSERELLE_DELIVERY: 'proxy' });
    await bridge.logged('sync done');
    const ours = (await bridge.films()).map((path) => bridge.url + path);
    const links: string[] = [];
    for (const page of host.facts.pages) links.push(await linkOf(host.facts, page));
    const pipe = await stage.part<PlainPipePart>('plain-pipe', { link: links[0] as string });
    const crowd = await stage.part<ViewersPart>('viewers', {});
    const watch = async (urls: string[], forSeconds: number) => {
      await atRest(host, 500);
      return crowd.ask({ urls, start, bytesPerSecond, seconds: forSeconds });
    };

    // A host that is faster than the films: whoever stands between must hold it back, and not fill with what it sends.
    const straight = await watch(links, besideSeconds);
    const piped = await memoryWhile(pipe.pid, () =>
      watch(Array<string>(count).fill(pipe.facts.url), besideSeconds),
    );
    const served = await memoryWhile(bridge.pid, () => watch(ours, seconds));
    // One that is no faster: nothing lies ready in the kernel, which otherwise hides seconds of silence from a viewer.
    await host.ask({ bytesPerSecond });
    const pacedStraight = await watch(links, besideSeconds);
    const paced = await watch(ours, besideSeconds);

    const ran = stage.long ? `the whole minute (${seconds} s)` : `${seconds} s; the whole minute with --long`;
    return [
      waits('longest wait for bytes that are due', served.answer, straight, ran),
      waits('the same, host no faster than the film', paced, pacedStraight, `${besideSeconds} s`),
      {
        what: 'memory a viewer, above the idle process',
        value: (served.maxMb - served.idleMb) / count,
        unit: 'MB',
        baseline: { what: 'a plain undici pipe', value: (piped.maxMb - piped.idleMb) / count },
        bar: { of: 'value', is: '<', limit: 4 },
        note: `${ran}; ${served.idleMb.toFixed(0)} MB idle, ${served.firstMb.toFixed(0)} MB in the first third, ${served.lastMb.toFixed(0)} MB in the last`,
      },
    ];
  },
};

function waits(what: string, ours: Watched, straight: Watched, ran: string): Measure {
  const waiting = ours.maxMs.filter((ms) => ms > longestWaitMs).length;
  const late = `the viewers' own process was late by ${ours.lateMs.toFixed(0)} ms at most, straight by ${straight.lateMs.toFixed(0)} ms`;
  return {
    what,
    value: Math.max(...ours.maxMs),
    unit: 'ms',
    baseline: { what: 'straight at the host', value: Math.max(...straight.maxMs) },
    bar: { of: 'value', is: '<=', limit: longestWaitMs },
    note: `${ran}; ${waiting} of ${count} waited longer than ${longestWaitMs} ms; ${(ours.mbitPerSecond).toFixed(0)} Mbit/s in all; ${late}`,
  };
}
