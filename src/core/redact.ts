/** Text without direct links, stream signatures and keys, for logs and for people. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/https?:\/\/[^\s"']+\/p\d{5,}[^\s"']*/gi, '<direct link>')
    .replace(/(\/stream\/+[^/\s]+\/+)[^/\s]+/g, '$1***')
    .replace(/([?&][\w-]*(?:key|token|password)=)[^&\s"]+/gi, '$1***')
    .replace(/(Bearer|Basic) +[\w+/=.-]+/gi, '$1 ***');
}

type Fields = Readonly<Record<string, unknown>>;

const secretFields = ['apiKey', 'token', 'link', 'authorization', 'cookie'];
const secretHeaders = ['authorization', 'cookie'];

/** The same object when nothing in it is secret by its name, here or (headers) one level below; else a copy with `***`. */
export function withoutSecretFields(fields: Fields): Fields {
  let safe = masked(fields, secretFields);
  for (const name in fields) {
    const value = safe[name];
    if (typeof value !== 'object' || value === null) continue;
    const inner = masked(value as Fields, secretHeaders);
    if (inner !== value) safe = { ...safe, [name]: inner };
  }
  return safe;
}

function masked(fields: Fields, names: readonly string[]): Fields {
  let safe = fields;
  for (const name of names) if (fields[name] !== undefined) safe = { ...safe, [name]: '***' };
  return safe;
}
