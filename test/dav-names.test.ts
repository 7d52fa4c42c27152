import t from 'tap';
import { ask, responses } from './fixtures/dav.ts';
import { bytes, film, writing } from './fixtures/dav-writing.ts';
import { awkwardNames as awkward } from './tables/awkward-names.ts';

/** Names over WebDAV: they come back as they were given, and one name may be that of several files of the host. */

const at = (folder: string, name: string) => `${folder}/${encodeURIComponent(name)}`;

t.test(`each of ${awkward.length} awkward names is put, listed, read and moved as it is`, async (t) => {
  const { put, door, to, simulator } = await writing(t);
  const listedIn = async (folder: string) => {
    const { text } = await ask(`${door}${folder}/`, 'PROPFIND', { headers: { depth: '1' } });
    return (await responses(text))
      .map(({ href }) => decodeURIComponent(href.slice(`/dav/account${folder}/`.length)))
      .filter((name) => name !== '');
  };
  for (const name of awkward) {
    t.equal((await put(at('/Private', name), `of ${name}`)).status, 201, name);
    t.equal((await ask(`${door}${at('/Private', name)}`, 'GET')).text, `of ${name}`, name);
  }
  t.same((await listedIn('/Private')).sort(), awkward.toSorted());
  for (const name of awkward)
    t.equal((await to('MOVE', at('/Private', name), at('/Films/Old', name))).status, 201, name);
  t.same((await listedIn('/Films/Old')).sort(), [...awkward, 'Faust.1926.mkv'].sort());
  t.same(await listedIn('/Private'), []);
  for (const name of awkward)
    t.equal((await ask(`${door}${at('/Films/Old', name)}`, 'GET')).text, `of ${name}`, name);
  t.equal(simulator.counters.uploads, awkward.length, 'each was sent once');
});

t.test('what a Mac asks for in the other form of Unicode is what is there', async (t) => {
  const { put, door, names, to } = await writing(t);
  await ask(`${door}${at('/Private', 'Années')}`, 'MKCOL');
  const folder = at('/Private', 'Anne\u0301es');
  t.equal((await ask(`${door}${folder}`, 'MKCOL')).status, 405, 'it is there');
  t.equal((await put(at(folder, 'Été.txt'), 'first')).status, 201);
  t.equal((await put(at(folder, 'E\u0301te\u0301.txt'), 'second')).status, 204);
  t.same(names('/Private/Années'), ['Été.txt'], 'one file');
  t.equal((await ask(`${door}${at(folder, 'Été.txt')}`, 'GET')).text, 'second');
  t.equal((await to('MOVE', at(folder, 'E\u0301te\u0301.txt'), '/Private/Ete.txt')).status, 201);
  t.equal((await put(at(folder, 'Vidé.txt'), '')).status, 201);
  t.equal((await ask(`${door}${at(folder, 'Vide\u0301.txt')}`, 'DELETE')).status, 204);
});

t.test('of several files of one name all are removed, and all make room', async (t) => {
  const { put, door, to, names, simulator, sync } = await writing(t);
  const twin = (seed: number, name = film) =>
    simulator.account.addFile('/Films', { name, content: { sizeBytes: 70 + seed, seed } });
  twin(5);
  twin(6);
  await sync();
  t.equal((await ask(`${door}/Films/${film}`, 'DELETE')).status, 204);
  t.equal((await ask(`${door}/Films/${film}`, 'HEAD')).status, 404);
  t.same(names('/Films'), ['Old']);
  const [day = ''] = names('/.passerelle-trash');
  t.same(names(`/.passerelle-trash/${day}`), [film, film, film], 'they can be taken back');

  for (const method of ['MOVE', 'COPY', 'PUT', 'empty PUT']) {
    twin(7, 'Twin.2001.mkv');
    twin(8, 'Twin.2001.mkv');
    await sync();
    await put('/Films/One.2001.mkv', bytes(500, 3));
    const { status } = /PUT/.test(method)
      ? await put('/Films/Twin.2001.mkv', method === 'PUT' ? bytes(500, 3) : '')
      : await to(method, '/Films/One.2001.mkv', '/Films/Twin.2001.mkv');
    t.equal(status, 204, method);
    const isEmpty = method === 'empty PUT';
    t.equal(names('/Films').filter((name) => name === 'Twin.2001.mkv').length, isEmpty ? 0 : 1, method);
    const { body } = await ask(`${door}/Films/Twin.2001.mkv`, 'GET');
    t.same(body, isEmpty ? Buffer.alloc(0) : bytes(500, 3), method);
    t.equal((await ask(`${door}/Films/Twin.2001.mkv`, 'DELETE')).status, 204);
  }
});

t.test('what could not make room comes back, all of it; what is shown by its id is one file', async (t) => {
  const { put, door, to, names, simulator, sync } = await writing(t);
  const ids = [5, 6].map(
    (seed) => simulator.account.addFile('/Films', { name: film, content: { sizeBytes: 70 + seed, seed } }).id,
  );
  await sync();
  await put('/Films/One.2001.mkv', bytes(500, 3));
  simulator.faults.answer({ is: 'ko', message: 'Not today', verb: 'file/rename', times: 1 });
  t.ok((await to('MOVE', '/Films/One.2001.mkv', `/Films/${film}`)).status >= 500);
  t.equal(names('/Films').filter((name) => name === film).length, 3, 'as before');

  const listed = await ask(`${door}/Films/`, 'PROPFIND', { headers: { depth: '1' } });
  const shown = (await responses(listed.text))
    .map(({ href }) => decodeURIComponent(href).slice('/dav/account/Films/'.length))
    .filter((name) => name.startsWith('Metropolis') && name !== film);
  t.equal(shown.length, 2);
  const [one = '', two = ''] = shown;
  t.equal((await ask(`${door}${at('/Films', one)}`, 'DELETE')).status, 204);
  t.equal(names('/Films').filter((name) => name === film).length, 2, 'that one alone');
  t.equal((await to('MOVE', at('/Films', two), '/Films/Other.2001.mkv')).status, 201);
  t.ok(names('/Films').includes('Other.2001.mkv'));
  t.equal(names('/Films').filter((name) => name === film).length, 1);
  t.equal(ids.length, 2);
});

t.test('a file and a folder of one name go together', async (t) => {
  const { door, names, simulator, sync } = await writing(t);
  simulator.account.addFile('/Films', { name: 'Old', content: { sizeBytes: 77, seed: 5 } });
  await sync();
  t.equal((await ask(`${door}/Films/Old`, 'DELETE')).status, 204);
  t.equal((await ask(`${door}/Films/Old`, 'HEAD')).status, 404);
  t.same(names('/Films'), [film]);
});
