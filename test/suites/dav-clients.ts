/** Real clients of WebDAV. */
import '../dav-clients.test.ts';
