import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { z } from 'zod';
import { whyNoAddress } from '../config/addresses.ts';
import { settingList } from '../config/settings.ts';
import {
  frenchChoices,
  frenchDefaults,
  frenchHelp,
  frenchSource,
} from '../plugins/ui/client/guide/settings-help-fr.ts';
import { frenchErrors } from '../plugins/ui/client/words/errors-fr.ts';
import { frenchPhrases } from '../plugins/ui/client/words/phrases-fr.ts';
import { frenchReasonWords } from '../plugins/ui/client/words/reason-words-fr.ts';
import { enterSetup } from '../src/api/setup/setup.ts';
import { inWords } from '../src/api/words/faults.ts';
import { phrases } from '../src/api/words/phrases.ts';
import { evidenceWords, factWords } from '../src/api/words/reason-words.ts';
import { saidIn } from '../src/api/words/said.ts';
import { errorTable } from '../src/core/errors.ts';
import { recognise } from '../src/naming/recognise.ts';
import { needsReview } from '../src/naming/verdict/needs-review.ts';
import { root } from './fixtures/checkout.ts';
import { setup } from './fixtures/setup.ts';

/** What the API says in English, and the page in French: each sentence has a code, and both languages have all of them. */
const named = z.object({ path: z.string().optional(), name: z.string().optional() });
const namesIn = (template: string) => [...template.matchAll(/\{(\w+)/g)].map(([, name]) => name).sort();

t.test('each sentence and each error is there in French, with the same things filled in', async (t) => {
  for (const [code, english] of Object.entries(phrases)) {
    const french = frenchPhrases[code as keyof typeof phrases];
    t.ok(french, code);
    t.strictSame(namesIn(french), namesIn(english), code);
    t.not(french, english, code);
  }
  t.strictSame(Object.keys(frenchPhrases).sort(), Object.keys(phrases).sort());
  t.strictSame(
    Object.keys(frenchReasonWords).sort(),
    [...new Set<string>([...factWords, ...evidenceWords])].sort(),
  );
  for (const [code, { message, remedy }] of Object.entries(errorTable)) {
    const [french = '', french2 = ''] = frenchErrors[code] ?? [];
    t.ok(french !== '' && french2 !== '', `${code} is in plugins/ui/client/words/errors-fr.ts`);
    t.ok(french !== message && french2 !== remedy, code);
  }
});

/** Put together of smaller pieces in the code: each word of theirs is there. */
const composed = new Set([
  'certificate-ended',
  'clock-ahead',
  'clock-behind',
  'calls-blocked-until',
  'account-no-links',
  'links-live-unseen',
  'links-live-half',
  'links-live',
]);
const isComposed = (name: string) => composed.has(name) || /^(?:reason|field)-/.test(name);

t.test('each setting is explained in French too', async (t) => {
  for (const { path, help } of settingList) t.not(frenchHelp[path], help, path);
  const paths = settingList.map(({ path }) => path);
  t.strictSame(Object.keys(frenchHelp).sort(), [...paths].sort());
});

t.test(
  'each default that is words is said in French too, and each value of a choice that is no name',
  (t) => {
    // A name, an address, a path, a pattern or a list of numbers is the same everywhere.
    const isTheSame = /^(?:passerelle|[\d ,.]*|\.\/\w+|\/|https:\/\/[\w./]+|\*\.[\w.]+|true|false)$/;
    for (const { path, shown, form } of settingList) {
      if (form.kind !== 'choice') {
        if (!isTheSame.test(shown)) t.ok(frenchDefaults[shown], `${path}: ${shown}`);
        continue;
      }
      const meanings = frenchChoices[path];
      t.ok(meanings, `${path} is in plugins/ui/client/guide/settings-help-fr.ts`);
      const missing = form.values.filter((value) => meanings?.[value] === undefined);
      t.strictSame(missing, path === 'library.profile' ? form.values : [], path);
      t.strictSame(
        Object.keys(meanings ?? {}).filter((value) => !form.values.includes(value)),
        [],
        path,
      );
    }
    const shown = new Set(settingList.map((setting) => setting.shown));
    t.strictSame(
      Object.keys(frenchDefaults).filter((words) => !shown.has(words)),
      [],
    );
    t.equal(frenchSource('/etc/passerelle.yaml line 3'), '/etc/passerelle.yaml ligne 3');
    t.equal(frenchSource('environment FICHIER_API_KEY'), 'environnement FICHIER_API_KEY');
    t.end();
  },
);

t.test('what has a code is said somewhere', async (t) => {
  const code = ['src', 'config']
    .flatMap((top) =>
      readdirSync(join(root, top), { recursive: true, encoding: 'utf8' }).map((name) => join(top, name)),
    )
    .filter((name) => name.endsWith('.ts') && !name.endsWith(join('words', 'phrases.ts')))
    .map((name) => readFileSync(join(root, name), 'utf8').replaceAll("\\'", "'"))
    .join('\n');
  for (const [name, template] of Object.entries(phrases))
    for (const words of template.split(/\{[^}]+\}/)) {
      const own = words.replace(/^[\s:;,()]+|[\s:;,()]+$/g, '');
      const pieces = isComposed(name) ? own.split(/[\s:]+/) : [own];
      for (const piece of pieces) if (/\w{4}/.test(piece)) t.ok(code.includes(piece), `${name}: ${piece}`);
    }
});

