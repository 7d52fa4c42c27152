/** What comes out of the account onto this machine. */
import '../download.test.ts';
import '../get-process.test.ts';
import '../get.test.ts';
import '../local-names.test.ts';
