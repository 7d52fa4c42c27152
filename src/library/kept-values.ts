import { ownJson } from '../core/codec.ts';
import type { Recognition } from '../naming/text/recognition.ts';
import type { MediaFacts } from './media-facts.ts';
import type { Override } from './override.ts';

/** How the catalog keeps what files are taken for, what a person says of them, and what their headers say. */
export const keptValues = {
  recognition: ownJson<Recognition>(),
  override: ownJson<Override>(),
  mediaFacts: ownJson<MediaFacts>(),
};
