/** Processes that are killed, stopped and started beside each other. */
import '../process.test.ts';
