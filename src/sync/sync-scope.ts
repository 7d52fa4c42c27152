/** What a sync looks at. */
export interface SyncScope {
  /** Recognises everything anew and compares every file of the trees with the disk. Else only what changed. */
  everything: boolean;
  /** The trees are as the last process left them: only what is other on the disk than it was noted is looked at. */
  differing: boolean;
}

export interface ScopeFacts {
  full: boolean;
  dryRun: boolean;
  /** This process has looked at everything. */
  hasCheckedAll: boolean;
  /** Code and settings are those of the last look at everything. */
  isSameAsThen: boolean;
}

/**
 * The first sync of a process looks at everything: settings, code or disk may have changed while it was down. A dry run
 * plans once, at the end: plans of a half listed account would tell of steps that never come.
 */
export function scopeOf({ full, dryRun, hasCheckedAll, isSameAsThen }: ScopeFacts): SyncScope {
  const differing = !full && !dryRun && !hasCheckedAll && isSameAsThen;
  return { everything: full || dryRun || !(hasCheckedAll || differing), differing };
}
