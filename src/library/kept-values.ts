import { z } from 'zod';
import { jsonOf } from '../core/codec.ts';
import { providerIds, recognitionCodec } from '../naming/text/recognition-codec.ts';
import type { MediaFacts } from './media-facts.ts';
import type { Override } from './override.ts';

const text = z.string().exactOptional();
const number = z.number().exactOptional();

/** What a person once said counts, also where an older version took what is refused today. */
const override: z.ZodType<Override> = z.object({
  as: z.enum(['movie', 'episode', 'extra', 'ignore']).exactOptional(),
  title: text,
  year: number,
  season: number,
  episodes: z.array(z.number()).min(1).exactOptional(),
  date: text,
  edition: text,
  ids: providerIds.exactOptional(),
});

const mediaFacts: z.ZodType<MediaFacts> = z.object({
  container: z.string(),
  durationMs: number,
  video: z.array(
    z.object({
      codec: z.string(),
      width: number,
      height: number,
      aspect: number,
      frameRate: number,
      hdr: z.enum(['hdr10', 'hdr10plus', 'dolbyvision', 'hlg']).exactOptional(),
      bitDepth: number,
      stereoMode: z.enum(['left_right', 'right_left', 'top_bottom', 'bottom_top']).exactOptional(),
      language: text,
    }),
  ),
  audio: z.array(
    z.object({ codec: z.string(), channels: number, language: text, title: text, isDefault: z.boolean() }),
  ),
  subtitles: z.array(z.object({ format: z.string(), language: text, title: text, isForced: z.boolean() })),
  chapters: z.array(z.object({ startMs: z.number(), title: text })),
});

/** How the catalog keeps what files are taken for, what a person says of them, and what their headers say. */
export const keptValues = {
  recognition: recognitionCodec,
  override: jsonOf(override),
  mediaFacts: jsonOf(mediaFacts),
};
