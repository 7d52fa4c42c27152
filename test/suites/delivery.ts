/** Links, ranges and bytes. */
import '../client-traits.test.ts';
import '../conformance.test.ts';
import '../connection-slots.test.ts';
import '../delivery-addresses.test.ts';
import '../delivery-decision.test.ts';
import '../download-servers.test.ts';
import '../file-versions.test.ts';
import '../links.test.ts';
import '../playback.test.ts';
import '../plays.test.ts';
import '../range-cache.test.ts';
import '../hot-path.test.ts';
import '../stream-answers.test.ts';
import '../stream-transfers.test.ts';
import '../web-vtt.test.ts';
