import { request } from 'undici';
import { appOf, type GatewayAround, itemOf, playbackInfo, titles } from './around.ts';
import { talk } from './people.ts';

const rounds = 21;

/** From the question to the first byte of the film, as an app asks; through the gateway and without it, by turns. */
export async function measureStart(around: GatewayAround): Promise<void> {
  const { house, url, viewer, say } = around;
  const { Id } = await itemOf(around, titles.warm);
  const direct = talk(url, 'web', viewer.token);
  const behind = appOf(around, 'web');
  const took = { gateway: [] as number[], jellyfin: [] as number[], stream: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const fromGateway = await timed(async () => {
      const { json } = await playbackInfo(behind, 'web', Id, viewer);
      return json.MediaSources[0].Path;
    });
    const itself = await timed(async () => {
      await playbackInfo(direct, 'web', Id, viewer);
      return `${url}/Videos/${Id}/stream.mkv?Static=true&MediaSourceId=${Id}&ApiKey=${viewer.token}`;
    });
    took.gateway.push(fromGateway.ms);
    took.jellyfin.push(itself.ms);
    took.stream.push(fromGateway.streamMs);
  }
  const words = (all: number[]) => {
    all.sort((a, b) => a - b);
    const at = (share: number) => Math.round(all[Math.floor((all.length - 1) * share)] ?? 0);
    return `${at(0.5)} ms (${at(0)} to ${at(1)})`;
  };
  say(
    took.gateway.length === rounds && house.origin.passed.length > 0,
    `from PlaybackInfo to the first byte, median of ${rounds}: gateway ${words(took.gateway)}, of which the stream ${words(took.stream)}; Jellyfin alone ${words(took.jellyfin)}`,
  );
}

async function timed(ask: () => Promise<string>): Promise<{ ms: number; streamMs: number }> {
  const began = performance.now();
  const address = await ask();
  const asked = performance.now();
  const { statusCode, body } = await open(address);
  // Jellyfin 10.10 passes no range on.
  if (statusCode !== 206 && statusCode !== 200) throw new Error(`the stream: ${statusCode}`);
  for await (const _chunk of body) break;
  const now = performance.now();
  return { ms: now - began, streamMs: now - asked };
}

/** As a browser opens it: at the host, where it is sent there. */
async function open(address: string) {
  const answer = await request(address, {
    headers: { range: 'bytes=0-', 'user-agent': 'Chrome/140.0' },
  });
  const { location } = answer.headers;
  if (answer.statusCode !== 302 || typeof location !== 'string') return answer;
  await answer.body.dump();
  return request(location, { headers: { range: 'bytes=0-' } });
}
