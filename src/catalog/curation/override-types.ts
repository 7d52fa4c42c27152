import type { Override } from '../../library/override.ts';

/** What an override is of: one file, or a folder and all below it. */
export type Target = `file:${string}` | `folder:${string}`;

/** What was said of something at one time; without a value nothing was. */
export interface Former {
  target: Target;
  value?: Override;
  at?: number;
}
