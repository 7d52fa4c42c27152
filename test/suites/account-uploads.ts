/** What a person sends into the account, and how the host is asked for it. */
import '../host-writes.test.ts';
import '../import-command.test.ts';
import '../link-import.test.ts';
import '../put.test.ts';
import '../spool.test.ts';
import '../upload-cuts.test.ts';
import '../upload-process.test.ts';
import '../upload-refusals.test.ts';
import '../upload.test.ts';
