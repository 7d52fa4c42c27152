/** Random sequences of everything that may happen. */
import '../property.test.ts';
