/** The account in the catalog. */
import '../catalog.test.ts';
import '../catalog-file.test.ts';
import '../catalog-ids.test.ts';
import '../damaged-rows.test.ts';
import '../discovery.test.ts';
import '../lying-host.test.ts';
import '../schedule.test.ts';
import '../sync.test.ts';
import '../restored.test.ts';
