import { takeOne } from './faults.ts';
import type { Wire } from './listing.ts';
import { randomText } from './random.ts';
import type { Account, SimulatedFile, SimulatedFolder } from './tree.ts';
import { fileOfUrl, type Verb, type VerbAnswer } from './verbs.ts';

/** The verbs that change an account. One answers KO where nothing was changed at all (facts/writes 3). */
export const writingVerbs: Record<string, Verb> = {
  'file/rm': (body, _ip, { account, faults }) => {
    const files = listOf(body.files).flatMap((entry) => owned((entry as Wire | null)?.url, account));
    const some = files.slice(0, takeOne(faults.partial)?.most ?? files.length);
    for (const file of some) account.removeFile(file);
    return changed('removed', some, 'notFound');
  },

  'file/mv': (body, _ip, { account, faults }) => {
    const target = account.find(Number(body.destination_folder_id));
    if (body.destination_folder_id === undefined || target?.kind !== 'folder') return { refused: 'notFound' };
    const files = listOf(body.urls).flatMap((url) => owned(url, account));
    const [name, only] = [nameOf(body.rename), files[0]];
    if (name !== undefined && (files.length !== 1 || only?.name === name)) return { refused: 'notRenamed' };
    const some = files.slice(0, takeOne(faults.partial)?.most ?? files.length);
    for (const file of some) account.move(file, target);
    if (name !== undefined && only) account.rename(only, name);
    return changed('moved', some, 'notFound', name === undefined ? {} : { filename: name });
  },

  'file/cp': (body, _ip, { account, random }) => {
    const target = account.find(Number(body.folder_id ?? 0));
    if (target?.kind !== 'folder') return { refused: 'notFound' };
    const files = listOf(body.urls).flatMap((url) => fileOfUrl(url, account) ?? []);
    const name = nameOf(body.rename);
    if (name !== undefined && files.length !== 1) return { refused: 'badRequest' };
    const shut = files.find(({ password }) => password !== undefined && password !== body.pass);
    if (shut) return { refused: body.pass === undefined ? 'noPassword' : 'wrongPassword' };
    if (files.some(({ acl }) => acl)) return { refused: 'notAllowed' };
    if (files.length === 0) return { refused: 'notFound' };
    const urls = files.map((file) => {
      const copy = account.addFile(target, { name: name ?? file.name, content: file.content });
      return { from_url: file.url, to_url: copy.url };
    });
    random();
    return {
      fields: { status: 'OK', copied: urls.length, urls, ...(name === undefined ? {} : { filename: name }) },
    };
  },

  'file/rename': (body, _ip, { account, faults }) => {
    const urls: Wire[] = [];
    for (const entry of listOf(body.urls) as (Wire | null)[]) {
      const asked = nameOf(entry?.filename);
      const [file] = owned(entry?.url, account);
      if (!file || asked === undefined || file.name === asked) continue;
      const before = file.name;
      account.rename(file, takeOne(faults.upload.storedName)?.name(asked) ?? asked);
      urls.push({ url: file.url, old_filename: before, new_filename: file.name });
    }
    if (urls.length === 0) return { refused: 'notRenamed' };
    return { fields: { status: 'OK', renamed: urls.length, urls } };
  },

  'file/chattr': (body, _ip, { account }) => {
    const files = listOf(body.urls).flatMap((url) => owned(url, account));
    if (files.length === 0) return { refused: 'notFound' };
    if (typeof body.pass === 'string' && body.pass !== '' && body.pass.length < 6)
      return { refused: 'badRequest' };
    const some = files.filter((file) => change(file, body, account));
    return changed('updated', some, 'noChanges');
  },

  'folder/mkdir': (body, _ip, { account }) => {
    const parent = account.find(Number(body.folder_id ?? 0));
    const name = nameOf(body.name);
    if (parent?.kind !== 'folder') return { refused: 'notFound' };
    if (name === undefined || name.length > 250) return { refused: 'badRequest' };
    if (named(parent, name)) return { refused: 'folderExists' };
    const folder = account.addFolder(`${account.pathOf(parent)}/${name}`);
    return { fields: { status: 'OK', folder_id: folder.id, name, message: 'Folder created' } };
  },

  'folder/mv': (body, _ip, { account }) => {
    const folder = account.find(Number(body.folder_id));
    const target = account.find(Number(body.destination_folder_id ?? Number.NaN));
    if (folder?.kind !== 'folder' || folder === account.root) return { refused: 'notFound' };
    const [before, name] = [folder.name, nameOf(body.rename)];
    const answer = { fields: { status: 'OK', message: 'Folder moved', old_name: before, new_name: before } };
    if (name !== undefined) {
      // With a new name, where it should go is not looked at.
      if (folder.parent && named(folder.parent, name)) return { refused: 'folderExists' };
      account.rename(folder, name);
      return { fields: { ...answer.fields, new_name: name } };
    }
    if (target?.kind !== 'folder' || isIn(target, folder)) return { refused: 'notFound' };
    if (named(target, before)) return { refused: 'folderExists' };
    account.move(folder, target);
    return answer;
  },

  'folder/rm': (body, _ip, { account }) => {
    const folder = account.find(Number(body.folder_id));
    if (folder?.kind !== 'folder' || folder === account.root) return { refused: 'notFound' };
    if (folder.files.size + folder.folders.size > 0) return { refused: 'folderNotEmpty' };
    account.removeFolder(folder);
    return { fields: { status: 'OK', message: 'Folder removed' } };
  },

  'folder/share': (body, _ip, { account, random }) => {
    const folder = account.find(Number(body.folder_id));
    if (folder?.kind !== 'folder') return { refused: 'notFound' };
    const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
    if (Number(body.share ?? 0) === 1)
      folder.shared ??= `https://1fichier.com/dir/${randomText(random, letters, 8)}`;
    else folder.shared = undefined;
    return { fields: { status: 'OK', url: folder.shared ?? '', message: 'Folder updated' } };
  },
};

