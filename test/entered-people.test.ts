import { readFileSync } from 'node:fs';
import t from 'tap';
import { fakeMediaServer } from './fixtures/fake-media-server.ts';
import { until } from './fixtures/playing.ts';
import { openSettings } from './fixtures/settings-page.ts';

/** People who are told what needs somebody, entered in the page: at once, without a secret in any answer. */

t.test(
  'people are entered, tested and taken out, and what is secret of them is shown to nobody',
  async (t) => {
    const server = await fakeMediaServer(t, (_asked, response) => void response.writeHead(200).end('{}'));
    const { ask, file, bridge } = await openSettings(t, { hasKey: true });
    const add = (person: object) => ask('POST', '/settings/people', person);
    const ntfy = { kind: 'ntfy', url: `${server.url}/planted-topic`, token: 'tk_planted' };
    const discord = { kind: 'discord', url: `${server.url}/api/webhooks/1/planted-hook` };
    const email = (to: string) => ({ kind: 'email', url: 'smtps://mail.test', token: 'me:planted-word', to });
    const planted = /planted/;
    for (const bad of [
      { ...ntfy, kind: 'webhook' },
      { ...ntfy, url: `${server.url}/planted/topic` },
      { ...ntfy, url: 'file:///etc/passwd' },
      { ...ntfy, tokenFile: '/etc/passwd' },
      { ...ntfy, to: 'anna.planted@example.org' },
      { kind: 'gotify', url: server.url },
      { ...email('planted') },
      { ...email('anna.planted@example.org'), url: server.url },
      { ...email('anna.planted@example.org'), token: 'planted-word' },
    ]) {
      const { status, json } = await add(bad);
      t.equal(status, 400, JSON.stringify(bad));
      t.notMatch(JSON.stringify(json), planted, JSON.stringify(json));
    }

    bridge.people.start();
    const both = await Promise.all([add(ntfy), add(discord)]);
    t.strictSame(
      both.map(({ status }) => status),
      [200, 200],
      'two at one time are both there',
    );
    for (const to of ['anna.planted@example.org', 'bert.planted@example.org'])
      t.equal((await add(email(to))).status, 200);
    const { json: changed } = await add({ ...ntfy, token: 'tk_planted2' });
    t.match(changed.people, [
      { kind: 'discord' },
      { kind: 'email' },
      { kind: 'email' },
      { kind: 'ntfy', hasToken: true },
    ]);
    t.equal(changed.people.length, 4, 'one topic is one person, two boxes of one mail server are two');
    t.match(readFileSync(file, 'utf8'), 'tk_planted2');

    for (const { name, kind } of changed.people)
      if (kind === 'email') t.equal((await ask('POST', '/settings/people/remove', { name })).status, 200);
    const tested = await ask('POST', '/notify/test');
    t.match(tested.json.results, [{ ok: true }, { ok: true }]);
    await until('both', () => server.arrived.length === 2);
    t.match(server.arrived.find(({ url }) => url === '/')?.headers, { authorization: 'Bearer tk_planted2' });
    const all = [both, changed, tested, await ask('GET', '/settings/people'), await ask('GET', '/settings')];
    t.notMatch(JSON.stringify(all), planted);

    const [{ name }, other] = (await ask('GET', '/settings/people')).json.people;
    t.equal((await ask('POST', '/settings/people/remove', { name: `${name}0` })).status, 404);
    await Promise.all([name, other.name].map((one) => ask('POST', '/settings/people/remove', { name: one })));
    t.strictSame((await ask('GET', '/settings/people')).json, { people: [] });
    t.strictSame((await ask('POST', '/notify/test')).json, { results: [] });
    t.notMatch(readFileSync(file, 'utf8'), planted);
  },
);

t.test('people of the environment are changed there', async (t) => {
  const notify = [{ kind: 'gotify', url: 'http://push.test', token: 'planted-token' }];
  const { ask } = await openSettings(t, { hasKey: true, env: { PASSERELLE_NOTIFY: JSON.stringify(notify) } });
  const { json } = await ask('GET', '/settings/people');
  t.match(json, { people: [{ kind: 'gotify', hasToken: true }], fixedBy: 'environment PASSERELLE_NOTIFY' });
  const another = { kind: 'ntfy', url: 'http://push.test/topic' };
  t.equal((await ask('POST', '/settings/people', another)).status, 409);
  t.equal((await ask('POST', '/settings/people/remove', { name: json.people[0].name })).status, 409);
});
