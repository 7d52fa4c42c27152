/** Lower-cased HTTP headers, as Node and undici give them. */
export type HeaderValues = Readonly<Record<string, string | string[] | undefined>>;

/** The value of a header; of one that came twice the first. */
export function header(headers: HeaderValues, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
