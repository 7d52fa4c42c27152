/** What comes into the account because a person wants it there. */
import '../host-writes.test.ts';
import '../link-import.test.ts';
import '../account-changes.test.ts';
import '../account-commands.test.ts';
import '../upload-process.test.ts';
import '../upload.test.ts';