t.test('a text is told by its sentences, and what is none of ours stays as it is', async (t) => {
  const at = '2026-11-28T10:00:00.000Z';
  const rows: [text: string, said: ReturnType<typeof saidIn>][] = [
    ['/srv/data can be written', [{ code: 'path-writable', params: { path: '/srv/data' } }]],
    [
      `done ${at}; 1,234 files in 1 folder, 3 of them missing; removals are held back: everything in /A would go (9 files)`,
      [
        { code: 'crawl-done', params: { time: at } },
        { code: 'crawl-counts-missing', params: { files: 1234, folders: 1, missing: '3' } },
        { code: 'crawl-held', params: { why: 'everything in /A would go (9 files)' } },
      ],
    ],
    [
      'the key is accepted; access account until 2026-12-01: no direct links',
      [
        { code: 'key-accepted', params: {} },
        { code: 'account-ended', params: { offer: 'access', day: '2026-12-01' } },
      ],
    ],
    [
      'Give this user the right to read and write there (Docker: PUID and PGID), or name another folder (dataDir)',
      [{ code: 'give-rights', params: { more: ' (dataDir)' } }],
    ],
    [
      'http://x says a thing; that is soon',
      [
        { code: 'text', params: { text: 'http://x says a thing' } },
        { code: 'certificate-soon', params: {} },
      ],
    ],
    [
      'removals are held back: 1 of 4 files (25 %) would go, more than 20 %',
      [{ code: 'crawl-held', params: { why: '1 of 4 files (25 %) would go, more than 20 %' } }],
    ],
    [
      'season: folder marker',
      [{ code: 'reason-fact', params: { fact: 'season', evidence: 'folder marker' } }],
    ],
    [
      'resolution, group: tags in the name',
      [{ code: 'reason-tags', params: { facts: 'resolution, group' } }],
    ],
    ['shade: folder', [{ code: 'text', params: { text: 'shade: folder' } }]],
    ['left at 12 %', [{ code: 'ended-left', params: { percent: '12' } }]],
    ['what a nice account', [{ code: 'text', params: { text: 'what a nice account' } }]],
    ['', [{ code: 'text', params: { text: '' } }]],
  ];
  for (const [text, said] of rows) t.strictSame(saidIn(text), said, text);
  const long = '/a can be written'.repeat(10_000);
  t.strictSame(saidIn(long), [{ code: 'text', params: { text: long } }]);
  const why = needsReview({ path: '', kind: 'unknown', confidence: 0, reasons: [] });
  t.not(saidIn(why ?? '')[0]?.code, 'text');
});

t.test('why a name was read so has codes, and so has what is wrong with what was sent', async (t) => {
  const names = readdirSync(join(root, 'test/names')).filter((name) => name.endsWith('.jsonl'));
  const rows = names.flatMap((name) => readFileSync(join(root, 'test/names', name), 'utf8').split('\n'));
  const paths = rows.filter(Boolean).map((row) => named.parse(JSON.parse(row)));
  const reasons = new Set(paths.flatMap(({ path, name }) => recognise(path ?? name ?? '').reasons));
  t.ok(reasons.size > 30);
  const unsaid = [...reasons].filter((line) => saidIn(line).some(({ code }) => code === 'text'));
  t.strictSame(unsaid, []);
  const sent = { kind: 7, url: 'x', roots: [], token: '' };
  const faults = enterSetup.body.safeParse({ servers: [sent], roots: [], baseUrl: 'x'.repeat(501), more: 1 });
  const words = inWords(faults.error as NonNullable<typeof faults.error>, {});
  for (const { code } of saidIn(words)) t.not(code, 'text', words);
  for (const typed of [
    '',
    'a b',
    'a"',
    'host',
    'ftp://host',
    'http://a:b@host',
    'http://host#x',
    'http://[',
  ]) {
    const line = `server.baseUrl (what is entered): ${whyNoAddress(typed)}; must be an address such as http://192.168.1.10:8790`;
    for (const { code } of saidIn(line)) t.not(code, 'text', line);
  }
});

t.test('what doctor finds has codes, and so has what is special about an error', async (t) => {
  const { app, bridge, sync } = await setup(t, { env: { PASSERELLE_BASE_URL: 'http://127.0.0.1:1' } });
  const headers = { authorization: `Bearer ${bridge.secrets.adminToken}` };
  const { findings } = (await app.inject({ url: '/api/v1/doctor', headers })).json();
  t.ok(findings.length > 10);
  for (const { what, words, said, remedy, remedySaid } of findings) {
    t.ok(said.length > 0 && said.every(({ code }: { code: string }) => code !== 'text'), `${what}: ${words}`);
    if (remedy)
      t.ok(
        remedySaid.every(({ code }: { code: string }) => code !== 'text'),
        `${what}: ${remedy}`,
      );
  }
  await sync();
  const move = { method: 'POST', url: '/api/v1/files/changes/move', headers } as const;
  const refused = await app.inject({ ...move, payload: { from: '/', to: '/A' } });
  t.match(refused.json(), { said: [{ code: 'whole-account' }], remedySaid: [{}] });
  const unknown = await app.inject({ url: '/api/v1/files/x', headers });
  t.notOk('said' in unknown.json(), 'nothing where there is nothing special');
});
