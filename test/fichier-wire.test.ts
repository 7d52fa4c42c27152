import t from 'tap';
import { readPageUrl } from '../src/host/fichier/page-url.ts';
import { parisToUtc, utcToParis } from '../src/host/fichier/paris-time.ts';
import {
  readDirectLink,
  readFileInfo,
  readFileListing,
  readFolderListing,
} from '../src/host/fichier/wire.ts';
import { folder, top } from './fixtures/ids.ts';
import { item, link, page } from './fixtures/mocked-host.ts';

/** What the host says of files, folders and dates, in all the ways in which it writes them. */
const hourMs = 3_600_000;

t.test('French local time is what Intl says it is, every seven hours and around each change', async (t) => {
  const intl = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/Paris',
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  let wrong = 0;
  let count = 0;
  const look = (ms: number) => {
    const text = utcToParis(ms);
    if (text !== intl.format(ms)) wrong++;
    const back = parisToUtc(text);
    // In the hour that comes twice, both instants carry one text, which means the earlier.
    if (back !== ms && !(back === ms - hourMs && utcToParis(back) === text)) wrong++;
    count++;
  };
  for (let ms = Date.UTC(2005, 0, 1); ms < Date.UTC(2045, 0, 1); ms += 7 * hourMs + 61_000) look(ms);
  for (let year = 1997; year < 2060; year++) {
    for (const month of [2, 9]) {
      for (let day = 25; day <= 31; day++) {
        for (let minute = 0; minute < 4 * 60; minute += 30) look(Date.UTC(year, month, day, 0, minute));
      }
    }
  }
  t.ok(count > 50_000);
  t.equal(wrong, 0);
});

t.test('the hour that comes twice is summer time, the hour that is skipped is winter time', async (t) => {
  t.equal(parisToUtc('2025-10-26 02:30:00'), Date.UTC(2025, 9, 26, 0, 30));
  t.equal(parisToUtc('2025-10-26 03:00:00'), Date.UTC(2025, 9, 26, 2));
  t.equal(parisToUtc('2025-03-30 02:30:00'), Date.UTC(2025, 2, 30, 1, 30));
  t.equal(parisToUtc('2021-06-22 14:57:25'), Date.UTC(2021, 5, 22, 12, 57, 25));
});

t.test('what is no such date is nothing', async (t) => {
  const bad = [
    '',
    '2025-02-30 10:00:00',
    '2025-13-01 10:00:00',
    '2025-01-01 24:00:00',
    '2025-01-01 10:60:00',
  ];
  bad.push('0000-00-00 00:00:00', '0050-01-01 00:00:00', '2025-01-01', 'yesterday', '2025-01-01 10:00:00Z');
  for (const text of bad) t.equal(parisToUtc(text), undefined, text);
});

t.test('a page URL gives the id and keeps its domain', async (t) => {
  const id = 'abcdefghij0123456789';
  const good: [string, string][] = [
    [page, page],
    [`http://www.1fichier.com/?${id}&af=123&lg=en`, page],
    [`https://1FICHIER.com/en/?${id}`, page],
    [`https://dl4free.com/?${id}`, `https://dl4free.com/?${id}`],
    [`https://desfichiers.net/?${id}`, `https://desfichiers.net/?${id}`],
    [`https://${id}.1fichier.com/`, `https://${id}.1fichier.com/`],
    [`https://${id}.1fichier.com/?af=1`, `https://${id}.1fichier.com/`],
  ];
  for (const [from, url] of good) t.same(readPageUrl(from), { id, url }, from);
  const bad = ['', 'x', 'https://example.com/?abcdefghij', 'https://1fichier.com/?ABCDEFGHIJ', link];
  bad.push(
    'https://1fichier.com/?abcd',
    `https://1fichier.com/?${'a'.repeat(21)}`,
    'https://1fichier.com/dir/abcdefgh',
  );
  bad.push(
    'https://1fichier.com.example.com/?abcdefghij',
    'https://user@1fichier.com/?abcdefghij',
    `${page}'x`,
  );
  bad.push('https://ABCDEFGHIJ.1fichier.com/', 'javascript://1fichier.com/?abcdefghij', `${page}\nhttps://x`);
  for (const from of bad) t.equal(readPageUrl(from), undefined, from);
});

