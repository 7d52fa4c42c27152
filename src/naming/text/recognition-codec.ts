import { z } from 'zod';
import type { Codec } from '../../core/codec.ts';
import type { Recognition } from './recognition.ts';
import { type RecognitionJson, toRecognitionJson } from './recognition-json.ts';

const text = z.string().exactOptional();
const number = z.number().exactOptional();

export const providerIds = z.object({ tmdb: text, imdb: text, tvdb: text });

/** What a name may tell of its file. */
export const recognitionFields = z.object({
  kind: z.enum(['movie', 'episode', 'extra', 'ignored', 'unknown']),
  extra: text,
  title: text,
  year: number,
  season: number,
  episodeTitle: text,
  episodes: z.array(z.number()).min(1).exactOptional(),
  absolute: number,
  date: text,
  part: number,
  resolution: text,
  hdr: text,
  source: text,
  edition: text,
  languages: z.array(z.string()).exactOptional(),
  group: text,
  version: number,
  ids: providerIds.exactOptional(),
});

const shape: z.ZodType<RecognitionJson> = z.object({
  path: z.string(),
  ...recognitionFields.shape,
  confidence: z.number(),
  because: z.array(z.string()),
});

/** The text that the catalog keeps. */
export const recognitionCodec: Codec<Recognition> = {
  encode: (recognition) => JSON.stringify(toRecognitionJson(recognition)),
  decode(json) {
    const { because, ...rest } = shape.parse(JSON.parse(json));
    return { ...rest, reasons: because };
  },
};
