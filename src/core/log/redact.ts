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

/** Shorter ones would be found in words that are no secret. */
const shortestKnown = 4;

/**
 * The same as {@link withoutSecrets}, and without these, as they are, as they stand in JSON, and as they stand in an
 * address. For what leaves the machine: it costs a walk for each of them.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const forms = secrets
    .filter((secret) => secret.length >= shortestKnown)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  // What is a part of another one goes after it.
  const known = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => known.reduce((safe, secret) => safe.replaceAll(secret, '***'), withoutAddresses(text));
}

/** Also addresses that stand in another one, of which nobody sees what is secret in them. */
function withoutAddresses(text: string): string {
  return withoutSecrets(text).replace(/https?%3A%2F%2F[\w%.~+!*()-]*/gi, '<address>');
}

/** Takes out of a text what is secret. */
export type Redactor = (text: string) => string;

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
