/** Media servers are told. */
import '../notify-parts.test.ts';
import '../notify-seen.test.ts';
import '../notify-servers.test.ts';
import '../notify.test.ts';
import '../notified-changes.test.ts';
import '../people.test.ts';
import '../people-needs.test.ts';
import '../warming-servers.test.ts';
import '../warming.test.ts';
