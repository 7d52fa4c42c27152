import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Reader } from '../fixtures/score.ts';
import { loadReader } from './commits.ts';
import { type Edit, namingFolder, type Rule } from './rules.ts';

const folderUrl = `${pathToFileURL(namingFolder).href}/`;
const asked = /[?&]edited=(\d+)/;
/** Edits by file, for each time that the files are loaded once more. */
const edited = new Map<string, ReadonlyMap<string, readonly Edit[]>>();

/** Files of `src/naming` are loaded once more with some of their text changed, beside those that are there already. */
function install(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const result = next(specifier, context);
      const number = asked.exec(context.parentURL ?? '')?.[1];
      return number !== undefined && result.url.startsWith(folderUrl) && !asked.test(result.url)
        ? { ...result, url: `${result.url}?edited=${number}` }
        : result;
    },
    load(url, context, next) {
      const files = edited.get(asked.exec(url)?.[1] ?? '');
      if (!files) return next(url, context);
      const file = fileURLToPath(url.replace(/\?.*$/, ''));
      const source = withEdits(readFileSync(file, 'utf8'), files.get(file) ?? []);
      return { format: 'module-typescript', source, shortCircuit: true };
    },
  });
}

function withEdits(code: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((a, b) => b.from - a.from)
    .reduce((text, { from, to, instead }) => text.slice(0, from) + instead + text.slice(to), code);
}

function loadEdited(rules: readonly Rule[], which: 'off' | 'seen'): Promise<Reader> {
  if (edited.size === 0) install();
  const number = String(edited.size + 1);
  const files = Map.groupBy(rules, ({ file }) => file);
  edited.set(number, new Map([...files].map(([file, own]) => [file, own.map((rule) => rule[which])])));
  return loadReader(`${pathToFileURL(join(namingFolder, 'recognise.ts')).href}?edited=${number}`);
}

/** Our reader without some of its rules. */
export function readerWithout(rules: readonly Rule[]): Promise<Reader> {
  return loadEdited(rules, 'off');
}

class SeenPattern extends RegExp {
  readonly rule: string;
  readonly hear: (rule: string) => void;

  constructor(pattern: RegExp | SeenPattern, flags = pattern.flags, rule = '', hear = (_: string) => {}) {
    super(pattern, flags);
    // Splitting and finding all makes copies.
    this.rule = 'rule' in pattern ? pattern.rule : rule;
    this.hear = 'hear' in pattern ? pattern.hear : hear;
  }

  override exec(text: string): RegExpExecArray | null {
    const found = super.exec(text);
    if (found) this.hear(this.rule);
    return found;
  }
}

/** Our reader, of which each rule tells when it finds something: where it finds nothing, it cannot be missed. */
export function readerTelling(rules: readonly Rule[], hear: (rule: string) => void): Promise<Reader> {
  const stateless = new Map<string, SeenPattern>();
  Object.assign(globalThis, {
    seenPattern(rule: string, pattern: RegExp): RegExp {
      if (pattern.global || pattern.sticky) return new SeenPattern(pattern, pattern.flags, rule, hear);
      const known = stateless.get(rule) ?? new SeenPattern(pattern, pattern.flags, rule, hear);
      stateless.set(rule, known);
      return known;
    },
    seenAnswer<T>(rule: string, answer: T): T {
      const isNothing = answer === false || (Array.isArray(answer) && answer.length === 0);
      if (!isNothing) hear(rule);
      return answer;
    },
  });
  return loadEdited(rules, 'seen');
}
