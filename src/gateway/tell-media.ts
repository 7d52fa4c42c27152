import type { ClientView } from './client-views.ts';
import { canPlay, type Wish } from './device-profile.ts';
import { isObject, type JsonObject } from './lossless-json.ts';
import { type KnownMedia, sourceFields } from './media-streams.ts';

/**
 * Tells what a film of ours is where the server has not looked into it, and whether this app plays it as it is. What
 * the server knows itself is left as it says (facts/gateway 6).
 */
export function tellMedia(
  source: JsonObject,
  known: KnownMedia | undefined,
  wish: Wish,
  view: ClientView,
): void {
  if (known === undefined || !isUntold(source)) return;
  const listed = listedIn(source);
  const beside = listed.filter(({ IsExternal }) => IsExternal === true);
  const fields = sourceFields(known, beside.length > 0 ? beside : undefined);
  // What it has found out before its streams is right, and a STRM file is no container.
  const isKnown = (name: string) => source[name] !== undefined && source[name] !== null;
  for (const [name, value] of Object.entries(fields)) {
    const isTheirs = ['RunTimeTicks', 'Bitrate'].includes(name) && isKnown(name);
    if (isTheirs || (name === 'Container' && isKnown(name) && source.Container !== 'strm')) continue;
    source[name] = value;
  }
  if (!wish.wantsDirectPlay) return;
  const isFirstAudio =
    wish.audioIndex === undefined ||
    wish.audioIndex < 0 ||
    wish.audioIndex === fields.DefaultAudioStreamIndex;
  const plays = known.facts
    ? canPlay(wish.profile, known.facts, isFirstAudio)
    : view.playsEverything || (wish.profile === undefined && source.SupportsDirectPlay === true);
  source.SupportsDirectPlay = plays;
  source.SupportsDirectStream = plays;
}

/**
 * Whether the server says nothing of a film but what lies beside it: it was never looked into, or could not be; or it
 * has just been, and Jellyfin lists what it knew before.
 */
export function isUntold(source: JsonObject): boolean {
  return !listedIn(source).some(({ Type }) => Type === 'Video' || Type === 'Audio');
}

function listedIn({ MediaStreams }: JsonObject): JsonObject[] {
  return Array.isArray(MediaStreams) ? MediaStreams.filter(isObject) : [];
}
