/** https of our own. The process ends early where openssl is missing. */
import '../tls.test.ts';
