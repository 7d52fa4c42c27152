/** Settings, start, log and the small things that every room stands on. */
import '../background-loop.test.ts';
import '../clock.test.ts';
import '../core.test.ts';
import '../demo.test.ts';
import '../format.test.ts';
import '../format-commands.test.ts';
import '../log-flow.test.ts';
import '../log-lines.test.ts';
import '../near-paths.test.ts';
import '../owner.test.ts';
import '../readiness.test.ts';
import '../settings.test.ts';
import '../settings-faults.test.ts';
import '../settings-secrets.test.ts';
import '../settings-together.test.ts';
import '../start-checks.test.ts';
import '../usage.test.ts';
