import { runPart, type Shape } from '../stage/part.ts';
import { type RawAnswer, type RawGet, rawGet } from '../stage/raw-get.ts';

export interface ReaderPart extends Shape {
  options: Record<string, never>;
  facts: Record<string, never>;
  question: RawGet;
  answer: RawAnswer;
}

/** A player that keeps nothing, in a process of its own. */
runPart<ReaderPart>(async () => ({ facts: {}, answer: rawGet }));
