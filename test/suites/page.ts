/** The page, in a browser. */
import '../page-guide.test.ts';
import '../page.test.ts';
