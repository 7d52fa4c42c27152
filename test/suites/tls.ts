/** https of our own. The process ends early where openssl is missing. */
import '../gateway-tls.test.ts';
import '../tls.test.ts';
