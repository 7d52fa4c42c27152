/** Uploads that go on where they broke. A bridge that a file shares wants a process without another. */
import '../tus.test.ts';
import '../tus-process.test.ts';
