import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { cleanEnv, startBridge } from './fixtures/bridge-process.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { until } from './fixtures/playing.ts';
import { envOver } from './fixtures/setup.ts';
import { createRandom } from './simulator/random.ts';
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

const isMany = process.env.PASSERELLE_MANY_KILLS !== undefined;
for (const [moment, { fault, isReached }] of Object.entries(moments))
  t.test(
    `serve is killed ${moment}`,
    { skip: !isMany && moment === 'in mid-body' && 'npm run test:kills' },
    async (t) => {
      const simulator = await createSimulator({ account: { folders: [{ name: 'Films' }] } });
      t.teardown(() => simulator.close());
      const home = t.testdir();
      const bytes = expectedBytes(content, 0, content.sizeBytes);
      writeFileSync(join(home, name), bytes);
      const env = {
        ...cleanEnv(),
        ...envOver(simulator, home),
        PASSERELLE_BASE_URL: 'http://192.0.2.1:8790',
      };
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
    },
  );

const kills = isMany ? 30 : 0;

t.test(
  `${kills} kills at any place, every third while a file is replaced`,
  { skip: kills === 0, timeout: 900_000 },
  async (t) => {
    const random = createRandom(11);
    const nameOf = (kill: number) => `Film ${kill} (1950).mkv`;
    const isReplaced = (kill: number) => kill % 3 === 2;
    const contentOf = (kill: number) => ({ sizeBytes: 600_000 + kill, seed: kill + 100 });
    const old = Array.from({ length: kills }, (_, kill) => kill).filter(isReplaced);
    const simulator = await createSimulator({
      account: {
        folders: [
          {
            name: 'Films',
            files: old.map((kill) => ({
              name: nameOf(kill),
              content: { sizeBytes: 5000 + kill, seed: kill },
            })),
          },
        ],
      },
    });
    const children = new Set<{ kill(signal: 'SIGKILL'): unknown }>();
    t.teardown(() => {
      for (const child of children) child.kill('SIGKILL');
      return simulator.close();
    });
    const home = t.testdir();
    const env = { ...cleanEnv(), ...envOver(simulator, home), PASSERELLE_BASE_URL: 'http://192.0.2.1:8790' };
    const start = async () => {
      const bridge = await startBridge(env as Record<string, string>, home);
      children.add(bridge.child);
      return bridge;
    };
    const { counters, faults } = simulator;
    const isRight = (kill: number) => {
      const files = [...simulator.account.folder('/Films').files.values()];
      const own = files.filter((file) => file.name === nameOf(kill));
      return own.length === 1 && own[0]?.sizeBytes === contentOf(kill).sizeBytes;
    };
    let bridge = await start();
    await bridge.waitFor((line) => line.msg === 'sync done');
    for (let kill = 0; kill < kills; kill++) {
      const content = contentOf(kill);
      writeFileSync(join(home, nameOf(kill)), expectedBytes(content, 0, content.sizeBytes));
      const [sent, reports] = [counters.uploadRequests.length, counters.reports];
      const { child } = bridge;
      const killIn = (verb: string) => {
        faults.lie = (call) => {
          if (call.verb === verb) child.kill('SIGKILL');
          return undefined;
        };
      };
      const place = random() * content.sizeBytes;
      const kinds = [
        () => killIn('upload/get_upload_server'),
        () => Object.assign(faults.upload, { slowBytesPerMs: 2000 }),
        () => Object.assign(faults.upload, { wait: { times: 999 } }),
        () => killIn('file/mv'),
      ];
      const kind = isReplaced(kill) ? [3, 1, 2][Math.floor(kill / 3) % 3] : kill % 3;
      kinds[kind ?? 0]?.();
      const put = passerelle(['put', '--force', nameOf(kill), '/Films'], { env, cwd: home });
      const bytes = () => counters.uploadRequests.slice(sent).reduce((sum, one) => sum + one.bytes, 0);
      const gone = new Promise((resolve) => child.once('exit', resolve));
      if (kind === 1) await until('it is that far', () => bytes() >= place);
      if (kind === 2)
        await until(
          'it is asked for its report',
          () => bytes() >= content.sizeBytes && counters.reports > reports,
        );
      if (kind === 1 || kind === 2) child.kill('SIGKILL');
      await gone;
      // What was over when the kill came was told to be.
      const { code } = await put;
      if (kind !== 1) t.not(code, 0, nameOf(kill));
      faults.clear();
      bridge = await start();
      // The next process ends what was begun.
      await until(`${nameOf(kill)} is there, once`, () => isRight(kill));
      // What it still asks for then would be taken for the next one's doing, and that one killed before it has begun.
      await bridge.waitFor((line) => line.msg === 'uploads that were cut off are seen to');
    }
    const there = () =>
      [...simulator.account.folder('/Films').files.values()].sort((a, b) => a.sizeBytes - b.sizeBytes);
    await until('all are there, and the old ones are not', () => there().length === kills);
    const wanted = Array.from({ length: kills }, (_, kill) => kill);
    t.same(
      there().map(({ name, sizeBytes }) => [name, sizeBytes]),
      wanted.map((kill) => [nameOf(kill), contentOf(kill).sizeBytes]),
      'each once, and no other',
    );
    for (const [kill, file] of there().entries())
      t.ok(
        expectedBytes(file.content, 0, file.sizeBytes).equals(
          expectedBytes(contentOf(kill), 0, file.sizeBytes),
        ),
        `${nameOf(kill)}: every byte of it`,
      );
    t.equal([...simulator.account.files()].length, kills + old.length, 'what was replaced lies in the trash');
    t.equal(await bridge.stop(), 0);
  },
);
