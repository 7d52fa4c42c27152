/** Subtitles, pictures and headers of films. */
import '../disk-full.test.ts';
import '../hostile-sidecars.test.ts';
import '../media-catalog.test.ts';
import '../media-info.test.ts';
import '../media-queue.test.ts';
import '../planted-links.test.ts';
import '../side-car-names.test.ts';
import '../side-car-texts.test.ts';
import '../sidecar-fetcher.test.ts';
import '../sidecars.test.ts';
