import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { compileCacheEnv } from '../../src/core/compile-cache.ts';

/** A file of the page in every form in which a browser takes it. */
export interface PageAsset {
  type: string;
  plain: Buffer;
  br: Buffer;
  gzip: Buffer;
}

/** Everything that the page is made of, as it is in this version. */
export interface PageAssets {
  /** A digest of all of it: part of each address, so that what has one never changes. */
  build: string;
  /** By their path below `/ui/<build>/`. */
  files: ReadonlyMap<string, PageAsset>;
  /** Modules of ours, for the browser to fetch before it has read who imports them. */
  modules: readonly string[];
  /** Its styles, in the order in which they hold. */
  styles: readonly string[];
  /** Paths of packages by the names by which they are imported. */
  packages: ReadonlyMap<string, string>;
}

const clientDir = join(import.meta.dirname, 'client');

/** What the client code imports by name, and what those import. */
const packageNames = ['preact', 'preact/hooks', '@preact/signals', '@preact/signals-core', 'htm', 'uqr'];
/** What holds for all of the page stands before what holds for a part of it. */
const firstStyle = 'page.css';

const types: Readonly<Record<string, string>> = {
  '.ts': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads what stands in `client/` and in the packages, takes the types off, and compresses it: once in a process. */
export async function loadPageAssets(): Promise<PageAssets> {
  const found = await readdir(clientDir, { recursive: true });
  const names = found
    .filter((name) => extname(name) in types)
    .map((name) => name.replaceAll('\\', '/'))
    .sort();
  const sources = await Promise.all(names.map((name) => readFile(join(clientDir, name), 'utf8')));
  const texts = new Map(names.map((name, at) => [name, sources[at] as string]));
  const modules = names.filter((name) => name.endsWith('.ts'));
  const styles = names.filter((name) => name.endsWith('.css') && name !== firstStyle);
  const stripped = await withoutTypes(modules.map((name) => texts.get(name) as string));
  for (const [at, name] of modules.entries()) texts.set(name, stripped[at] as string);
  const packages = new Map<string, string>();
  for (const name of packageNames) {
    const path = `packages/${name.replace('@', '').replaceAll('/', '-')}.mjs`;
    const code = await readFile(fileURLToPath(import.meta.resolve(name)), 'utf8');
    // What it names there is not served.
    texts.set(path, code.replace(/^\/\/# sourceMappingURL=.*$/m, ''));
    packages.set(name, path);
  }
  const hash = createHash('sha256');
  for (const [name, text] of texts) hash.update(`${name}\n${text.length}\n${text}`);
  const files = new Map<string, PageAsset>();
  for (const [name, text] of texts) files.set(name, await assetOf(name, text));
  return {
    build: hash.digest('base64url').slice(0, 16),
    files,
    modules,
    styles: [firstStyle, ...styles],
    packages,
  };
}

const [toBrotli, toGzip] = [promisify(brotliCompress), promisify(gzip)];

async function assetOf(name: string, text: string): Promise<PageAsset> {
  const plain = Buffer.from(text);
  return {
    type: types[extname(name)] as string,
    plain,
    br: await toBrotli(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
    gzip: await toGzip(plain, { level: 9 }),
  };
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
