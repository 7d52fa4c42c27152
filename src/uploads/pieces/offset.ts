import { BridgeError } from '../../core/errors.ts';

/** The host takes no larger file. */
export const maxUploadBytes = 300_000_000_000;

/** The error of a piece that begins elsewhere than the upload goes on. */
export class OffsetError extends BridgeError {
  readonly offset: number;

  constructor(offset: number) {
    super('BRIDGE_UPLOAD_OFFSET', { detail: `it goes on at byte ${offset}` });
    this.offset = offset;
  }
}
