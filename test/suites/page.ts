/** The page, in a browser. */
import '../page.test.ts';
