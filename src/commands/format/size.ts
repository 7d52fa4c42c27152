import prettyBytes from 'pretty-bytes';

/**
 * A size for a person: `734 MB`, `1.46 GB`, `0 B`. Thousands, not 1,024s: the host's own pages and shops count like
 * that.
 */
export function size(bytes: number): string {
  return prettyBytes(bytes, { locale: 'en-GB' });
}
