import type { ClientView } from './client-views.ts';
import { canPlay, type Wish } from './device-profile.ts';
import type { JsonObject } from './lossless-json.ts';
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
  if (known === undefined || isProbed(source)) return;
  const fields = sourceFields(known);
  Object.assign(source, fields);
  const { facts } = known;
  const streams = Array.isArray(fields.MediaStreams) ? fields.MediaStreams : [];
  const isFirstAudio =
    wish.audioIndex === undefined ||
    wish.audioIndex < 0 ||
    wish.audioIndex === fields.DefaultAudioStreamIndex;
  const plays =
    facts === undefined || streams.length === 0
      ? view.playsEverything || (wish.profile === undefined && source.SupportsDirectPlay === true)
      : canPlay(wish.profile, facts, isFirstAudio);
  if (!wish.wantsDirectPlay) return;
  source.SupportsDirectPlay = plays;
  source.SupportsDirectStream = plays;
}

/** A source of which the server knows no stream was never looked into, or could not be. */
function isProbed({ Container, MediaStreams }: JsonObject): boolean {
  return Container !== 'strm' && Array.isArray(MediaStreams) && MediaStreams.length > 0;
}
