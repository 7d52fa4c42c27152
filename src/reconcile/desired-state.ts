import { createYielder, inTurns } from '../core/yield-often.ts';
import type { SidecarCache } from '../sidecars/sidecar-cache.ts';
import type { Desired } from '../tree/tree.ts';
import {
  type DesiredFile,
  type DesiredLayout,
  type LayoutSettings,
  titleLayoutInSteps,
} from './desired-layout.ts';
import type { KnownTitles } from './known-titles.ts';
import type { PublishRun } from './run.ts';

/** What the tree should hold, with its bytes or how to get them. */
export type DesiredState = Omit<DesiredLayout, 'desired'> & { desired: Desired[] };

/**
 * What the tree should hold for these titles.
 * @param taken folded stems where a person's files stand: files that have no path yet get others
 */
export async function desiredOf(
  settings: LayoutSettings & { sideCars: Pick<SidecarCache, 'read'> },
  keys: readonly string[],
  known: KnownTitles,
  run: Pick<PublishRun, 'asIfGone' | 'midCrawl'>,
  taken: ReadonlySet<string>,
): Promise<DesiredState> {
  // A player must not wait for a crawl.
  const yieldOften = createYielder();
  const layout = await inTurns(titleLayoutInSteps(known, settings, run, taken), yieldOften);
  for (const key of keys) await inTurns(layout.addInSteps(key), yieldOften);
  const desired: Desired[] = [];
  for (const file of layout.result.desired) {
    desired.push({ ...file, content: await contentOf(file, settings.sideCars) });
    await yieldOften();
  }
  return { ...layout.result, desired };
}

/** A copy is read when it is needed; one that is to replace what lies there, now: only its bytes tell the two apart. */
async function contentOf(
  { content }: DesiredFile,
  sideCars: Pick<SidecarCache, 'read'>,
): Promise<Desired['content']> {
  if (typeof content === 'string') return content;
  const { file, isOther } = content;
  const read = () => sideCars.read(file);
  return (isOther && (await read().catch(() => undefined))) || read;
}