function changed(
  verb: string,
  files: readonly SimulatedFile[],
  none: 'notFound' | 'noChanges',
  more: Wire = {},
): VerbAnswer {
  if (files.length === 0) return { refused: none };
  return { fields: { status: 'OK', [verb]: files.length, urls: files.map(({ url }) => url), ...more } };
}

/** Whether anything of the file is not as it was. */
function change(file: SimulatedFile, body: Wire, account: Account): boolean {
  let isOther = false;
  const set = <K extends 'password' | 'description' | 'inline' | 'cdn'>(key: K, value: SimulatedFile[K]) => {
    if (file[key] === value) return;
    file[key] = value;
    isOther = true;
  };
  const name = nameOf(body.filename);
  if (name !== undefined && name !== file.name) {
    account.rename(file, name);
    isOther = true;
  }
  if (typeof body.pass === 'string') set('password', body.pass === '' ? undefined : body.pass);
  if (typeof body.description === 'string') set('description', body.description);
  if (body.inline !== undefined) set('inline', Number(body.inline) === 1);
  if (body.cdn !== undefined) set('cdn', Number(body.cdn) === 1 ? 1 : 0);
  return isOther;
}

function isIn(folder: SimulatedFolder | undefined, other: SimulatedFolder): boolean {
  for (let at = folder; at; at = at.parent) if (at === other) return true;
  return false;
}

function named(folder: SimulatedFolder, name: string): boolean {
  for (const sub of folder.folders.values()) if (sub.name === name) return true;
  return false;
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** A name as the host keeps it: without what it does not take. Undefined where nothing is left. */
function nameOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is not taken
  const kept = value.replace(/[\u0000-\u001f/\\<>"'$`]/g, '').trim();
  return kept === '' || kept === '.' || kept === '..' ? undefined : kept;
}

/** The file of this address, if it is in the account. */
function owned(url: unknown, account: Account): SimulatedFile[] {
  const file = fileOfUrl(url, account);
  return file && !file.isOthers ? [file] : [];
}
