/** What comes into the account, and out of it, because a person wants it. */
import '../download.test.ts';
import '../get-process.test.ts';
import '../get.test.ts';
import '../host-writes.test.ts';
import '../inbox.test.ts';
import '../inbox-command.test.ts';
import '../inbox-faults.test.ts';
import '../link-import.test.ts';
import '../account-changes.test.ts';
import '../account-commands.test.ts';
import '../local-names.test.ts';
import '../remote-addresses.test.ts';
import '../remote-commands.test.ts';
import '../remote-process.test.ts';
import '../remote.test.ts';
import '../upload-process.test.ts';
import '../upload.test.ts';
