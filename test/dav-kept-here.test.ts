import t from 'tap';
import { dayMs } from '../src/core/durations.ts';
import { ask, list } from './fixtures/dav.ts';
import { bytes, film, writing } from './fixtures/dav-writing.ts';
import { signal } from './fixtures/setup.ts';

/** Empty files and what clients leave lie here and not at the host: they go where their folder goes, and no farther. */

const odd = encodeURIComponent("Schindler's <List>");

t.test('a copy of a folder has all that it had, under the names that it had', async (t) => {
  const { put, door, to, names } = await writing(t);
  await put('/Films/Old/empty.txt', '');
  t.equal((await ask(`${door}/Films/Old/${odd}`, 'MKCOL')).status, 201);
  await put(`/Films/Old/${odd}/${odd}.mkv`, bytes(100));
  await put(`/Films/Old/${odd}/.nomedia`, '');
  t.equal((await to('COPY', '/Films/Old', `/Films/${odd}`)).status, 201);
  const paths = async (at: string) => (await list(`${door}${at}/`)).map(({ path }) => path).slice(1);
  t.same(
    (await paths(`/Films/${odd}`)).sort(),
    ['Faust.1926.mkv', 'empty.txt', "Schindler's <List>/"]
      .map((name) => `/dav/account/Films/Schindler's <List>/${name}`)
      .sort(),
  );
  t.same(
    (await paths(`/Films/${odd}/${odd}`)).map((path) => path.split('/').at(-1)),
    ["Schindler's <List>.mkv", '.nomedia'],
  );
  t.same(names('/Films'), [film, 'Old', 'Schindler＇s ＜List＞'].sort());
  t.same(names('/Films/Schindler＇s ＜List＞'), ['Faust.1926.mkv', 'Schindler＇s ＜List＞']);
  t.equal((await to('COPY', `/Films/${odd}`, '/Films/Alone', { depth: '0' })).status, 201);
  t.same(await paths('/Films/Alone'), [], 'without what is in it');
});

t.test('what comes back finds a folder of the same name, whatever signs the host takes', async (t) => {
  const { put, door, names, bridge } = await writing(t);
  await ask(`${door}/Films/${odd}`, 'MKCOL');
  await put(`/Films/${odd}/${odd}.mkv`, bytes(100));
  await ask(`${door}/Films/${odd}/${odd}.mkv`, 'DELETE');
  await ask(`${door}/Films/${odd}`, 'DELETE');
  await bridge.accountChanges.purge(false, signal);
  const [film] = await bridge.accountChanges.trash();
  await bridge.accountChanges.restore(film?.id as number, signal);
  t.equal((await ask(`${door}/Films/${odd}/${odd}.mkv`, 'HEAD')).status, 200);
  t.same(names('/Films/Schindler＇s ＜List＞'), ['Schindler＇s ＜List＞.mkv']);
  await bridge.accountChanges.makeFolder("/Films/It's/Deep's", true, signal);
  await bridge.accountChanges.makeFolder('/Films/It＇s/Deep＇s/er', true, signal);
  t.same(names('/Films/It＇s/Deep＇s'), ['er'], 'a path as it is meant and as it is listed is one');
});

t.test('a folder takes along what is kept for it, into the trash too; and then it is gone', async (t) => {
  const { put, door, to, bridge } = await writing(t);
  const count = async () => (await bridge.catalog.localFiles.total()).count;
  await ask(`${door}/Films/Old/Deep`, 'MKCOL');
  await put('/Films/Old/Deep/empty.txt', '');
  await put('/Films/Old/.DS_Store', 'left');
  t.equal((await to('MOVE', '/Films/Old', '/Private/New')).status, 201);
  t.equal((await ask(`${door}/Private/New/Deep/empty.txt`, 'HEAD')).status, 200);
  t.equal((await ask(`${door}/Films/Old/Deep/empty.txt`, 'HEAD')).status, 404);

  t.equal((await ask(`${door}/Private/New`, 'DELETE')).status, 204);
  t.equal((await ask(`${door}/Private/New/Deep/empty.txt`, 'HEAD')).status, 404);
  t.equal((await ask(`${door}/Private/New`, 'MKCOL')).status, 201);
  t.same((await list(`${door}/Private/New/`)).length, 1, 'a new folder of its name has nothing of it');
  await ask(`${door}/Private/New`, 'DELETE');
  const [removed] = await bridge.accountChanges.trash();
  await bridge.accountChanges.restore(removed?.id as number, signal);
  t.equal((await ask(`${door}/Private/New/Deep/empty.txt`, 'HEAD')).status, 200, 'it came back with it');

  await ask(`${door}/Private/New`, 'DELETE');
  t.equal(await count(), 2, 'in the trash');
  await bridge.accountChanges.purge(true, signal);
  t.equal(await count(), 0, 'nothing is kept for a folder that is gone for good');
});

