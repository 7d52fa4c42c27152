import { minuteMs } from '../core/durations.ts';
import type { MediaFacts } from './media-facts.ts';

/**
 * `fileinfo` as Kodi reads it (facts/media-servers 3.3): with it Kodi shows length, codecs and languages of a film that
 * was never opened. Jellyfin reads less of it and probes all the same. The order of the elements is fixed, so that
 * the same facts give the same bytes.
 */
export function fileInfo({ durationMs, video, audio, subtitles }: MediaFacts): object {
  const seconds = durationMs === undefined ? undefined : Math.round(durationMs / 1000);
  return {
    streamdetails: {
      video: video.map((track) => ({
        codec: track.codec,
        ...given('aspect', track.aspect?.toFixed(3)),
        ...given('width', track.width),
        ...given('height', track.height),
        ...given('durationinseconds', seconds),
        ...given('language', track.language),
        ...given('stereomode', track.stereoMode),
        ...given('hdrtype', track.hdr),
      })),
      audio: audio.map((track) => ({
        codec: track.codec,
        ...given('language', track.language),
        ...given('channels', track.channels),
      })),
      // A track without a language is one all the same.
      subtitle: subtitles.map((track) => ({ language: track.language ?? 'und' })),
    },
  };
}

/** Whole minutes, at least one: `runtime`. */
export function runtimeMinutes({ durationMs }: MediaFacts): number | undefined {
  return durationMs === undefined ? undefined : Math.max(1, Math.round(durationMs / minuteMs));
}

function given(name: string, value: string | number | undefined): object {
  return value === undefined ? {} : { [name]: value };
}
