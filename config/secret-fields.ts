import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type ReadValue, refused } from './read-value.ts';
import { type Field, field } from './rows.ts';
import { whyFileFails } from './unreadable.ts';
import { whyNoSecretText } from './weak-secrets.ts';

const words = z.string().trim().min(1);
/** Goes into a header as it is. */
const secret = words
  .regex(/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/)
  .refine((text) => whyNoSecretText(text) === undefined);
const right = (what: string) => `${what}, one line of ASCII letters and signs`;

/** The two keys of a row that hold a secret: itself, or the file that it stands in. @param what it is, for a person */
export function secretFields<N extends string>(name: N, what: string) {
  return {
    [name]: field(secret.exactOptional(), right(what), (raw) =>
      typeof raw === 'string' ? whyNoSecretText(raw.trim()) : undefined,
    ),
    [`${name}File`]: field(words.exactOptional(), `the path of a file that holds ${what}`),
  } as Record<N, Field<typeof optionalSecret>> & Record<`${N}File`, Field<typeof optionalWords>>;
}

const optionalSecret = secret.exactOptional();
const optionalWords = words.exactOptional();

/** What a row says of its secret, read from its file where it names one. */
export function secretOf(
  name: string,
  what: string,
  own: string | undefined,
  file: string | undefined,
): ReadValue<string | undefined> {
  if (file === undefined) return { value: own };
  const at = (wrong: string, what: string) => ({
    wrongs: refused(what, wrong).wrongs.map((one) => ({ at: [`${name}File`], ...one })),
  });
  if (own !== undefined) return at(`stands beside ${name}`, 'keep one of them');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return at(`the file ${whyFileFails(error)}`, 'name a file that this user may read');
  }
  const kept = secret.safeParse(text);
  return kept.success
    ? { value: kept.data }
    : at(
        `what the file holds ${whyNoSecretText(text.trim()) ?? `is no ${name}`}`,
        `it must hold ${right(what)}`,
      );
}
