import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';

/** A certificate with those that vouch for it, and its key, as PEM. */
export interface CertificatePair {
  cert: string;
  key: string;
}

/** What is known of a pair that can be served with. */
export interface Certificate extends CertificatePair {
  /** Milliseconds UTC. */
  validFrom: number;
  validTo: number;
  /** Whether a client that asks for this host takes it for the right one. */
  fits(hostname: string): boolean;
  /** Nobody else vouches for it. */
  isSelfSigned: boolean;
}

/** What is wrong with which of the two, in words that come after its name. */
export interface BadPair {
  wrong: string;
  of: 'cert' | 'key';
}

/** Looks at a pair; nothing is read from the disk. */
export function readCertificate({ cert, key }: CertificatePair): Certificate | BadPair {
  if (cert.includes('PRIVATE KEY-----') && !cert.includes('BEGIN CERTIFICATE'))
    return { of: 'cert', wrong: 'holds a key: the two files are mixed up' };
  let first: X509Certificate;
  try {
    first = new X509Certificate(cert);
  } catch {
    return { of: 'cert', wrong: 'holds no certificate, which begins with -----BEGIN CERTIFICATE-----' };
  }
  let privateKey: ReturnType<typeof createPrivateKey>;
  try {
    privateKey = createPrivateKey(key);
  } catch (error) {
    const isLocked =
      (error as NodeJS.ErrnoException).code === 'ERR_MISSING_PASSPHRASE' || /ENCRYPTED/.test(key);
    return {
      of: 'key',
      wrong: isLocked
        ? 'has a passphrase, and nobody is there to type it'
        : 'holds no private key, which begins with -----BEGIN PRIVATE KEY-----',
    };
  }
  if (!first.checkPrivateKey(privateKey))
    return { of: 'key', wrong: 'is not the key of the first certificate in the other file' };
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    return { of: 'cert', wrong: `cannot be served with (${(error as Error).message.split(':').at(-1)})` };
  }
  return {
    cert,
    key,
    validFrom: Date.parse(first.validFrom),
    validTo: Date.parse(first.validTo),
    isSelfSigned: first.checkIssued(first),
    fits: (hostname) => {
      const plain = hostname.replace(/^\[|\]$/g, '');
      return (isIP(plain) ? first.checkIP(plain) : first.checkHost(plain)) !== undefined;
    },
  };
}

/** What is doubtful about the times of a certificate. @param now milliseconds UTC */
export function doubtOfTime({ validFrom, validTo }: Certificate, now: number): string | undefined {
  if (validTo <= now) return `ended on ${dayOf(validTo)}: players refuse it`;
  return validFrom > now ? `begins only on ${dayOf(validFrom)}: players refuse it until then` : undefined;
}

/** `2026-11-28` */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
