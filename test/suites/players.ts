/** Real players play. */
import '../players.test.ts';
