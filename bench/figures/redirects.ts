import { ofFilm } from '../../plugins/support/answers/answer.ts';
import type { Figure } from '../figure.ts';
import type { BareFastifyPart } from '../parts/bare-fastify.ts';
import type { HostPart } from '../parts/host.ts';
import type { LoadPart } from '../parts/load.ts';
import type { ReaderPart } from '../parts/reader.ts';
import { linkOf } from '../stage/ask-host.ts';
import { envFor } from '../stage/bridge.ts';
import { inTurns } from '../stage/rounds.ts';

const connections = 16;
const seconds = 1;
const rounds = 21;

/** A player asks again at every seek, and a scan asks for every film: a redirect must cost next to nothing. */
export const redirects: Figure = {
  name: 'redirects',
  about: `redirects to links at hand, 32 films in turn, ${connections} connections`,
  async measure(stage) {
    const host = await stage.part<HostPart>('host', { folders: 1, filesPerFolder: 32, sizeBytes: 1 << 30 });
    const home = await stage.folder('bridge');
    const bridge = await stage.bridge(home, { ...envFor(host.facts, home), PASSERELLE_DELIVERY: 'redirect' });
    await bridge.logged('sync done');
    const films = await bridge.films();
    const reader = await stage.part<ReaderPart>('reader', {});
    for (const path of films) {
      const { status } = await reader.ask({ url: bridge.url + path });
      if (status !== 302) throw new Error(`${status} instead of a redirect`);
    }
    const location = await linkOf(host.facts, host.facts.pages[0] as string);
    const bare = await stage.part<BareFastifyPart>('bare-fastify', { location });
    const load = await stage.part<LoadPart>('load', {});
    const perSecond = async (url: string) =>
      (await load.ask({ url, paths: films, connections, seconds, expectedStatus: 302 })).perSecond;

    const ours = () => perSecond(bridge.url);
    const theirs = () => perSecond(bare.facts.url);
    await inTurns(3, ours, theirs);
    const result = await inTurns(rounds, ours, theirs);
    const headers = { ...ofFilm, 'cache-control': 'no-store' };
    const same = await stage.part<BareFastifyPart>('bare-fastify', { location, headers });
    const sameAnswer = () => perSecond(same.facts.url);
    await inTurns(3, ours, sameAnswer);
    const besideSame = await inTurns(rounds, ours, sameAnswer);
    return [
      {
        what: 'redirects per second',
        value: result.ours,
        unit: '/s',
        baseline: { what: 'a bare Fastify route, same requests', value: result.baseline },
        ratio: result.ratio,
        bar: { of: 'ratio', is: '>=', limit: 0.7 },
        note: 'signature checked, film and link looked up, one log line each',
      },
      {
        what: 'the same beside the same answer',
        value: besideSame.ours,
        unit: '/s',
        baseline: { what: 'the bare route with our headers', value: besideSame.baseline },
        ratio: besideSame.ratio,
        note: 'what more of the work is not the length of the answer',
      },
    ];
  },
};
