import type { ApplyResult, TreePlan } from './tree-types.ts';

export async function applyTree(
  _plan: TreePlan,
  _options: { dir: string; signal?: AbortSignal },
): Promise<ApplyResult> {
  return { written: [], removed: [], failed: [] };
}
