/** How long a turn of the event loop is: nothing else runs in the process that is measured. */
import '../sync-turns.test.ts';
import '../removal-turns.test.ts';
