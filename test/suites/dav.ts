/** WebDAV. */
import '../dav-files.test.ts';
import '../dav-listings.test.ts';
import '../dav-methods.test.ts';
