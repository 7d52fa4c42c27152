import { eventually } from '../seen.ts';
import {
  appOf,
  type GatewayAround,
  holdProbes,
  itemOf,
  playbackInfo,
  ticksPerSecond,
  titles,
} from './around.ts';
import type { Talks } from './people.ts';

const minuteTicks = 60 * ticksPerSecond;

interface Play {
  itemId: string;
  sourceId: string;
  playSessionId: string;
}

function report(app: Talks, what: '' | '/Progress' | '/Stopped', play: Play, atTicks: number) {
  return app.post(`/Sessions/Playing${what}`, {
    ItemId: play.itemId,
    MediaSourceId: play.sourceId,
    PlaySessionId: play.playSessionId,
    PositionTicks: atTicks,
    CanSeek: true,
    PlayMethod: 'DirectPlay',
    EventName: 'timeupdate',
  });
}

/** Ten minutes told every half a minute, then the stop; ten minutes of a film of twenty. */
async function watch(app: Talks, play: Play, fromTicks = 0): Promise<void> {
  for (let at = fromTicks; at <= 10 * minuteTicks; at += minuteTicks / 2)
    await report(app, '/Progress', play, at);
  await report(app, '/Stopped', play, 10 * minuteTicks);
}

async function begin(around: GatewayAround, itemId: string): Promise<{ app: Talks; play: Play }> {
  const app = appOf(around, 'kodi');
  const { json, status } = await playbackInfo(app, 'kodi', itemId, around.viewer);
  const [source] = json?.MediaSources ?? [];
  if (!source) throw new Error(`PlaybackInfo: ${status} ${JSON.stringify(json)}`);
  const play = { itemId, sourceId: source.Id, playSessionId: json.PlaySessionId };
  await report(app, '', play, 0);
  return { app, play };
}

async function kept(around: GatewayAround, itemId: string): Promise<{ Played: boolean; minutes: number }> {
  const { json } = await appOf(around, 'web').get(`/Items/${itemId}?userId=${around.viewer.id}`);
  const { Played, PlaybackPositionTicks } = json.UserData;
  return { Played, minutes: PlaybackPositionTicks / minuteTicks };
}

async function isToBeContinued(around: GatewayAround, itemId: string): Promise<boolean> {
  const { json } = await appOf(around, 'web').get(`/UserItems/Resume?userId=${around.viewer.id}&limit=50`);
  return json.Items.some(({ Id }: { Id: string }) => Id === itemId);
}

/** Of a film that Jellyfin has looked into. */
export async function positionIsKept(around: GatewayAround): Promise<void> {
  const { Id } = await itemOf(around, titles.warm);
  const { app, play } = await begin(around, Id);
  await watch(app, play);
  const { Played, minutes } = await kept(around, Id);
  const isListed = await isToBeContinued(around, Id);
  around.say(
    minutes === 10 && !Played && isListed,
    `a film that was looked into: ${minutes} of 10 minutes kept, ${Played ? 'marked as played' : 'not marked'}, ${isListed ? 'to be continued' : 'not to be continued'}`,
  );
}

/** Of a film that it has not, and whose probe takes longer than the beginning of the play. */
export async function coldPositionIsKept(around: GatewayAround): Promise<void> {
  const { Id } = await itemOf(around, titles.cold);
  const release = holdProbes(around);
  const { app, play } = await begin(around, Id).catch((error: unknown) => {
    release();
    throw error;
  });
  // The first reports arrive while the probe is held.
  for (const seconds of [10, 20, 30]) await report(app, '/Progress', play, seconds * ticksPerSecond);
  const during = await kept(around, Id);
  release();
  await eventually(
    'the run time',
    async () => ((await around.server.playback(Id))[0]?.RunTimeTicks ?? 0) > 0,
    60_000,
  );
  await watch(app, play, minuteTicks);
  // What was told while the probe was held arrives one after the other.
  await eventually('the position', async () => (await kept(around, Id)).minutes === 10, 30_000).catch(
    () => undefined,
  );
  const { Played, minutes } = await kept(around, Id);
  const isListed = await isToBeContinued(around, Id);
  around.say(
    minutes === 10 && !Played && isListed,
    `a film whose probe took long: ${minutes} of 10 minutes kept, ${Played ? 'marked as played' : 'not marked'} (while the probe ran: ${during.Played ? 'marked' : 'not marked'}), ${isListed ? 'to be continued' : 'not to be continued'}`,
  );
}
