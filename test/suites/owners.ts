/** Two processes on one data folder. */
import '../owner-process.test.ts';
