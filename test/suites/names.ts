/** Names to titles. */
import '../extensions.test.ts';
import '../plain-texts.test.ts';
import '../extras.test.ts';
import '../name-kinds.test.ts';
import '../generated-names.test.ts';
import '../heaps.test.ts';
import '../recognise.test.ts';
import '../recognise-tags.test.ts';
import '../naming-reasons.test.ts';
import '../siblings.test.ts';
import '../title-ends.test.ts';
