/** Media servers are told. */
import '../notify.test.ts';
import '../notify-parts.test.ts';
import '../notify-seen.test.ts';
import '../notify-servers.test.ts';
