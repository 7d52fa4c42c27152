/** How long names and texts take that are made to hurt. */
import '../accuracy.test.ts';
import '../growth.test.ts';
import '../name-growth.test.ts';
