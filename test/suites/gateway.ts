/** The gateway before a media server. */
import '../gateway-play.test.ts';
import '../gateway-proxy.test.ts';
import '../gateway-requests.test.ts';
