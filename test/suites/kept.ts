/** Nothing is lost. */
import '../guard.test.ts';
import '../left-out.test.ts';
import '../nothing-lost.test.ts';
import '../proposals.test.ts';
import '../removal-verdict.test.ts';
import '../retention.test.ts';
import '../sync-steps.test.ts';
import '../trash.test.ts';
import '../tree-changes.test.ts';
import '../wholeness.test.ts';