t.test('a listing is read with all the ways in which the host writes it', async (t) => {
  const listing = readFolderListing(
    {
      status: 'OK',
      folder_id: '12',
      name: 'Films',
      size: null,
      files: '2',
      unknown: { deep: [] },
      sub_folders: [{ id: '3357645', create_date: '2021-03-20 16:42:15', name: 'Séries', pass: '1' }],
      items: [
        {
          ...item,
          size: '700',
          'content-type': 'video/x-matroska',
          checksum: 'AB'.repeat(64),
          pass: '0',
          acl: '0',
        },
        {
          url: 'https://tenvoi.com/?zzzzz&af=1',
          filename: 'Film.mkv',
          size: 0,
          date: null,
          content_type: 'text/plain',
          pass: 1,
          acl: { ip: [], country: ['FR'], email: [], premium: 0 },
        },
      ],
    },
    folder(12),
  );
  t.same(listing, {
    id: folder(12),
    name: 'Films',
    skipped: 0,
    complete: true,
    folders: [
      {
        id: folder(3357645),
        name: 'Séries',
        createdAt: Date.UTC(2021, 2, 20, 15, 42, 15),
        hasPassword: true,
      },
    ],
    files: [
      {
        id: 'abcdefghij0123456789',
        url: page,
        name: 'Film.mkv',
        sizeBytes: 700,
        sentAt: Date.UTC(2021, 5, 22, 12, 57, 25),
        contentType: 'video/x-matroska',
        checksum: 'ab'.repeat(64),
        hasPassword: false,
        hasAccessRules: false,
        folderId: undefined,
      },
      {
        id: 'zzzzz',
        url: 'https://tenvoi.com/?zzzzz',
        name: 'Film.mkv',
        sizeBytes: 0,
        sentAt: undefined,
        contentType: 'text/plain',
        checksum: undefined,
        hasPassword: true,
        hasAccessRules: true,
        folderId: undefined,
      },
    ],
  });
});

t.test('one bad entry costs itself and is counted', async (t) => {
  const bad = [
    null,
    7,
    [],
    {},
    { ...item, size: null },
    { ...item, size: -1 },
    { ...item, size: 2 ** 60 },
    { ...item, size: '1e9' },
    { ...item, size: 1.5 },
    { ...item, url: 'https://1fichier.com/?ABCDEFGHIJ' },
    { ...item, filename: '' },
    { ...item, filename: '\u0000\n' },
    { ...item, filename: 'x'.repeat(1001) },
  ];
  const folders = [{ id: -1, name: 'x' }, { id: 5 }, { id: 12, name: 'itself' }, { id: 0, name: 'the root' }];
  const listing = readFolderListing(
    { status: 'OK', items: [...bad, item, item], sub_folders: folders },
    folder(12),
  );
  t.equal(listing.files.length, 1, 'the good one, once');
  t.equal(listing.skipped, bad.length + folders.length);
  t.equal(listing.complete, false);
  t.match(readFileListing({ count: 2, items: [bad[0], item] }), { skipped: 1, files: [{}], complete: false });
});

t.test('names are safe as one part of a path and one line, and otherwise as they are', async (t) => {
  const names: [string, string][] = [
    ['a\u0000b\r\nc\u2028d', 'a b c d'],
    ['../../etc/passwd', '..／..／etc／passwd'],
    ['..', '．．'],
    ['.', '．'],
    [' Le Film ＂été＂ (2020).mkv ', 'Le Film ＂été＂ (2020).mkv'],
    ['half \ud800 pair', 'half \ufffd pair'],
  ];
  for (const [from, to] of names) {
    t.equal(readFolderListing({ items: [{ ...item, filename: from }] }, top).files[0]?.name, to);
  }
});

t.test('a listing that is none, or half a one, is never an empty folder', async (t) => {
  const odd = [
    undefined,
    null,
    'x',
    [],
    {},
    { status: 'OK' },
    { name: 'Root', folder_id: 0 },
    { items: 'x' },
    { sub_folders: {} },
  ];
  for (const value of [...odd, { folder_id: 99, items: [] }, { folder_id: 0, files: 12, sub_folders: [] }]) {
    t.throws(() => readFolderListing(value, top), { code: 'BRIDGE_HOST_ODD_ANSWER' }, JSON.stringify(value));
  }
  for (const value of [undefined, {}, { status: 'OK' }, { count: 3 }]) {
    t.throws(() => readFileListing(value), { code: 'BRIDGE_HOST_ODD_ANSWER' });
  }
  const root = { folder_id: 0, status: 'OK', size: null, files: 0, name: 'Root' };
  t.match(readFolderListing(root, top), { files: [], folders: [], complete: true });
  t.match(readFolderListing({ sub_folders: [] }, top), { files: [], skipped: 0, complete: false });
  t.same(readFileListing({ status: 'OK', count: 0 }), { files: [], skipped: 0, complete: true });
});

t.test('a listing that the limit of the host has cut is not complete', async (t) => {
  const items = Array.from({ length: 5000 }, (_, n) => ({ ...item, url: `https://1fichier.com/?file${n}` }));
  t.match(readFolderListing({ files: 6200, items }, top), { skipped: 1200, complete: false });
  t.match(readFolderListing({ items }, top), { skipped: 0, complete: false });
  t.match(readFolderListing({ files: 5000, items }, top), { skipped: 0, complete: true });
});

t.test('file/info carries no status', async (t) => {
  const info = readFileInfo({ ...item, folder_id: '12', path: 'A/B', description: null, acl: null });
  t.match(info, { id: 'abcdefghij0123456789', folderId: folder(12), path: 'A/B', description: undefined });
  t.throws(() => readFileInfo({ status: 'OK' }), { code: 'BRIDGE_HOST_ODD_ANSWER' });
});

t.test('a link is an http address', async (t) => {
  t.equal(readDirectLink({ status: 'OK', url: link }), link);
  for (const url of [undefined, '', 'x', 'file:///etc/passwd', 7]) {
    t.throws(() => readDirectLink({ status: 'OK', url }), { code: 'BRIDGE_HOST_ODD_ANSWER' });
  }
});
