import { languageOf } from '../../plugins/ui/shell.ts';
import { saidIn } from '../../src/api/words/said.ts';
import { readNameWithId, shownName } from '../../src/browse/names.ts';
import { foldedText, wordsOfQuery } from '../../src/catalog/search/search-text.ts';
import { printable } from '../../src/commands/format/printable.ts';
import { fitsWildcards, hasWildcards } from '../../src/core/files/wildcards.ts';
import { createRedactor, withoutSecrets } from '../../src/core/log/redact.ts';
import { networkZoneOf } from '../../src/delivery/policy/client.ts';
import { familyOf } from '../../src/delivery/policy/client-traits.ts';
import { rangeCounts, weighConditions } from '../../src/delivery/policy/conditions.ts';
import { parseContentRange, parseRange } from '../../src/delivery/policy/range.ts';
import { checkAnswer } from '../../src/delivery/stream/check-answer.ts';
import { localName, markedName } from '../../src/downloads/local-name.ts';
import { createBasePath } from '../../src/edge/base-path.ts';
import { createCallerReader } from '../../src/edge/caller.ts';
import { shownSession } from '../../src/edge/page-proof.ts';
import { createAddressMask } from '../../src/gateway/address-mask.ts';
import { createDownloadAnswers } from '../../src/host/fichier/download-answers.ts';
import { cleanName } from '../../src/host/fichier/fields.ts';
import { scrub, textOf } from '../../src/host/fichier/host-messages.ts';
import { readAnswer } from '../../src/host/fichier/json.ts';
import { readPageUrl } from '../../src/host/fichier/page-url.ts';
import { parisToUtc } from '../../src/host/fichier/paris-time.ts';
import { readRefusal } from '../../src/host/fichier/refusals.ts';
import { readRetryAfter } from '../../src/host/fichier/retry-after.ts';
import { whyLeftAlone } from '../../src/inbox/left-alone.ts';
import { safeText } from '../../src/library/safe-name.ts';
import { readSideCar } from '../../src/library/sidecars/sidecar-content.ts';
import { spokenLanguage, spokenLines } from '../../src/library/sidecars/spoken-language.ts';
import { readSubtitleTags } from '../../src/library/sidecars/subtitle-tags.ts';
import { readText } from '../../src/library/sidecars/subtitle-text.ts';
import { readReport } from '../../src/media/report.ts';
import { isWithin } from '../../src/notify/path-map.ts';
import { readSections } from '../../src/notify/servers/plex.ts';
import { isOwnAddress } from '../../src/tree/tree-bytes.ts';
import { autoindexLine } from '../../src/views/autoindex.ts';
import { playlistLine } from '../../src/views/playlist.ts';
import { webVtt } from '../../src/views/web-vtt.ts';
import { xmlText } from '../../src/views/xml.ts';
import { davReaders } from './dav-readers.ts';
import { maxHeader, type TextReader } from './text-reader.ts';

const cue = '1\n00:00:01,000 --> 00:00:02,000\nOui, bien sûr.\n\n';
const ass = '[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,Oui, ';
const validators = { etag: '"abc"', lastModified: 1_700_000_000_000 };
const downloads = createDownloadAnswers(() => undefined);
const callerOf = createCallerReader(true);
const mask = createAddressMask({ verify: () => true });
const below = createBasePath('http://x/a/b/c', (segment) => segment === 'api');
const maxName = 1000;

const sidecars = 'src/library/sidecars';
const content = [`${sidecars}/sidecar-content.ts`, `${sidecars}/subtitle-text.ts`];
const speech = [`${sidecars}/spoken-language.ts`, `${sidecars}/latin-languages.ts`];
const hostWords = ['host-messages', 'json', 'refusals'].map((name) => `src/host/fichier/${name}.ts`);

/** A file as its bytes, in an encoding that is to be guessed: one sign that UTF-8 does not have stands in each line of it. */
const inOldEncoding = (text: string) => Buffer.from(text.replaceAll('\n', '\xe9\n'), 'latin1');

