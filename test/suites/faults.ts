/** A play to whom everything happens. */
import '../faults.test.ts';
