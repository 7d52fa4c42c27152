import { joinAccountPath } from '../core/account-path.ts';
import type { FileId } from '../core/ids.ts';

/** What is shown of the reading of headers. */
export interface MediaState {
  isEnabled: boolean;
  isReading: boolean;
  callsToday: number;
  callsPerDay: number;
}

/** The answer of `/api/v1/media`. */
export function mediaView(
  { known, waiting, givenUp }: { known: number; waiting: number; givenUp: number },
  { isEnabled, isReading, callsToday, callsPerDay }: MediaState,
) {
  return {
    enabled: isEnabled,
    reading: isReading,
    files: { known, waiting, givenUp },
    calls: { today: callsToday, limit: callsPerDay },
  };
}

/** A file of the account, as it is shown. Times in milliseconds, UTC. */
export interface ShownFile {
  id: FileId;
  name: string;
  sizeBytes: number;
  sentAt: number | undefined;
  firstSeenAt: number;
  missingSince: number | undefined;
  checksum: string | undefined;
  etag: string;
}

/** What a file was taken for, as far as it is shown. */
interface KnownRecognition {
  reasons: readonly string[];
}

/** Scripts know the reasons as `because`. */
function recognitionView({ reasons, ...fields }: KnownRecognition): object {
  return { ...fields, because: reasons };
}

/** The answer of `/api/v1/files/<id>`: what is not known is null. `recognition` and `facts` as the catalog has them. */
export function fileView(
  file: ShownFile,
  { folder, recognition, facts }: { folder?: string; recognition?: KnownRecognition; facts?: object },
) {
  const { id, name, sizeBytes, sentAt, firstSeenAt, missingSince, checksum, etag } = file;
  return {
    id,
    name,
    path: folder === undefined ? null : joinAccountPath(folder, name),
    sizeBytes,
    sentAt: sentAt ?? null,
    firstSeenAt,
    missingSince: missingSince ?? null,
    checksum: checksum ?? null,
    etag,
    recognition: recognition ? recognitionView(recognition) : null,
    media: facts ?? null,
  };
}