export const textReaders: readonly TextReader[] = [
  {
    name: 'the languages that a browser wants',
    of: ['plugins/ui/shell.ts'],
    read: languageOf,
    maxChars: maxHeader,
    after: ['fr;q=0.', 'fr, '],
  },
  {
    name: 'the cookies of a browser',
    of: ['src/edge/page-proof.ts'],
    read: (text) => shownSession({ cookie: text }),
    maxChars: maxHeader,
    after: ['passerelle-session='],
  },
  {
    name: 'what somebody types into the search',
    of: ['src/catalog/search/search-text.ts'],
    read: wordsOfQuery,
    maxChars: 500,
  },
  {
    name: 'a name on its way into the index of the search',
    of: ['src/catalog/search/search-text.ts'],
    read: foldedText,
    maxChars: maxName,
  },
  {
    name: 'a name in an inbox, with globs',
    of: ['src/inbox/left-alone.ts'],
    read: (text) => whyLeftAlone(text, ['*.nfo', '**/Samples/**', '*{sample,proof}*.*', '*a*b*c']),
    maxChars: 4096,
    isSlow: true,
  },
  ...['srt', 'ass', 'vtt', 'smi', 'sub', 'idx', 'txt'].map((extension) => ({
    name: `a side-car .${extension}`,
    of: [...content, ...speech],
    read: (text: string) => readSideCar(`a.${extension}`, Buffer.from(text)),
    after: extension === 'ass' ? [ass] : extension === 'srt' ? [cue, '{1}{25}Oui.\n'] : [],
  })),
  {
    name: 'an answer of a media server with addresses of ours',
    of: ['src/gateway/address-mask.ts'],
    read(text) {
      const run = mask.begin();
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += 1000) run.push(bytes.subarray(at, at + 1000));
      return run.end();
    },
    after: ['stream/', 'stream/a/', String.raw`\u002fstream\u002f`, 'stream/aa/aaaaaaaaaaaaaaaa/'],
  },
  {
    name: 'a side-car in UTF-16',
    of: content,
    read: (text) => readText(Buffer.from(`\ufeff${text}`, 'utf16le')),
  },
  {
    name: 'a side-car in an old encoding',
    of: content,
    read: (text) => readText(inOldEncoding(text)),
    isSlow: true,
  },
  { name: 'the lines of a subtitle', of: speech, read: spokenLines, after: [cue, ass] },
  { name: 'the language of a subtitle', of: speech, read: spokenLanguage, after: [cue] },
  {
    name: "the words in a side-car's name",
    of: [`${sidecars}/subtitle-tags.ts`],
    read: readSubtitleTags,
    maxChars: maxName,
  },
  {
    name: 'what is kept of a title',
    of: ['src/library/safe-name.ts'],
    read: (text) => safeText(text, 200),
    maxChars: maxName,
  },
  {
    name: 'a name of the account on this machine',
    of: ['src/downloads/local-name.ts'],
    read: (text) => markedName(localName(text), 'a1'),
    maxChars: maxName,
  },
  {
    name: 'a pattern of names',
    of: ['src/core/files/wildcards.ts'],
    read: (text) => hasWildcards(text) && fitsWildcards('*a?[b-c]*d', text),
    maxChars: maxName,
  },
  {
    name: 'what is handed to somebody who helps',
    of: ['src/core/log/redact.ts'],
    read: createRedactor(['a-secret']),
    after: ['https%3A%2F%2Fa', 'a-secre'],
  },
  {
    name: 'a sentence of the API',
    of: ['src/api/words/said.ts'],
    read: (text) => void saidIn(text),
    after: ['done ', '1,2'],
  },
  { name: 'a line of the log', of: ['src/core/log/redact.ts'], read: withoutSecrets, after: ['https://a'] },
  { name: 'a text for a terminal', of: ['src/commands/format/printable.ts'], read: printable },
  { name: 'an answer of the host', of: hostWords, read: readAnswer, after: ['{"a":"'] },
  {
    name: 'a refusal of the host',
    of: hostWords,
    read: (body) => readRefusal({ status: 403, body }),
    after: ['<html>'],
  },
  {
    name: 'a page of the host',
    of: hostWords,
    read: (text) => textOf({ kind: 'html', text }),
    after: ['<script>'],
  },
  { name: 'a message of the host', of: hostWords, read: scrub },
  {
    name: 'a page instead of a film',
    of: ['src/host/fichier/download-answers.ts'],
    read: (text) => downloads.readPage({ status: 403, headers: {}, text, now: 0 }),
  },
  {
    name: 'where a download server sends on to',
    of: ['src/host/fichier/download-answers.ts'],
    read: (text) => downloads.follow(text, 'https://a-1.1fichier.com/p1'),
    maxChars: maxHeader,
    after: ['https://', '//', '/'],
  },
  {
    name: 'a time to come back',
    of: ['src/host/fichier/retry-after.ts', 'src/core/http/http-date.ts'],
    read: (text) => readRetryAfter({ 'retry-after': text, date: text }, 0),
    maxChars: maxHeader,
    after: ['1', '1.', 'Tue, 03 Feb 2026 '],
  },
  {
    name: "the headers of a download server's answer",
    of: ['src/delivery/stream/check-answer.ts'],
    read: (text) =>
      checkAnswer(
        206,
        { 'content-encoding': text, 'transfer-encoding': text, 'content-type': text, 'content-range': text },
        { downloads, range: { start: 0, end: 9 }, sizeBytes: 10 },
      ),
    maxChars: maxHeader,
    after: ['identity', 'bytes 0-', 'multipart/'],
  },
  {
    name: 'a subtitle for browsers',
    of: ['src/views/web-vtt.ts'],
    read: (text) => [webVtt('a.srt', text), webVtt('a.ass', text)],
    after: [cue, ass],
  },
  { name: 'a name in a listing', of: ['src/host/fichier/fields.ts'], read: cleanName, maxChars: maxName },
  {
    name: 'an address in a listing',
    of: ['src/host/fichier/page-url.ts'],
    read: readPageUrl,
    maxChars: 5000,
  },
  { name: 'a time in a listing', of: ['src/host/fichier/paris-time.ts'], read: parisToUtc, maxChars: 5000 },
  {
    name: 'what MediaInfo says of a film',
    of: ['src/media/report.ts', 'src/media/codec-words.ts', 'src/media/language-codes.ts'],
    read: (text) => readReport(JSON.stringify({ media: { track: report(text) } })),
    maxChars: 16_384,
  },
  {
    name: 'the libraries of Plex',
    of: ['src/notify/servers/plex.ts', 'src/notify/path-map.ts'],
    read: (text) => readSections(text).catch(() => undefined),
    after: ['<MediaContainer><Directory key="1" a="'],
  },
  {
    name: 'a folder of a media server',
    of: ['src/notify/path-map.ts'],
    read: (text) => isWithin('/films/a', text),
  },
  ...davReaders,
  {
    name: 'a Range',
    of: ['src/delivery/policy/range.ts'],
    read: (text) => parseRange(text, 1000),
    maxChars: maxHeader,
    after: ['bytes=1-'],
  },
  {
    name: 'a Content-Range',
    of: ['src/delivery/policy/range.ts'],
    read: parseContentRange,
    maxChars: maxHeader,
    after: ['bytes 1-2/'],
  },
  {
    name: 'conditions of a request',
    of: ['src/delivery/policy/conditions.ts'],
    read: (text) => {
      weighConditions({ 'if-none-match': text, 'if-modified-since': text }, validators);
      return rangeCounts({ 'if-range': text }, validators);
    },
    maxChars: maxHeader,
  },
  {
    name: 'the program of a client',
    of: ['src/delivery/policy/client-traits.ts'],
    read: familyOf,
    maxChars: maxHeader,
  },
  {
    name: 'the way that a request came',
    of: ['src/edge/caller.ts'],
    read: (text) => callerOf('127.0.0.1', { 'x-forwarded-for': text }),
    maxChars: maxHeader,
    after: ['10.0.0.1, '],
  },
  {
    name: 'the address of a request below a path',
    of: ['src/edge/base-path.ts'],
    read: below.strip,
    maxChars: maxHeader,
    after: ['/', '/a', '/a/b', '/%61', '/a/b/c/', 'http://x/'],
  },
  {
    name: 'the address of a client',
    of: ['src/delivery/policy/client.ts'],
    read: networkZoneOf,
    maxChars: maxHeader,
  },
  {
    name: 'a file of the tree',
    of: ['src/tree/tree-bytes.ts'],
    read: (text) => isOwnAddress(Buffer.from(text)),
    after: ['http://a/stream/'],
  },
  {
    name: 'a name in a listing of ours',
    of: ['src/browse/names.ts', 'src/views/autoindex.ts', 'src/views/playlist.ts', 'src/views/xml.ts'],
    read: (name) => [
      shownName({ name, id: 'a', isTwin: true }),
      readNameWithId(name),
      autoindexLine({ name, isFolder: false }),
      playlistLine({ title: name, group: name, url: name }),
      xmlText(name),
    ],
    maxChars: maxName,
  },
];

function report(text: string): Record<string, unknown>[] {
  const fields = [
    'Format',
    'Language',
    'Title',
    'Duration',
    'HDR_Format',
    'MultiView_Layout',
    'transfer_characteristics',
  ];
  const track = Object.fromEntries(fields.map((name) => [name, text]));
  return [
    { '@type': 'General', ...track },
    { '@type': 'Video', ...track },
    { '@type': 'Menu', extra: { _00_00_01_000: text, [text]: text } },
  ];
}
