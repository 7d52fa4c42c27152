/** The gateway before a media server. */
import '../gateway-access.test.ts';
import '../gateway-bytes.test.ts';
import '../gateway-checks.test.ts';
import '../gateway-doctor.test.ts';
import '../gateway-emby.test.ts';
import '../gateway-greedy.test.ts';
import '../gateway-large.test.ts';
import '../gateway-masking.test.ts';
import '../gateway-media.test.ts';
import '../gateway-play.test.ts';
import '../gateway-proxy.test.ts';
import '../gateway-reports.test.ts';
import '../gateway-requests.test.ts';
import '../gateway-slow.test.ts';
import '../gateway-streams.test.ts';
import '../gateway-system-info.test.ts';
import '../gateway-tickets.test.ts';
