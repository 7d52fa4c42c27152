/** WebDAV. */
import '../dav-files.test.ts';
import '../dav-listings.test.ts';
import '../dav-lock-table.test.ts';
import '../dav-lock-texts.test.ts';
import '../dav-methods.test.ts';
