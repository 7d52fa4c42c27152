/** Folders of this machine whose files go into the account by themselves. */
import '../inbox.test.ts';
import '../inbox-command.test.ts';
import '../inbox-faults.test.ts';
import '../inbox-kills.test.ts';
