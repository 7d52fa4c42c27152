import { randomBytes } from 'node:crypto';
import type { FileToSend } from '../../host-writes.ts';
import { toStoredName } from './stored-name.ts';

/** What an upload looks like on the wire. */
export interface UploadForm {
  contentType: string;
  /** Of everything: the nodes take no chunks. */
  lengthBytes: number;
  /** Ends early, with BRIDGE_UPLOAD_SOURCE, where the source is not as long as it said. */
  before: Buffer;
  after: Buffer;
}

/**
 * The parts and their headers in the order in which the nodes read them: Content-Disposition first, names in quotes,
 * the boundary without (facts/writes 1.2).
 */
export function uploadForm({ folderId, name, sizeBytes }: Omit<FileToSend, 'open'>): UploadForm {
  const boundary = randomBytes(16).toString('hex');
  const before = Buffer.from(
    [
      `--${boundary}`,
      'Content-Disposition: form-data; name="did"',
      '',
      folderId,
      `--${boundary}`,
      // A stored name has no quote, back-slash or line break.
      `Content-Disposition: form-data; name="file[]"; filename="${toStoredName(name)}"`,
      'Content-Type: application/octet-stream',
      '',
      '',
    ].join('\r\n'),
  );
  const after = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    lengthBytes: before.length + sizeBytes + after.length,
    before,
    after,
  };
}
