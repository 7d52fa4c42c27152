import { counted, grouped } from '../../core/plural.ts';
import type { TreeCounts } from '../../reconcile/run.ts';

type Counts = Pick<TreeCounts, 'create' | 'update' | 'delete' | 'keep' | 'adopt'>;

/**
 * What a sync did to the tree, in one line. Files that were compared and are right are counted where there were any:
 * most syncs look at what changed alone, and a zero would read as an empty library.
 */
export function syncTotal(counts: Counts, calls: number, isDryRun: boolean): string {
  const would = isDryRun ? 'would ' : '';
  const verbs = isDryRun ? ['write', 'update', 'delete'] : ['written', 'updated', 'deleted'];
  const done = [counts.create, counts.update, counts.delete];
  const parts = verbs.map((verb, at) => `${would}${verb} ${grouped(done[at] ?? 0)}`);
  const same = counts.keep + counts.adopt;
  if (same > 0) parts.push(`unchanged ${grouped(same)}`);
  return `${parts.join(', ')}; ${counted(calls, 'call')} to the host`;
}
