import type { Desired, ManifestEntry, TreePlan } from './tree-types.ts';

export async function planTree(_options: {
  dir: string;
  desired: readonly Desired[];
  manifest: readonly ManifestEntry[];
}): Promise<TreePlan> {
  return { ops: [], counts: { create: 0, update: 0, delete: 0, keep: 0, adopt: 0, conflict: 0 } };
}
