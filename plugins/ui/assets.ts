import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { compileCacheEnv } from '../../src/core/compile-cache.ts';
import { codedForms, type PageForms } from './forms.ts';

/** A file of the page. */
export interface PageAsset extends PageForms {
  type: string;
}

/** Everything that the page is made of, as it is in this version. */
export interface PageAssets {
  /** A digest of all of it: part of each address, so that what has one never changes. */
  build: string;
  /** Modules without which nothing is shown: the first one, and all that it imports. */
  first: readonly string[];
  /** The others, of parts of the page that somebody may open. */
  later: readonly string[];
  /** The styles of what is seen before all else: they stand in the page itself. */
  opening: string;
  /** All of its other styles, in one. */
  style: string;
  /** Paths of packages by the names by which they are imported. */
  packages: ReadonlyMap<string, string>;
  /** A file by its path below `/ui/<build>/`, as soon as its types are off and it is compressed: once in a process. */
  file(path: string): Promise<PageAsset> | undefined;
}

const clientDir = join(import.meta.dirname, 'client');

/** What the client code imports by name, and what those import. */
const packageNames = ['preact', 'preact/hooks', '@preact/signals', '@preact/signals-core', 'htm', 'uqr'];
/** What only a part of the page that somebody may open imports. */
const laterPackages = ['uqr'];
const firstModule = 'main.ts';
/** What holds for all of the page stands before what holds for a part of it. */
const firstStyle = 'page.css';
const openingStyle = 'first.css';

const types: Readonly<Record<string, string>> = {
  '.ts': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads what stands in `client/` and in the packages. Who asks for the page waits for that alone. */
export async function loadPageAssets(): Promise<PageAssets> {
  const found = await readdir(clientDir, { recursive: true });
  const names = found
    .filter((name) => extname(name) in types)
    .map((name) => name.replaceAll('\\', '/'))
    .sort();
  const sources = await Promise.all(names.map((name) => readFile(join(clientDir, name), 'utf8')));
  const texts = new Map(names.map((name, at) => [name, sources[at] as string]));
  const opening = texts.get(openingStyle) as string;
  texts.delete(openingStyle);
  const styles = names.filter((name) => name.endsWith('.css') && ![firstStyle, openingStyle].includes(name));
  texts.set(firstStyle, [firstStyle, ...styles].map((name) => texts.get(name)).join(''));
  for (const name of styles) texts.delete(name);
  const packages = new Map<string, string>();
  for (const name of packageNames) {
    const path = `packages/${name.replace('@', '').replaceAll('/', '-')}.mjs`;
    const code = await readFile(fileURLToPath(import.meta.resolve(name)), 'utf8');
    // What it names there is not served.
    texts.set(path, code.replace(/^\/\/# sourceMappingURL=.*$/m, ''));
    packages.set(name, path);
  }
  // What takes the types off is part of what comes of it.
  const hash = createHash('sha256').update(process.version);
  hash.update(opening);
  for (const [name, text] of texts) hash.update(`${name}\n${text.length}\n${text}`);
  const modules = names.filter((name) => name.endsWith('.ts'));
  const first = importedFrom(firstModule, texts);
  const isFirst = (name: string) => !laterPackages.includes(name);
  const pathsOf = (are: boolean) =>
    packageNames.filter((name) => isFirst(name) === are).map((name) => packages.get(name) as string);
  return {
    build: hash.digest('base64url').slice(0, 16),
    first: [...pathsOf(true), ...first],
    later: [...modules.filter((name) => !first.includes(name)), ...pathsOf(false)],
    opening: opening.replace(/\s+/g, ' ').trim(),
    style: firstStyle,
    packages,
    file: createForms(texts, modules),
  };
}

const staticImport = /^(?:import|export) (?!type )[^;']*'(\.[^']+)';/gm;

/** A module with all that it imports, over others too, but for what it imports when it is wanted. */
function importedFrom(first: string, texts: ReadonlyMap<string, string>): string[] {
  const reached = new Set([first]);
  for (const name of reached)
    for (const [, path = ''] of texts.get(name)?.matchAll(staticImport) ?? [])
      reached.add(posix.join(posix.dirname(name), path));
  return [...reached];
}

/** Makes the forms in which files are sent: all types come off at once, by a thread that ends, and each is compressed when it is asked for first. */
function createForms(texts: ReadonlyMap<string, string>, modules: readonly string[]): PageAssets['file'] {
  const forms = new Map<string, Promise<PageAsset>>();
  let stripping: Promise<ReadonlyMap<string, string>> | undefined;
  const strip = async () => {
    const stripped = await withoutTypes(modules.map((name) => texts.get(name) as string));
    return new Map(modules.map((name, at) => [name, stripped[at] as string]));
  };
  const make = async (path: string, text: string) => {
    if (!path.endsWith('.ts')) return assetOf(path, text);
    stripping ??= strip();
    return assetOf(path, (await stripping).get(path) as string);
  };
  return (path) => {
    const text = texts.get(path);
    if (text === undefined) return undefined;
    const known = forms.get(path);
    if (known) return known;
    const making = make(path, text).catch((error: unknown) => {
      // What fails is tried again.
      stripping = undefined;
      forms.delete(path);
      throw error;
    });
    forms.set(path, making);
    return making;
  };
}

async function assetOf(name: string, text: string): Promise<PageAsset> {
  const plain = Buffer.from(text);
  return { type: types[extname(name)] as string, ...(await codedForms(plain)) };
}

function withoutTypes(texts: readonly string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./strip-thread.ts', import.meta.url), {
      env: compileCacheEnv(),
      // Node says of it that it may change; its version is ours.
      execArgv: ['--disable-warning=ExperimentalWarning'],
      workerData: texts,
    });
    worker.once('message', resolve).once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread that takes types off ended with ${code}`)));
  });
}
