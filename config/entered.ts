import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { Document, isMap, parseDocument } from 'yaml';
import { createFound, type Found, type Known } from './sources.ts';
import { whyFileFails } from './unreadable.ts';
import { readYamlText } from './yaml.ts';

/** Name of the file in dataDir that holds what was entered in the page. */
export const enteredName = 'settings.yaml';

/** No such file is longer. */
const maxBytes = 256 * 1024;

const remedy = 'mend it, or move the file away: what was entered in the page then counts no more';

/** What somebody wants a setting to be; null = what it is without a word of his. */
export type EnteredChanges = ReadonlyMap<string, unknown>;

/**
 * Reads what was entered in the page. It outranks the file of settings, and the environment outranks it.
 * @param text what is to be read in the place of what lies there
 */
export function readEntered(file: string, known: Known, into: Found, text = enteredText(file, into)): void {
  if (text === undefined) return;
  const found = createFound(known);
  readYamlText(text, file, known, found);
  const dataDir = found.raw.get('dataDir');
  if (dataDir) {
    const wrong = 'stands in a file that lies in it';
    into.faults.push({ path: 'dataDir', source: dataDir.source, wrong, right: 'take this line out' });
    found.raw.delete('dataDir');
  }
  for (const fault of found.faults)
    into.faults.push(fault.path === '(file)' ? { ...fault, right: `${fault.right}; or ${remedy}` } : fault);
  into.warnings.push(...found.warnings);
  for (const [path, raw] of found.raw) into.raw.set(path, { ...raw, origin: 'entered' });
}

/** What lies there; undefined where nothing does, or where it cannot be read, which is told. */
export function enteredText(file: string, found: Pick<Found, 'faults'>): string | undefined {
  const wrong = (words: string, isOfDisk = false) =>
    void found.faults.push({
      path: '(file)',
      source: file,
      wrong: words,
      right: remedy,
      ...(isOfDisk && { isOfDisk: true }),
    });
  let handle: number;
  try {
    // Non-blocking: a pipe that somebody put there would be waited for.
    handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    // Where the folder itself is none, that is told.
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['ENOENT', 'ENOTDIR'].includes(code)) wrong(whyFileFails(error), true);
    return undefined;
  }
  try {
    const stats = fstatSync(handle);
    if (!stats.isFile()) wrong('is no plain file');
    else if (stats.size > maxBytes) wrong(`is larger than ${maxBytes} bytes`);
    else return readFileSync(handle, 'utf8');
  } catch (error) {
    wrong(whyFileFails(error), true);
  } finally {
    closeSync(handle);
  }
  return undefined;
}

/** The rows of a setting as they were entered, with all that a person wrote in them; none where there are none. */
export function enteredRows(text: string | undefined, path: string): unknown[] {
  const all: unknown = text === undefined ? undefined : parseDocument(text).toJS();
  const value = path.split('.').reduce<unknown>((node, name) => Reflect.get(Object(node), name), all);
  const rows: unknown = typeof value === 'string' ? JSON.parse(value) : value;
  return Array.isArray(rows) ? rows : [];
}

const head = ` What was entered in the page of Passerelle. It outranks config/passerelle.yaml; the environment outranks it.
 Only its owner may read it: it may hold the API key.`;

/** What was entered, with these changes; what a person wrote beside it stays. @param text undefined = nothing yet */
export function changeEntered(text: string | undefined, changes: EnteredChanges): string {
  const document = text === undefined ? new Document() : parseDocument(text);
  if (!isMap(document.contents)) {
    document.contents = document.createNode({}) as unknown as typeof document.contents;
    document.commentBefore = head;
  }
  for (const [path, value] of changes) {
    const at = path.split('.');
    if (value === null) document.deleteIn(at);
    else {
      // A group that somebody left empty is no map yet.
      const group = at.slice(0, -1);
      if (group.length > 0 && !isMap(document.getIn(group, true)))
        document.setIn(group, document.createNode({}));
      document.setIn(at, document.createNode(value));
    }
  }
  return document.toString({ lineWidth: 0 });
}
