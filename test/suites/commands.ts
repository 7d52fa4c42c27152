/** Commands as a person runs them. */
import '../commands.test.ts';
