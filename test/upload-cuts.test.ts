import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createHandClock } from './fixtures/hand-clock.ts';
import { passTime } from './fixtures/passing-time.ts';
import { setupListed } from './fixtures/setup.ts';
import { createRandom } from './simulator/random.ts';
import { expectedBytes } from './simulator/simulator.ts';

/** The line to the host breaks at many places, one after the other: one right file each time, and nothing left. */

const count = process.env.PASSERELLE_MANY_KILLS === undefined ? 20 : 100;
const sizeBytes = 300_000;

t.test(`cut at ${count} places, each file is there once`, async (t) => {
  const clock = createHandClock();
  const { simulator, bridge, home } = await setupListed(t, {
    simulator: { account: { folders: [{ name: 'Films' }] }, clock },
    overrides: { clock },
  });
  const moved = () => simulator.counters.uploadRequests.map((one) => `${one.bytes} ${one.status}`).join();
  const random = createRandom(7);
  const { signal } = new AbortController();
  const wrong: string[] = [];
  for (let at = 0; at < count; at++) {
    const place = Math.floor(random() * sizeBytes);
    const kinds = [
      { cut: { atByte: place, times: 1 } },
      { cut: { atByte: place, times: 2 } },
      { cutAnswer: { times: 1 } },
      { status: { status: 503, times: 1 } },
    ];
    simulator.faults.upload = kinds[at % kinds.length] as object;
    const body = Buffer.from(expectedBytes({ sizeBytes, seed: at }, 0, sizeBytes));
    const source = join(home, `Film ${at} (2001).mkv`);
    writeFileSync(source, body);
    const put = bridge.uploader.put({ source, to: '/Films', signal });
    const { value } = await passTime(put, { clock, simulator, moved, stepMs: 10_000 });
    const files = [...simulator.account.folder('/Films').files.values()].filter(
      ({ name }) => name === `Film ${at} (2001).mkv`,
    );
    const isRight =
      value.fate === 'sent' &&
      files.length === 1 &&
      expectedBytes(files[0]?.content as never, 0, sizeBytes).equals(body);
    if (!isRight) wrong.push(`${at}: at ${place}: ${value.fate}, ${files.length} files`);
    simulator.counters.uploadRequests.length = 0;
  }
  t.strictSame(wrong, []);
  t.equal([...simulator.account.files()].length, count, 'none lies elsewhere');
  t.strictSame(await bridge.catalog.uploads.all(), []);
});
