import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A part of `src/naming` that can be switched off: a pattern that then matches nothing, or a function that finds nothing. */
export interface Rule {
  /** `markers.shapes[3]`, `markers.findSceneNumber`: file, what it stands in, and which of its patterns. */
  id: string;
  file: string;
  /** What is put in the place of a stretch of the file's text. */
  from: number;
  to: number;
  instead: string;
  /** How it is written, on one line. */
  text: string;
}

export const namingFolder = join(import.meta.dirname, '../../src/naming');

/**
 * Every rule, found in the text of the files: nothing is to be written there for it, and nothing is slower for it. Rules
 * are the regular expressions, and the functions for whose answer there is a plain "nothing".
 */
export function readRules(folder: string = namingFolder): Rule[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .flatMap((name) => rulesIn(join(folder, name), readFileSync(join(folder, name), 'utf8')));
}

export function rulesIn(file: string, code: string): Rule[] {
  const stem = basename(file, '.ts');
  const owners = [...code.matchAll(/^(?:export )?(?:async )?(?:function\*?|const) (\w+)/gm)].map(
    ({ 1: name = '', index }) => ({ name, index }),
  );
  const patterns = patternsIn(code);
  const found: Rule[] = [];
  for (const [at, { name, index }] of owners.entries()) {
    const end = owners[at + 1]?.index ?? code.length;
    const nothing = nothingOf(code.slice(index, end));
    if (nothing)
      found.push({
        id: `${stem}.${name}`,
        file,
        from: index + nothing.at,
        to: index + nothing.at,
        instead: ` ${nothing.statement}`,
        text: `function ${name}`,
      });
    const own = patterns.filter(({ from }) => from >= index && from < end);
    own.forEach(({ from, to, flags }, nth) => {
      found.push({
        id: own.length > 1 || nothing ? `${stem}.${name}[${nth}]` : `${stem}.${name}`,
        file,
        ...{ from, to, instead: `/(?!)/${flags}` },
        text: code.slice(from, to).replace(/\s+/g, ' '),
      });
    });
  }
  return found;
}

/** Where the body of a function begins, and what makes it find nothing; undefined for what has no such answer. */
function nothingOf(code: string): { at: number; statement: string } | undefined {
  if (!/^(?:export )?function/.test(code)) return undefined;
  const open = code.indexOf('(');
  const close = closingOf(code, open);
  const head = /^\)(?:: ([\s\S]*?))? \{\n/.exec(code.slice(close));
  if (!head) return undefined;
  const [all, type = 'void'] = head;
  const at = close + all.length - 1;
  if (/\bundefined$/.test(type)) return { at, statement: 'return undefined;' };
  if (type === 'boolean') return { at, statement: 'return false;' };
  if (type.endsWith('[]')) return { at, statement: 'return [];' };
  if (type === 'void' || /^Generator<undefined, void>$/.test(type)) return { at, statement: 'return;' };
  return undefined;
}

interface Pattern {
  from: number;
  to: number;
  flags: string;
}

/** Regular expressions, also those that `new RegExp` makes; not what stands in texts and comments. */
function patternsIn(code: string): Pattern[] {
  const found: Pattern[] = [];
  for (let at = 0; at < code.length; ) {
    const made = /^new RegExp\(/.exec(code.slice(at, at + 11));
    if (made) {
      const to = closingOf(code, at + 10) + 1;
      const flags = /,\s*'([a-z]*)',?\s*\)$/.exec(code.slice(at, to))?.[1] ?? '';
      found.push({ from: at, to, flags });
      at = to;
      continue;
    }
    const to = tokenEnd(code, at);
    if (code[at] === '/' && to > at + 1 && code[at + 1] !== '/' && code[at + 1] !== '*') {
      const flags = /[a-z]*$/.exec(code.slice(at, to))?.[0] ?? '';
      found.push({ from: at, to, flags });
    }
    at = to;
  }
  return found;
}

/** Where the bracket closes that opens here. */
function closingOf(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at = tokenEnd(code, at)) {
    const sign = code[at] as string;
    if ('([{'.includes(sign)) depth++;
    else if (')]}'.includes(sign) && --depth === 0) return at;
  }
  throw new Error('a bracket is never closed');
}

/** The end of what begins here: a comment, a text, a regular expression, or one character. */
function tokenEnd(code: string, at: number): number {
  const sign = code[at] as string;
  if (sign === '/' && code[at + 1] === '/') return endOr(code.indexOf('\n', at), code);
  if (sign === '/' && code[at + 1] === '*') return endOr(code.indexOf('*/', at) + 2, code);
  if (sign === "'" || sign === '"' || sign === '`') return textEnd(code, at, sign);
  if (sign !== '/') return at + 1;
  const before = code.slice(Math.max(0, at - 40), at).trimEnd();
  const opens = /(?:[([{,;:=!&|?+~<>]|\breturn|^)$/.test(before);
  return opens ? patternEnd(code, at) : at + 1;
}

function textEnd(code: string, at: number, sign: string): number {
  for (let i = at + 1; i < code.length; i++) {
    if (code[i] === '\\') i++;
    else if (sign === '`' && code[i] === '$' && code[i + 1] === '{') i = closingOf(code, i + 1);
    else if (code[i] === sign) return i + 1;
  }
  return code.length;
}

function patternEnd(code: string, at: number): number {
  let inClass = false;
  for (let i = at + 1; i < code.length; i++) {
    if (code[i] === '\\') i++;
    else if (code[i] === '[') inClass = true;
    else if (code[i] === ']') inClass = false;
    else if (code[i] === '/' && !inClass) return i + 1 + (/^[a-z]*/.exec(code.slice(i + 1))?.[0].length ?? 0);
  }
  return code.length;
}

function endOr(end: number, code: string): number {
  return end < 0 ? code.length : end;
}

/** The rules that a person means: by their whole ids, or by what these end with (`findSceneNumber`). */
export function rulesNamed(words: readonly string[], rules: readonly Rule[] = readRules()): Rule[] {
  return words.flatMap((word) => {
    const exact = rules.filter(({ id }) => id === word);
    const meant = exact.length > 0 ? exact : rules.filter(({ id }) => id.endsWith(`.${word}`));
    if (meant.length > 0) return meant;
    const near = rules.filter(({ id }) => id.toLowerCase().includes(word.toLowerCase())).slice(0, 8);
    throw new Error(
      `There is no rule "${word}"${near.length > 0 ? `; there is ${near.map(({ id }) => id).join(', ')}` : ''} (--rules lists them)`,
    );
  });
}
