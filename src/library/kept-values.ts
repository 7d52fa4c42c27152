import { ownJson } from '../core/codec.ts';
import { recognitionCodec } from '../naming/text/recognition-json.ts';
import type { MediaFacts } from './media-facts.ts';
import type { Override } from './override.ts';

/** How the catalog keeps what files are taken for, what a person says of them, and what their headers say. */
export const keptValues = {
  recognition: recognitionCodec,
  override: ownJson<Override>(),
  mediaFacts: ownJson<MediaFacts>(),
};
