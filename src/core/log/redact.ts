/** A path that begins with `p` and the number of a download server. */
const directLink = /.\/p\d{5}/i;

/** Text without direct links, stream signatures, tickets and keys, for logs and for people. */
export function withoutSecrets(text: string): string {
  return (
    text
      // The whole address first: looked for from each of many `http://`, its end would be read again and again.
      .replace(/https?:\/\/[^\s"']+/gi, (url) => (directLink.test(url) ? '<direct link>' : url))
      .replace(/(\/stream\/+[^/\s]+\/+)[^/\s]+/g, '$1***')
      // A ticket of a gateway (src/gateway/tickets): whoever has it has the film.
      .replace(/\bp1(?:\.[\w-]{1,64}){3}\.[\w-]{16}/g, 'p1.***')
      .replace(/([?&][\w-]*(?:key|token|password)=)[^&\s"]+/gi, '$1***')
      .replace(/(Bearer|Basic) +[\w+/=.-]+/gi, '$1 ***')
  );
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
