import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { createSpool } from '../src/uploads/spool.ts';

/** Where bodies lie until the host has them: what may come, while it comes, and what is left of what may not. */

const MiB = 1024 * 1024;
const plenty = async () => 1e12;
const pieces = async function* (count: number, sizeBytes = MiB) {
  for (let at = 0; at < count; at++) yield Buffer.alloc(sizeBytes);
};
/** A body that comes when it is told to; nothing is its end. `isAsked`: when somebody waits for it. */
function bodyByHand() {
  const given: (Buffer | undefined)[] = [];
  let wake: () => void = () => undefined;
  let asked: () => void = () => undefined;
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  async function* body() {
    for (;;) {
      asked();
      while (given.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      const piece = given.shift();
      if (!piece) return;
      yield piece;
    }
  }
  const give = (piece?: Buffer) => {
    given.push(piece);
    wake();
  };
  return { body: body(), give, isAsked };
}

t.test('what was announced has its room, whoever comes between', async (t) => {
  const dir = t.testdir();
  const spool = createSpool(dir, () => 10 * MiB, plenty);
  const first = bodyByHand();
  const taken = spool.take(first.body, 6 * MiB);
  await first.isAsked;
  first.give(Buffer.alloc(MiB));
  await t.rejects(spool.mustFit(5 * MiB), { code: 'BRIDGE_UPLOAD_FULL' }, 'a byte of it is promised');
  await t.rejects(spool.take(pieces(5), 5 * MiB), { code: 'BRIDGE_UPLOAD_FULL' });
  await t.rejects(spool.take(pieces(5), undefined), { code: 'BRIDGE_UPLOAD_FULL' }, 'of no known length');
  t.equal(readdirSync(dir).length, 1, 'nothing is left of those');
  for (let at = 1; at < 6; at++) first.give(Buffer.alloc(MiB));
  first.give();
  const { sizeBytes, discard } = await taken;
  t.equal(sizeBytes, 6 * MiB, 'the first is whole');
  await discard();
  const both = await Promise.all([spool.take(pieces(5), 5 * MiB), spool.take(pieces(5), 5 * MiB)]);
  await Promise.all(both.map((one) => one.discard()));
  t.same(readdirSync(dir), []);
});

t.test('a disk that fills while a body comes ends it, and nothing is left', async (t) => {
  const dir = t.testdir();
  let free = 1e9;
  const spool = createSpool(
    dir,
    () => 1e12,
    async () => free,
  );
  async function* filling() {
    yield* pieces(9);
    free = 10 * MiB;
    yield* pieces(20);
  }
  await t.rejects(spool.take(filling(), 29 * MiB), { code: 'BRIDGE_UPLOAD_FULL' });
  t.same(readdirSync(dir), []);
  await t.rejects(spool.mustFit(1), { code: 'BRIDGE_UPLOAD_FULL' });
  free = 1e9;
  await spool.mustFit(900 * MiB - 64 * MiB);
});

t.test('what is promised on the disk is promised once', async (t) => {
  const spool = createSpool(
    t.testdir(),
    () => 1e12,
    async () => 100 * MiB,
  );
  const first = bodyByHand();
  const taken = spool.take(first.body, 30 * MiB);
  await first.isAsked;
  first.give(Buffer.alloc(1));
  await t.rejects(spool.take(pieces(10), 10 * MiB), { code: 'BRIDGE_UPLOAD_FULL' });
  first.give();
  await t.rejects(taken, { code: 'BRIDGE_BAD_REQUEST' }, 'cut short');
  await (await spool.take(pieces(10), 10 * MiB)).discard();
});

t.test('a body is as long as it was announced', async (t) => {
  const dir = t.testdir();
  const spool = createSpool(dir, () => 1e12, plenty);
  let came = 0;
  async function* endless() {
    for (; ; came++) yield Buffer.alloc(1000);
  }
  await t.rejects(spool.take(endless(), 2500), { code: 'BRIDGE_BAD_REQUEST' });
  t.ok(came < 5, 'it is not read to its end');
  t.same(readdirSync(dir), []);
});

t.test(
  'what is taken away while others clean up is no fault, nor is a folder that somebody removed',
  async (t) => {
    const dir = t.testdir();
    const spool = createSpool(dir, () => 1e12, undefined);
    const own = await Promise.all(Array.from({ length: 40 }, () => spool.take([Buffer.from('x')], 1)));
    for (let at = 0; at < 40; at++) writeFileSync(`${dir}/left${at}`, 'y');
    const [removed] = await Promise.all([
      spool.clean(async () => new Set()),
      ...own.map((one) => one.discard()),
    ]);
    t.equal(removed, 40);
    rmSync(dir, { recursive: true });
    const { discard } = await spool.take([Buffer.from('x')], 1);
    t.equal(readdirSync(dir).length, 1);
    await discard();
  },
);
