/** The account as it is changed: folders, names, removals, and what the host downloads. */
import '../account-beside-others.test.ts';
import '../account-changes.test.ts';
import '../account-commands.test.ts';
import '../account-hostile.test.ts';
import '../account-trash.test.ts';
import '../change-kills.test.ts';
import '../changes-beside-a-crawl.test.ts';
import '../remote-addresses.test.ts';
import '../remote-arrivals.test.ts';
import '../remote-commands.test.ts';
import '../remote-process.test.ts';
import '../remote.test.ts';
import '../trash-calls.test.ts';
