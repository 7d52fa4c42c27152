/** Pairs of commands on one data folder. */
import '../owner-pairs.test.ts';
