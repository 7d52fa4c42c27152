/** The account as it is changed: folders, names, removals, WebDAV that writes, and what the host downloads. */
import '../account-changes.test.ts';
import '../account-commands.test.ts';
import '../account-trash.test.ts';
import '../changes-beside-a-crawl.test.ts';
import '../dav-harm.test.ts';
import '../dav-pieces.test.ts';
import '../dav-writing.test.ts';
import '../dav-writing-process.test.ts';
import '../remote-addresses.test.ts';
import '../remote-arrivals.test.ts';
import '../remote-commands.test.ts';
import '../remote-process.test.ts';
import '../remote.test.ts';
import '../tus.test.ts';
