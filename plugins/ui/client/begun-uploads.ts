/** An upload that this browser began, as it is known after the page was loaded anew: the file itself is not. */
export interface LeftUpload {
  id: string;
  name: string;
  sizeBytes: number;
  /** When the file was changed last; milliseconds UTC. */
  changedAt: number;
  folder: string;
}

const place = 'passerelle-uploads';
/** Others than this page may have written there. */
const maxKept = 200;

/** Uploads that were begun here and are not known to be over. */
export function begunUploads(): readonly LeftUpload[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? '[]');
    return Array.isArray(kept) ? kept.slice(0, maxKept).filter(isBegun) : [];
  } catch {
    return [];
  }
}

export function keepBegun(upload: LeftUpload): void {
  keep([...begunUploads().filter(({ id }) => id !== upload.id), upload].slice(-maxKept));
}

export function forgetBegun(id: string): void {
  keep(begunUploads().filter((one) => one.id !== id));
}

/** Whether it is the same file, as far as a browser tells. */
export function isSameFile({ name, sizeBytes, changedAt }: LeftUpload, file: File): boolean {
  return file.name === name && file.size === sizeBytes && file.lastModified === changedAt;
}

/** Where nothing may be kept, nothing is gone on with after the page was closed. */
function keep(uploads: readonly LeftUpload[]): void {
  try {
    localStorage.setItem(place, JSON.stringify(uploads));
  } catch {}
}

function isBegun(one: unknown): one is LeftUpload {
  if (typeof one !== 'object' || one === null) return false;
  const { id, name, sizeBytes, changedAt, folder } = one as Record<keyof LeftUpload, unknown>;
  return (
    [id, name, folder].every((text) => typeof text === 'string') &&
    [sizeBytes, changedAt].every((number) => typeof number === 'number')
  );
}
