import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { run } from '../../fixtures/run.ts';
import { appOf, type GatewayAround, itemOf, playbackInfo, titles } from './around.ts';
import { eac3Seconds } from './films.ts';

/** An app that cannot play E-AC-3 is transcoded for by Jellyfin, through the gateway, to the end. */
export async function unplayableSoundIsTranscoded(around: GatewayAround): Promise<void> {
  const { house, viewer, say } = around;
  const { Id } = await itemOf(around, titles.eac3);
  const { json } = await playbackInfo(appOf(around, 'web'), 'web', Id, viewer);
  const [source] = json.MediaSources;
  const { SupportsDirectPlay: isDirect, TranscodingUrl: address } = source;
  say(
    isDirect === false && typeof address === 'string',
    `sound that the app cannot play: direct play ${isDirect}, ${address === undefined ? 'no' : 'its'} transcode`,
  );
  if (typeof address !== 'string') return;
  const dir = await mkdtemp(join(tmpdir(), 'passerelle-hls-'));
  try {
    const { segments, bytes } = await fetchHls(new URL(address, house.gatewayUrl), dir);
    const probed = await run('ffprobe', [
      ...['-v', 'error', '-count_packets', '-of', 'json', '-show_entries'],
      ...['format=duration:stream=codec_type,codec_name', join(dir, 'whole')],
    ]);
    const decoded = await run('ffmpeg', ['-v', 'error', '-i', join(dir, 'whole'), '-f', 'null', '-']);
    const { format, streams = [] } = JSON.parse(probed.stdout);
    const seconds = Number(format?.duration);
    const codecs = streams.map((one: { codec_name: string }) => one.codec_name).join(' and ');
    say(
      Math.abs(seconds - eac3Seconds) < 1.5 && decoded.code === 0 && decoded.stderr === '',
      `its transcode: ${segments} segments, ${bytes} bytes, ${seconds.toFixed(1)} of ${eac3Seconds} s of ${codecs}; ffmpeg ${decoded.stderr === '' ? 'decodes all of it' : decoded.stderr.slice(0, 200)}`,
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Every segment of the first variant, in one file. */
async function fetchHls(master: URL, dir: string): Promise<{ segments: number; bytes: number }> {
  const text = async (url: URL) => {
    const { statusCode, body } = await request(url);
    const read = await body.text();
    if (statusCode !== 200) throw new Error(`${url.pathname}: ${statusCode} ${read.slice(0, 100)}`);
    return read;
  };
  const linesOf = (playlist: string) => playlist.split('\n').map((line) => line.trim());
  const variant = linesOf(await text(master)).find((line) => line !== '' && !line.startsWith('#'));
  const main = new URL(variant ?? '', master);
  const lines = linesOf(await text(main));
  if (!lines.includes('#EXT-X-ENDLIST')) throw new Error('the playlist of the transcode has no end');
  const first = lines.flatMap((line) => /^#EXT-X-MAP:URI="([^"]+)"/.exec(line)?.[1] ?? []);
  const parts = [...first, ...lines.filter((line) => line !== '' && !line.startsWith('#'))];
  const chunks: Buffer[] = [];
  for (const part of parts) {
    const { statusCode, body } = await request(new URL(part, main));
    const bytes = Buffer.from(await body.arrayBuffer());
    if (statusCode !== 200) throw new Error(`a segment: ${statusCode} ${bytes.toString().slice(0, 100)}`);
    chunks.push(bytes);
  }
  const whole = Buffer.concat(chunks);
  await writeFile(join(dir, 'whole'), whole);
  return { segments: parts.length - first.length, bytes: whole.length };
}