t.test('what is kept for a folder that somebody else removed goes when it does not come back', async (t) => {
  const { put, sync, bridge, simulator } = await writing(t);
  const { localFiles } = bridge.catalog;
  await put('/Films/Old/empty.txt', '');
  await put('/Films/stays.txt', '');
  simulator.account.removeFile('/Films/Old/Faust.1926.mkv');
  simulator.account.removeFolder('/Films/Old');
  await sync();
  t.equal(await localFiles.prune(Date.now() - dayMs), 0, 'it may be back tomorrow');
  t.equal(await localFiles.prune(Date.now() + dayMs), 1);
  t.equal((await localFiles.total()).count, 1);
});

t.test('what is left out by its name alone is sent when it takes another', async (t) => {
  const { put, door, to, names, simulator, spooled } = await writing(t);
  const letter = bytes(50_000);
  t.equal((await put('/Films/~$letter.docx', letter)).status, 201);
  t.equal((await to('MOVE', '/Films/~$letter.docx', '/Films/letter.docx')).status, 201);
  t.ok(names('/Films').includes('letter.docx'), 'it is at the host');
  t.same((await ask(`${door}/Films/letter.docx`, 'GET')).body, letter);
  t.equal((await ask(`${door}/Films/~$letter.docx`, 'HEAD')).status, 404);

  const anew = bytes(60_000, 4);
  await put('/Films/._letter.docx', anew);
  t.equal((await to('COPY', '/Films/._letter.docx', '/Films/letter.docx', { overwrite: 'F' })).status, 412);
  t.equal((await to('COPY', '/Films/._letter.docx', '/Films/letter.docx')).status, 204);
  t.same((await ask(`${door}/Films/letter.docx`, 'GET')).body, anew);
  t.same((await ask(`${door}/Films/._letter.docx`, 'GET')).body, anew);
  t.equal((await to('MOVE', '/Films/._letter.docx', '/Films/Old')).status, 204, 'in the place of a folder');
  t.same((await ask(`${door}/Films/Old`, 'GET')).body, anew);
  t.same(
    names('/Films').filter((name) => name !== film),
    ['Old', 'letter.docx'],
  );
  t.equal(simulator.counters.uploads, 3);
  t.same(spooled(), []);
});

t.test('what the host does not take when it has its name is kept as it was', async (t) => {
  const { put, door, to, simulator, spooled } = await writing(t);
  await put('/Films/._letter.docx', 'a letter');
  simulator.faults.upload = { status: { status: 502, times: 9 } };
  t.ok((await to('MOVE', '/Films/._letter.docx', '/Films/letter.docx')).status >= 500);
  simulator.faults.upload = {};
  t.equal((await ask(`${door}/Films/._letter.docx`, 'GET')).text, 'a letter');
  t.equal((await ask(`${door}/Films/letter.docx`, 'HEAD')).status, 404);
  t.same(spooled(), []);
});

t.test(
  'a film that takes the name of what is left out stays at the host, and can take its own again',
  async (t) => {
    const { to, names, door } = await writing(t);
    t.equal((await to('MOVE', `/Films/${film}`, '/Films/._film.mkv')).status, 201);
    t.ok(names('/Films').includes('._film.mkv'), 'nothing is taken out of the account for a name');
    t.equal((await ask(`${door}/Films/._film.mkv`, 'GET')).body.length, 300_000);
    t.equal((await to('MOVE', '/Films/._film.mkv', `/Films/${film}`)).status, 201);
    t.equal((await ask(`${door}/Films/${film}`, 'GET')).body.length, 300_000);
  },
);
