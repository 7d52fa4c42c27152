import { join } from 'node:path';
import { createRandom, shuffled } from '../../test/simulator/random.ts';
import type { Figure } from '../figure.ts';
import type { HostPart } from '../parts/host.ts';
import type { ScannerPart, ScanProbe } from '../parts/scanner.ts';
import { linkOf } from '../stage/ask-host.ts';
import { envFor } from '../stage/bridge.ts';
import { atRest } from '../stage/rest.ts';
import { median, quantile } from '../stage/rounds.ts';

const films = 200;
const looks = 5;
const clients = 10;
const sizeBytes = 1 << 30;
const tailBytes = 256 * 1024;
const headBytes = { least: 64 * 1024, most: 1 << 20 };
/** One that is redirected and one that is given bytes, where the delivery is left to the bridge. */
const agents = ['Lavf/59.27.100', 'Jellyfin-Server/12.0.0'];
const quietMs = 1000;

/** A media server that meets a library for the first time: nothing may be asked of the host twice, nothing refused. */
export const scan: Figure = {
  name: 'scan',
  about: `${(films * looks).toLocaleString('en')} probes of ${films} films by ${clients} clients at once, delivery auto`,
  async measure(stage) {
    const host = await stage.part<HostPart>('host', { folders: 1, filesPerFolder: films, sizeBytes });
    const home = await stage.folder('bridge');
    const bridge = await stage.bridge(home, { ...envFor(host.facts, home), PASSERELLE_DELIVERY: 'auto' });
    await bridge.logged('sync done');
    const scanner = await stage.part<ScannerPart>('scanner', {});
    const paths = await bridge.films();
    const cache = join(home, 'data', 'cache');

    await atRest(host, quietMs, cache);
    const begin = performance.now();
    const links: string[] = [];
    for (const page of host.facts.pages) links.push(await linkOf(host.facts, page));
    const linkMs = performance.now() - begin;
    const straight = await scanner.ask({ probes: probesOf(links), clients });
    const floor = await atRest(host, quietMs);

    const ours = await scanner.ask({ probes: probesOf(paths.map((path) => bridge.url + path)), clients });
    const spent = await atRest(host, quietMs, cache);

    const failures = Object.entries(ours.statuses).filter(([status]) => !/^[1-4]\d\d$/.test(status));
    const shown = Object.entries(ours.statuses).map(([status, count]) => `${status}: ${count}`);
    const mb = (bytes: number) => Math.round(bytes / 1e6).toLocaleString('en');
    return [
      {
        what: 'API calls',
        value: spent.all,
        unit: 'calls',
        baseline: { what: 'one per film', value: films },
        bar: { of: 'value', is: '<=', limit: films },
      },
      {
        what: 'answers 5xx and broken connections',
        value: failures.reduce((sum, [, count]) => sum + count, 0),
        unit: 'answers',
        bar: { of: 'value', is: '=', limit: 0 },
        note: shown.join(', '),
      },
      {
        what: 'time of the scan',
        value: ours.ms,
        unit: 'ms',
        baseline: { what: 'the same straight at the host, links bought first', value: linkMs + straight.ms },
        ratio: ours.ms / (linkMs + straight.ms),
        note: `a probe ${median(ours.probeMs).toFixed(1)} ms, 95 % within ${quantile(ours.probeMs, 0.95).toFixed(1)} ms; straight at the host ${median(straight.probeMs).toFixed(1)} ms`,
      },
      {
        what: 'sent by the host',
        value: spent.bytes / 1e6,
        unit: 'MB',
        baseline: { what: 'to the same clients without us', value: floor.bytes / 1e6 },
        ratio: spent.bytes / floor.bytes,
        note: `${mb(ours.bytes)} MB taken by the clients in ${spent.requests} requests; without us ${mb(straight.bytes)} MB in ${floor.requests}`,
      },
    ];
  },
};

/** Each film some times, in no order, so that several clients meet at one film. */
function probesOf(urls: string[]): ScanProbe[] {
  const random = createRandom(1000);
  const all = Array.from({ length: looks }, (_, look) =>
    urls.map((url, index) => ({
      url,
      agent: agents[(index + look) % agents.length] as string,
      headBytes: Math.round(headBytes.least + random() * (headBytes.most - headBytes.least)),
      tailStart: sizeBytes - tailBytes,
    })),
  );
  return shuffled(random, all.flat());
}
