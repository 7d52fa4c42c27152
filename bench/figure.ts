import type { Stage } from './stage/stage.ts';

/** One measured number, beside the number that it is judged by. */
export interface Measure {
  what: string;
  value: number;
  unit: string;
  /** Taken in the same run, on the same machine, in turns with `value`. */
  baseline?: { what: string; value: number };
  /** `value` to `baseline`; the median over pairs of rounds where there were rounds. */
  ratio?: number;
  bar?: Bar;
  /** More about it, for people. */
  note?: string;
}

/** What has to hold, of the value or of the ratio. */
export interface Bar {
  of: 'value' | 'ratio';
  is: '>=' | '<=' | '<' | '=';
  limit: number;
}

/** A question to the whole program, measured from outside. */
export interface Figure {
  /** For `--only`. */
  name: string;
  about: string;
  measure(stage: Stage): Promise<Measure[]>;
}

/** Whether the bar is met; undefined when there is none. */
export function isMet(measure: Measure): boolean | undefined {
  const { bar } = measure;
  if (!bar) return undefined;
  const judged = bar.of === 'value' ? measure.value : (measure.ratio ?? Number.NaN);
  if (bar.is === '=') return judged === bar.limit;
  if (bar.is === '<=') return judged <= bar.limit;
  return bar.is === '<' ? judged < bar.limit : judged >= bar.limit;
}
