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

/**
 * Reads the settings file into `found`.
 * @param isRequired somebody named it: then it has to be there
 */
export function readYaml(file: string, isRequired: boolean, known: Known, found: Found): void {
  const content = contentOf(file, isRequired, found);
  if (content === undefined) return;
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines });
  const lineOf = (offset: number | undefined) => lines.linePos(offset ?? 0).line;
  const fault = (wrong: string, right: string, offset?: number) => {
    const source = offset === undefined ? file : `${file} line ${lineOf(offset)}`;
    found.faults.push({ path: '(file)', source, wrong, right });
  };
  const alias = firstAlias(document);
  for (const { code, message, pos } of document.errors)
    fault(errorWords[code] ?? message.replace(/ at line \d+.*$/s, ''), 'must be YAML', pos[0]);
  if (document.errors.length > 0 || document.contents === null) return;
  if (alias !== undefined) fault('holds an alias (*)', 'write the value where it is meant', alias);
  else if (isMap(document.contents)) walk(document.contents, '', { file, lineOf, known, found });
  else fault('is not a list of settings', 'must have the form of passerelle.example.yaml');
}

const errorWords: Partial<Record<ErrorCode, string>> = {
  DUPLICATE_KEY: 'the same name stands twice',
  MULTIPLE_DOCS: 'holds a second document (---)',
  TAB_AS_INDENT: 'is indented with a tab, where YAML wants spaces',
};

function contentOf(file: string, isRequired: boolean, found: Found): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !isRequired) return undefined;
    const wrong =
      code === 'EISDIR'
        ? 'is a folder (EISDIR), which Docker makes where a file is missing'
        : `cannot be read (${code})`;
    found.faults.push({ path: '(file)', source: file, wrong, right: 'name a file that is there' });
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
      fault('there is no such setting', `did you mean ${nearestWord(path, known.paths)}?`);
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
  found.take(path, { value, source, sourceOf, ...(written !== undefined && { written }) });
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
