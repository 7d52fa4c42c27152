import t from 'tap';
import { families } from '../config/values.ts';
import {
  type ClientTraits,
  clientTraits,
  familiesThat,
  familyNames,
  familyOf,
  traitsOf,
} from '../src/delivery/policy/client-traits.ts';
import { builtInRules, davRules } from '../src/delivery/policy/rules.ts';
import { rowsOf } from './fixtures/documents.ts';

/** One table of what clients do: the rules, the decision, the settings and the documents are made of it. */

const words: readonly (readonly [keyof ClientTraits, string])[] = [
  ['comesBack', 'comes back at every jump'],
  ['keepsMaxAge', 'keeps a redirect for its max-age'],
  ['followsOnDav', 'follows a redirect on WebDAV'],
  ['probes', 'probes'],
];

t.test('docs/delivery.md tells of every client: its name, its User-Agent, what it does', async (t) => {
  const rows = clientTraits.map((traits) => [
    [traits.family],
    words.flatMap(([trait, word]) => (traits[trait] ? [word] : [])),
  ]);
  const told = rowsOf('docs/delivery.md', 'clients').map(([family, , does]) => [
    family,
    (does?.[0] ?? '').split(', ').filter((word) => word !== '' && word !== 'nothing of this'),
  ]);
  t.strictSame(told, rows);
  for (const [family, agents] of rowsOf('docs/delivery.md', 'clients'))
    for (const agent of (agents?.[0] ?? '').split(', ').filter((word) => word.includes('/')))
      t.equal(familyOf(agent), family?.[0], agent);
});

t.test('the settings know the families of the table and no other', async (t) => {
  t.strictSame([...families].sort(), [...familyNames].sort());
  t.equal(new Set(familyNames).size, familyNames.length, 'each once');
});

t.test('the rules are made of the traits', async (t) => {
  const clientsOf = (name: string, rules = builtInRules) => rules.find((rule) => rule.name === name)?.client;
  t.strictSame(
    clientsOf('returning'),
    familiesThat(({ comesBack }) => comesBack),
  );
  t.strictSame(clientsOf('probe'), clientsOf('returning'), 'a probe of one that never comes back is a play');
  const notFollowing = familiesThat(({ followsOnDav }) => !followsOnDav);
  t.ok(notFollowing.includes('unknown'), 'nothing is expected of whoever is not known');
  t.strictSame(
    clientsOf('webdav-clients'),
    notFollowing.filter((family) => family !== 'unknown'),
  );
  t.strictSame(clientsOf('webdav-clients', [...davRules(builtInRules)]), notFollowing);
});

t.test('whoever keeps a max-age comes back: else its link would end in mid-film', async (t) => {
  for (const { family, keepsMaxAge, comesBack } of clientTraits) t.ok(comesBack || !keepsMaxAge, family);
});

t.test('whoever is not known has a line of its own, and the same User-Agent the same answer', async (t) => {
  for (const agent of ['', 'Something/1.0', 'x'.repeat(5000)]) {
    t.equal(traitsOf(agent).family, 'unknown', agent.slice(0, 20));
    t.equal(traitsOf(agent), traitsOf(agent));
  }
});
