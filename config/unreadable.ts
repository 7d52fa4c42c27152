/** Why a file that a setting names cannot be read, behind its name: `is not there (ENOENT)`. */
export function whyFileFails(error: unknown): string {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  return causes[code]?.(code) ?? `cannot be read (${code})`;
}

const isClosed = (code: string) => `is closed to this user (${code})`;

const causes: Readonly<Record<string, (code: string) => string>> = {
  ENOENT: (code) => `is not there (${code})`,
  ENOTDIR: (code) => `has a file in its way (${code})`,
  EACCES: isClosed,
  EPERM: isClosed,
  EISDIR: (code) => `is a folder (${code}), which Docker makes where a file is missing`,
  ELOOP: (code) => `is a link that leads to itself (${code})`,
};
