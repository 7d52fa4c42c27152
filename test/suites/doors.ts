/** Who asks, from where, and behind which proxy. */
import '../base-path.test.ts';
import '../callers.test.ts';
import '../guess-limit.test.ts';
import '../page-door.test.ts';
import '../page-shell.test.ts';
import '../reverse-proxy.test.ts';
import '../posters.test.ts';
import '../title-search.test.ts';
import '../web-pages.test.ts';
