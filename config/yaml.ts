import { readFileSync } from 'node:fs';
import {
  type Document,
  type ErrorCode,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { nearestWord } from './nearest.ts';
import type { Found, Known } from './sources.ts';
import { whyFileFails } from './unreadable.ts';

/**
 * Reads the settings file into `found`.
 * @param isRequired somebody named it: then it has to be there
 */
export function readYaml(file: string, isRequired: boolean, known: Known, found: Found): void {
  const content = contentOf(file, isRequired, found);
  if (content !== undefined) readYamlText(content, file, known, found);
}

/** The same for what stands in it. @param file as it is told of */
export function readYamlText(content: string, file: string, known: Known, found: Found): void {
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines });
  const lineOf = (offset: number | undefined) => lines.linePos(offset ?? 0).line;
  const fault = (wrong: string, right: string, offset?: number) => {
    const source = offset === undefined ? file : `${file} line ${lineOf(offset)}`;
    found.faults.push({ path: '(file)', source, wrong, right });
  };
  const alias = firstAlias(document);
  for (const { code, message, pos } of document.errors) fault(...wordsOf(code, message), pos[0]);
  if (document.errors.length > 0 || document.contents === null) return;
  if (alias !== undefined) fault('holds an alias (*)', 'write the value where it is meant', alias);
  else if (isMap(document.contents)) walk(document.contents, '', { file, lineOf, known, found });
  else fault('is not a list of settings', 'must have the form of passerelle.example.yaml');
}

type Words = readonly [wrong: string, right: string];

/** What is wrong with the text and what would be right, in words for who writes such a file once a year. */
function wordsOf(code: ErrorCode, message: string): Words {
  if (code === 'MISSING_CHAR') {
    if (message.includes('quote')) return ['opens a quote that is not closed', 'close it, or leave it out'];
    if (message.includes('map values'))
      return ['has a name without a colon behind it', 'write name: value, with a space behind the colon'];
  }
  if (code === 'BAD_INDENT' && /^Flow/.test(message)) return isOpen;
  return errorWords[code] ?? ['cannot be read', 'write it as passerelle.example.yaml does'];
}

const isOpen: Words = [
  'lacks a comma, a bracket or a brace',
  'close what was opened: [a, b] or { name: value }',
];
const needsQuotes = 'put quotes around the value';

const errorWords: Partial<Record<ErrorCode, Words>> = {
  DUPLICATE_KEY: ['the same name stands twice', 'keep one of them'],
  MULTIPLE_DOCS: ['holds a second document (---)', 'write everything in one, and take that line out'],
  TAB_AS_INDENT: ['is indented with a tab, where YAML wants spaces', 'indent with spaces'],
  BAD_INDENT: [
    'does not stand below the lines that it belongs to',
    'begin lines that belong together at the same column',
  ],
  BAD_SCALAR_START: ['has a value that begins with a sign of YAML', needsQuotes],
  BAD_DQ_ESCAPE: ['holds a backslash in double quotes', 'put single quotes in their place'],
  BLOCK_AS_IMPLICIT_KEY: ['holds a second colon', needsQuotes],
  MULTILINE_IMPLICIT_KEY: [
    'has a line without a colon',
    'write name: value, with a space behind the colon, or put quotes around the value',
  ],
  BLOCK_IN_FLOW: isOpen,
  MISSING_CHAR: isOpen,
  UNEXPECTED_TOKEN: ['has something behind the value that does not belong there', needsQuotes],
};

function contentOf(file: string, isRequired: boolean, found: Found): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !isRequired) return undefined;
    const right =
      code === 'ENOENT' || code === 'EISDIR'
        ? 'name a file that is there'
        : 'name a file that this user may read';
    found.faults.push({ path: '(file)', source: file, wrong: whyFileFails(error), right });
    return undefined;
  }
}

interface Walk {
  file: string;
  lineOf: (offset: number | undefined) => number;
  known: Known;
  found: Found;
}

function walk(map: YAMLMap, prefix: string, about: Walk): void {
  const { known, found } = about;
  for (const pair of map.items) {
    const path = prefix + String(isScalar(pair.key) ? pair.key.value : pair.key);
    const source = lineOfPair(pair, about);
    const fault = (wrong: string, right: string) => void found.faults.push({ path, source, wrong, right });
    if (known.byPath(path)) take(pair, path, source, about);
    else if (!known.isGroup(path))
      fault(
        'there is no such setting',
        `did you mean ${nearestWord(path, isMap(pair.value) ? [...known.groups, ...known.paths] : known.paths)}?`,
      );
    else if (isMap(pair.value)) walk(pair.value, `${path}.`, about);
    else if (!isScalar(pair.value) || pair.value.value !== null)
      fault('is a group of settings, not a value', `write ${path}: and its settings indented below`);
  }
}

/** Notes the value of a setting, and where in the file each part of it stands. */
function take(pair: Pair, path: string, source: string, { file, lineOf, found }: Walk): void {
  const node = pair.value;
  const value = isScalar(node) ? node.value : isCollection(node) ? node.toJSON() : undefined;
  if (value === null || value === undefined) return;
  const sourceOf = (at: readonly PropertyKey[]): string => {
    for (let depth = at.length; depth > 0; depth--) {
      const part = isCollection(node) ? node.getIn(at.slice(0, depth), true) : undefined;
      if (isScalar(part) || isCollection(part)) return `${file} line ${lineOf(part.range?.[0])}`;
    }
    return source;
  };
  const written = isScalar(node) ? node.source : undefined;
  found.take(path, { origin: 'file', value, source, sourceOf, ...(written !== undefined && { written }) });
}

function lineOfPair({ key }: Pair, { file, lineOf }: Walk): string {
  return `${file} line ${lineOf(isScalar(key) ? key.range?.[0] : undefined)}`;
}

function firstAlias(document: Document.Parsed): number | undefined {
  let offset: number | undefined;
  visit(document, (_key, node) => {
    if (!isAlias(node)) return undefined;
    offset = node.range?.[0] ?? 0;
    return visit.BREAK;
  });
  return offset;
}
