/** What a Range header asks for: `whole` also when it is absent, malformed or names several ranges. */
export type Asked = { is: 'whole' } | { is: 'part'; first: number; last: number } | { is: 'unsatisfiable' };

/** RFC 9110 section 14.1.2 for one range; the host ignores requests for several and answers the whole file. */
export function askedRange(header: string | undefined, sizeBytes: number): Asked {
  const match = /^bytes=(\d*)-(\d*)$/i.exec(header?.trim() ?? '');
  if (!match) return { is: 'whole' };
  const [, from, to] = match as unknown as [string, string, string];
  if (from === '' && to === '') return { is: 'whole' };
  if (from === '') {
    const length = Math.min(Number(to), sizeBytes);
    if (length === 0) return { is: 'unsatisfiable' };
    return { is: 'part', first: sizeBytes - length, last: sizeBytes - 1 };
  }
  const first = Number(from);
  if (to !== '' && Number(to) < first) return { is: 'whole' };
  if (first >= sizeBytes) return { is: 'unsatisfiable' };
  return { is: 'part', first, last: to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1) };
}
