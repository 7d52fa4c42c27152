/** WebDAV that writes to the account, and uploads that go on where they broke. */
import '../dav-bodies.test.ts';
import '../dav-harm.test.ts';
import '../dav-kept-here.test.ts';
import '../dav-names.test.ts';
import '../dav-pieces.test.ts';
import '../dav-sequences.test.ts';
import '../dav-writing-process.test.ts';
import '../dav-writing.test.ts';
import '../tus-process.test.ts';
import '../tus.test.ts';
