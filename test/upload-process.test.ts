import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { cleanEnv, startBridge } from './fixtures/bridge-process.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { until } from './fixtures/playing.ts';
import { envOver } from './fixtures/setup.ts';
import { createSimulator, expectedBytes, type Simulator } from './simulator/simulator.ts';

/** A real process is killed while it sends a file: in the end the host has it once, as it is here. */

const name = 'Metropolis.1927.mkv';
const content = { sizeBytes: 8_000_000, seed: 3 };

const moments: Record<string, { fault: object; isReached: (simulator: Simulator) => boolean }> = {
  'in mid-body': {
    fault: { slowBytesPerMs: 5000 },
    isReached: ({ counters }) => (counters.uploadRequests[0]?.bytes ?? 0) > 1_000_000,
  },
  'behind the last byte, before the report': {
    fault: { wait: { times: 999 } },
    isReached: ({ counters }) => counters.reports > 0,
  },
};

for (const [moment, { fault, isReached }] of Object.entries(moments))
  t.test(`serve is killed ${moment}`, async (t) => {
    const simulator = await createSimulator({ account: { folders: [{ name: 'Films' }] } });
    t.teardown(() => simulator.close());
    const home = t.testdir();
    const bytes = expectedBytes(content, 0, content.sizeBytes);
    writeFileSync(join(home, name), bytes);
    const env = { ...cleanEnv(), ...envOver(simulator, home), PASSERELLE_BASE_URL: 'http://192.0.2.1:8790' };
    const first = await startBridge(env as Record<string, string>, home);
    t.teardown(() => first.child.kill('SIGKILL'));
    await first.waitFor((line) => line.msg === 'sync done');

    simulator.faults.upload = fault;
    const put = passerelle(['put', name, '/Films'], { env, cwd: home });
    await until('it is that far', () => isReached(simulator));
    first.child.kill('SIGKILL');
    t.match(await put, { code: 1, stderr: /ended in the middle of it/ });

    simulator.faults.upload = {};
    const again = await startBridge(env as Record<string, string>, home);
    t.teardown(() => again.child.kill('SIGKILL'));
    await again.waitFor((line) => line.msg === 'uploads that were cut off are seen to');
    const files = [...simulator.account.files()];
    t.same(
      files.map((file) => [file.name, file.sizeBytes, simulator.account.pathOf(file.folder)]),
      [[name, content.sizeBytes, '/Films']],
    );
    t.ok(expectedBytes(files[0]?.content as never, 0, content.sizeBytes).equals(bytes), 'every byte of it');
    t.match(await passerelle(['put', name, '/Films'], { env, cwd: home }), {
      code: 0,
      stdout: /there already/,
    });
    t.equal(await again.stop(), 0);
  });
