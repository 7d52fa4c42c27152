/** WebDAV that writes to the account. */
import '../dav-bodies.test.ts';
import '../dav-dates.test.ts';
import '../dav-old-http.test.ts';
import '../dav-harm.test.ts';
import '../dav-kept-here.test.ts';
import '../dav-names.test.ts';
import '../dav-pieces.test.ts';
import '../dav-sequences.test.ts';
import '../dav-writing-process.test.ts';
import '../dav-writing.test.ts';
import '../replaced-kills.test.ts';
