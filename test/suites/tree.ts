/** Titles to paths, and paths to the disk. */
import '../added-dates.test.ts';
import '../better-release.test.ts';
import '../desired-layout.test.ts';
import '../discs.test.ts';
import '../episode-titles.test.ts';
import '../fixes.test.ts';
import '../flat-folder.test.ts';
import '../library.test.ts';
import '../nfo.test.ts';
import '../one-title.test.ts';
import '../one-writer.test.ts';
import '../overrides.test.ts';
import '../places.test.ts';
import '../round-trip.test.ts';
import '../tree-disk.test.ts';
import '../tree.test.ts';
import '../trees.test.ts';
