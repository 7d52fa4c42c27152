import { z } from 'zod';
import { BridgeError, isBridgeError } from '../../../core/errors.ts';
import { toFolderId } from '../../../core/ids.ts';
import type { CopiedFile, HostWrites } from '../../host-writes.ts';
import { check, count, optional } from '../fields.ts';
import { folderNumber, pageUrlOf } from '../page-url.ts';
import type { Ask } from './ask-api.ts';
import { createRemoteVerbs } from './remote.ts';
import { fromStoredName, toStoredName } from './stored-name.ts';
import type { UploadNodes } from './upload.ts';
import { readUploadSlot, receiptOf, slotOf } from './upload-answers.ts';

const urls = optional(z.array(z.string().max(2000)).max(5000));
const movedShape = z.object({ urls });
const copiedShape = z.object({
  urls: z.array(z.object({ from_url: z.string().max(2000), to_url: z.string().max(2000) })).max(5000),
});
const renamedShape = z.object({ urls: z.array(z.object({ new_filename: z.string().max(1000) })).max(5000) });
const madeShape = z.object({ folder_id: count });
const sharedShape = z.object({ url: optional(z.string().max(2000)) });

/** The verbs that change an account (facts/writes 1 and 3). */
export function createWrites(ask: Ask, nodes: UploadNodes): HostWrites {
  /** What is as it should be already was told as a refusal: nothing is left to do. */
  async function unlessSo<T>(work: Promise<T>, already: T): Promise<T> {
    return work.catch((error: unknown) => {
      if (isBridgeError(error, 'BRIDGE_HOST_NOTHING_DONE')) return already;
      throw error;
    });
  }

  return {
    storedName: toStoredName,
    meantName: fromStoredName,
    async upload(file, { onBytes, onReceipt, ...call }) {
      if (file.sizeBytes <= 0)
        throw new BridgeError('BRIDGE_UPLOAD_REFUSED', { detail: 'the host takes no empty file' });
      folderNumber(file.folderId);
      const slot = await ask('upload/get_upload_server', {}, call, readUploadSlot);
      await onReceipt?.(receiptOf(slot));
      return nodes.send(slot, file, { signal: call.signal, onBytes });
    },
    async sentBy(receipt, signal) {
      const slot = slotOf(receipt);
      return slot ? nodes.ask(slot, signal) : 'nothing';
    },
    ...createRemoteVerbs(ask),

    async makeFolder(parentId, name, call) {
      const body = { name: toStoredName(name), folder_id: folderNumber(parentId) };
      return ask('folder/mkdir', body, call, (answer) =>
        toFolderId(String(check(madeShape, answer, 'folder/mkdir').folder_id)),
      );
    },
    async removeFolder(folderId, call) {
      await ask('folder/rm', { folder_id: folderNumber(folderId) }, call, () => undefined);
    },
    async renameFolder(folderId, name, call) {
      // The host looks at no destination where there is a new name, and is not given one.
      const body = { folder_id: folderNumber(folderId), rename: toStoredName(name) };
      await unlessSo(
        ask('folder/mv', body, call, () => undefined),
        undefined,
      );
    },
    async moveFolder(folderId, parentId, call) {
      const body = { folder_id: folderNumber(folderId), destination_folder_id: folderNumber(parentId) };
      await unlessSo(
        ask('folder/mv', body, call, () => undefined),
        undefined,
      );
    },
    async shareFolder(folderId, isShared, call) {
      const body = { folder_id: folderNumber(folderId), share: isShared ? 1 : 0 };
      const url = await ask(
        'folder/share',
        body,
        call,
        (answer) => check(sharedShape, answer, 'folder/share').url,
      );
      return isShared && url ? url : undefined;
    },

    async renameFile(pageUrl, name, call) {
      const body = { urls: [{ url: pageUrlOf(pageUrl), filename: toStoredName(name) }] };
      const renamed = ask('file/rename', body, call, (answer) => {
        const [first] = check(renamedShape, answer, 'file/rename').urls;
        return first ? fromStoredName(first.new_filename) : name;
      });
      return unlessSo(renamed, name);
    },
    async moveFiles(pageUrls, folderId, call) {
      const body = { urls: pageUrls.map(pageUrlOf), destination_folder_id: folderNumber(folderId) };
      return ask('file/mv', body, call, (answer) => readDone(answer, 'file/mv', pageUrls));
    },
    async copyFiles(pageUrls, folderId, { password, ...call }): Promise<CopiedFile[]> {
      const body = {
        urls: pageUrls.map(pageUrlOf),
        folder_id: folderNumber(folderId),
        ...(password ? { pass: password } : {}),
      };
      return ask('file/cp', body, call, (answer) =>
        check(copiedShape, answer, 'file/cp').urls.map(({ from_url, to_url }) => ({
          from: from_url,
          to: to_url,
        })),
      );
    },
    async removeFiles(pageUrls, call) {
      const body = { files: pageUrls.map((url) => ({ url: pageUrlOf(url) })) };
      return ask('file/rm', body, call, (answer) => readDone(answer, 'file/rm', pageUrls));
    },
  };
}

/** Those that the host says it has done; all, where it says OK and names none. */
function readDone(answer: unknown, verb: string, asked: readonly string[]): string[] {
  const done = check(movedShape, answer, verb).urls;
  if (!done) return [...asked];
  const known = new Set(done);
  return asked.filter((url) => known.has(pageUrlOf(url)));
}
