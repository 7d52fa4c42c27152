import type { TreePlan } from './tree-types.ts';

export { type ApplyOptions, applyTree } from './apply.ts';
export { createDiskThread, type Disk, disk } from './disk.ts';
export { type PlanOptions, planTree } from './plan.ts';
export type {
  ApplyResult,
  Desired,
  EntryKind,
  ManifestEntry,
  Seen,
  TreeContent,
  TreeOp,
  TreePlan,
  TreeTrash,
} from './tree-types.ts';

/** The plan as lines for a person, without what stays as it is. */
export function describePlan(plan: TreePlan): string[] {
  return plan.ops
    .filter(({ op }) => op !== 'keep')
    .map(({ op, path, reason }) => `${op.padEnd(8)} ${path}  (${reason})`);
}
