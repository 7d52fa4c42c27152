/** How much memory clients may take: nothing else runs in the process that is measured. */
import '../greedy-clients.test.ts';
