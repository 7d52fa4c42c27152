import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Reader } from '../fixtures/score.ts';
import { loadReader } from './commits.ts';
import { namingFolder, type Rule } from './rules.ts';

const folderUrl = `${pathToFileURL(namingFolder).href}/`;
const asked = /[?&]without=(\d+)/;
const off = new Map<string, readonly Rule[]>();

/** Files of `src/naming` are loaded once more with some rules off, beside those that are there already. */
function install(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const result = next(specifier, context);
      const number = asked.exec(context.parentURL ?? '')?.[1];
      return number !== undefined && result.url.startsWith(folderUrl) && !asked.test(result.url)
        ? { ...result, url: `${result.url}?without=${number}` }
        : result;
    },
    load(url, context, next) {
      const rules = off.get(asked.exec(url)?.[1] ?? '');
      if (!rules) return next(url, context);
      const file = fileURLToPath(url.replace(/\?.*$/, ''));
      const own = rules.filter((rule) => rule.file === file);
      return {
        format: 'module-typescript',
        source: withRulesOff(readFileSync(file, 'utf8'), own),
        shortCircuit: true,
      };
    },
  });
}

/** The text of a file in which these rules find nothing. */
function withRulesOff(code: string, rules: readonly Rule[]): string {
  return [...rules]
    .sort((a, b) => b.from - a.from)
    .reduce((text, { from, to, instead }) => text.slice(0, from) + instead + text.slice(to), code);
}

/** Our reader without some of its rules. */
export async function readerWithout(rules: readonly Rule[]): Promise<Reader> {
  if (off.size === 0) install();
  const number = String(off.size + 1);
  off.set(number, rules);
  return loadReader(`${pathToFileURL(join(namingFolder, 'recognise.ts')).href}?without=${number}`);
}
