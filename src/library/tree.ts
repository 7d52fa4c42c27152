export { applyTree } from './apply.ts';
export { planTree } from './plan.ts';
export type {
  ApplyResult,
  Desired,
  EntryKind,
  ManifestEntry,
  TreeContent,
  TreeOp,
  TreePlan,
} from './tree-types.ts';
