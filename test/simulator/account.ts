import type { FileId } from '../../src/core/ids.ts';
import { sizeOf } from './content.ts';
import type { Faults } from './faults.ts';
import { randomText } from './random.ts';
import type { Account, AccountFolder, FileSpec, SimulatedFile, SimulatedFolder, Target } from './tree.ts';

export interface AccountParts {
  random: () => number;
  clock: { now(): number };
  faults: Pick<Faults, 'notReadyMs' | 'listingLagMs'>;
}

/** Dates of the first tree count up from here by five minutes, so that they are the same in every run. */
const firstDate = Date.UTC(2024, 0, 8, 18);
const firstFolderId = 3_357_645;

/** Builds the account from a tree. 2,000 folders and 100,000 files take well under a second. */
export function createAccount(tree: AccountFolder, { random, clock, faults }: AccountParts): Account {
  const folders = new Map<number, SimulatedFolder>();
  const files = new Map<string, SimulatedFile>();
  const others = new Map<string, SimulatedFile>();
  let nextFolderId = firstFolderId;
  let nextDate = firstDate;
  const root = putFolder(0, 'Root', undefined, tree.createdAt ?? firstDate, undefined);
  fill(root, tree);

  function fill(folder: SimulatedFolder, from: AccountFolder): void {
    for (const sub of from.folders ?? []) {
      fill(
        putFolder(nextFolderId++, sub.name ?? 'Folder', folder, sub.createdAt ?? tick(), sub.password),
        sub,
      );
    }
    for (const spec of from.files ?? []) putFile(folder, spec, spec.date ?? tick());
  }

  function tick(): number {
    nextDate += 300_000;
    return nextDate;
  }

  function putFolder(
    id: number,
    name: string,
    parent: SimulatedFolder | undefined,
    createdAt: number,
    password: string | undefined,
  ): SimulatedFolder {
    const inner = { folders: new Map(), files: new Map(), ghosts: [] };
    const folder: SimulatedFolder = { kind: 'folder', id, name, createdAt, password, parent, ...inner };
    folders.set(id, folder);
    parent?.folders.set(id, folder);
    return folder;
  }

  function putFile(folder: SimulatedFolder, spec: FileSpec, date: number, isOthers = false): SimulatedFile {
    const id = randomText(random, 'abcdefghijklmnopqrstuvwxyz0123456789', 20) as FileId;
    const file: SimulatedFile = {
      ...spec,
      kind: 'file',
      id,
      url: `https://${spec.domain ?? '1fichier.com'}/?${id}`,
      sizeBytes: sizeOf(spec.content),
      isOthers,
      date,
      folder,
      notReadyUntil: 0,
      listedFrom: 0,
      removed: false,
    };
    (isOthers ? others : files).set(id, file);
    folder.files.set(id, file);
    return file;
  }

  function find(target: Target): SimulatedFile | SimulatedFolder | undefined {
    if (typeof target === 'object') return target;
    if (typeof target === 'number') return folders.get(target);
    if (!target.startsWith('/')) return files.get(target) ?? others.get(target);
    let folder: SimulatedFolder = root;
    const names = target.split('/').filter(Boolean);
    for (const [depth, name] of names.entries()) {
      const next = named(folder.folders, name);
      if (next) folder = next;
      else return depth === names.length - 1 ? named(folder.files, name) : undefined;
    }
    return folder;
  }

  function fileAt(target: Target): SimulatedFile {
    const found = find(target);
    if (found?.kind !== 'file') throw new Error(`The simulated account has no file ${String(target)}`);
    return found;
  }

  function folderAt(target: Target): SimulatedFolder {
    const found = find(target);
    if (found?.kind !== 'folder') throw new Error(`The simulated account has no folder ${String(target)}`);
    return found;
  }

  function removeFile(target: Target): void {
    const file = fileAt(target);
    file.removed = true;
    files.delete(file.id);
    others.delete(file.id);
    file.folder.files.delete(file.id);
    if (faults.listingLagMs > 0) file.folder.ghosts.push({ file, until: clock.now() + faults.listingLagMs });
  }

  function removeFolder(target: Target): void {
    const folder = folderAt(target);
    if (folder === root) throw new Error('The root cannot be removed');
    for (const sub of [...folder.folders.values()]) removeFolder(sub);
    for (const file of [...folder.files.values()]) removeFile(file);
    folders.delete(folder.id);
    folder.parent?.folders.delete(folder.id);
  }

  return {
    root,
    find,
    file: fileAt,
    folder: folderAt,
    pathOf(node) {
      const names: string[] = [];
      for (let at: SimulatedFile | SimulatedFolder | undefined = node; at && at !== root; ) {
        names.unshift(at.name);
        at = at.kind === 'file' ? at.folder : at.parent;
      }
      return `/${names.join('/')}`;
    },
    files: () => files.values(),
    folders: () => folders.values(),
    listed(folder) {
      const now = clock.now();
      folder.ghosts = folder.ghosts.filter((ghost) => ghost.until > now);
      const present = [...folder.files.values()].filter((file) => file.listedFrom <= now);
      return [...present, ...folder.ghosts.map((ghost) => ghost.file)];
    },
    addFile(folder, spec) {
      const now = clock.now();
      const file = putFile(folderAt(folder), spec, spec.date ?? now);
      file.notReadyUntil = now + faults.notReadyMs;
      file.listedFrom = now + faults.listingLagMs;
      return file;
    },
    addOthers(spec) {
      const elsewhere = { folders: new Map(), files: new Map(), ghosts: [] };
      const theirs: SimulatedFolder = {
        kind: 'folder',
        id: -2,
        name: 'Others',
        createdAt: clock.now(),
        password: undefined,
        parent: undefined,
        ...elsewhere,
      };
      return putFile(theirs, spec, spec.date ?? clock.now(), true);
    },
    addFolder(path) {
      let folder = root;
      for (const name of path.split('/').filter(Boolean)) {
        folder =
          named(folder.folders, name) ?? putFolder(nextFolderId++, name, folder, clock.now(), undefined);
      }
      return folder;
    },
    removeFile,
    removeFolder,
    rename(target, name) {
      const node = find(target);
      if (!node) throw new Error(`The simulated account has no ${String(target)}`);
      node.name = name;
    },
    move(target, to) {
      const node = find(target);
      const folder = folderAt(to);
      if (!node) throw new Error(`The simulated account has no ${String(target)}`);
      if (node.kind === 'file') {
        const now = clock.now();
        if (faults.listingLagMs > 0) {
          node.folder.ghosts.push({ file: node, until: now + faults.listingLagMs });
          node.listedFrom = now + faults.listingLagMs;
        }
        node.folder.files.delete(node.id);
        node.folder = folder;
        folder.files.set(node.id, node);
      } else {
        node.parent?.folders.delete(node.id);
        node.parent = folder;
        folder.folders.set(node.id, node);
      }
    },
  };
}

function named<T extends { name: string }>(all: Map<unknown, T>, name: string): T | undefined {
  for (const one of all.values()) if (one.name === name) return one;
  return undefined;
}
