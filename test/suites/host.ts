/** What the host answers, and how it is asked. */
import '../fichier-answers.test.ts';
import '../fichier-client.test.ts';
import '../fichier-wire.test.ts';
import '../governor-locks.test.ts';
import '../governor-pace.test.ts';
import '../simulator-account.test.ts';
import '../simulator-faults.test.ts';
import '../simulator-writes.test.ts';
import '../simulator-links.test.ts';
