import type { SMTPTransportOptions } from 'nodemailer';
import { secondMs } from '../../core/durations.ts';
import { whyNoConnection } from '../../core/http/connection-words.ts';
import { isLoopback } from '../../core/loopback.ts';
import { type Connection, ServerFault } from '../servers/adapter.ts';
import type { RecipientAdapter, RecipientSetting } from './recipient.ts';

/** From the first byte to the last word of the server. */
const timeLimitMs = 30 * secondMs;

/** A mail server that takes messages: `smtps://` with TLS from the first byte, `smtp://` with STARTTLS. */
export function email({ url, token, to = '', from = to }: RecipientSetting): RecipientAdapter {
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === 'smtps:';
  const [user, pass] =
    token === undefined ? [] : [token.slice(0, token.indexOf(':')), token.slice(token.indexOf(':') + 1)];
  const options: SMTPTransportOptions = {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    // A password never goes out in the clear, but to this machine itself.
    requireTLS: user !== undefined && !secure && !isLoopback(hostname),
    ...(user !== undefined && pass !== undefined && { auth: { user, pass } }),
    connectionTimeout: timeLimitMs,
    greetingTimeout: timeLimitMs,
    socketTimeout: timeLimitMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  };

  type Mailer = Awaited<ReturnType<typeof open>>;
  async function open() {
    // A second of work that most never need.
    const { createTransport } = await import('nodemailer');
    return createTransport(options);
  }

  async function within<T>({ clock, signal }: Connection, work: (mailer: Mailer) => Promise<T>): Promise<T> {
    const mailer = await open();
    const over = new AbortController();
    const late = clock
      .sleep(timeLimitMs, AbortSignal.any([over.signal, signal]))
      .then(() => Promise.reject(new ServerFault(`did not answer within ${timeLimitMs / 1000} s`)));
    try {
      return await Promise.race([work(mailer), late]);
    } catch (error) {
      signal.throwIfAborted();
      throw faultOf(error);
    } finally {
      over.abort();
      late.catch(() => undefined);
      mailer.close();
    }
  }

  return {
    tokenRemedy:
      'token is user:password of the mail server; many want a password of its own for each program',
    send: ({ title, text }, connection) =>
      within(connection, async (mailer) => {
        await mailer.sendMail({ from, to, subject: `Passerelle: ${title}`, text });
      }),
    check: (connection) =>
      within(connection, async (mailer) => {
        await mailer.verify();
        return 'lets us in';
      }),
  };
}

interface MailError {
  code?: string;
  /** That of the system, where `code` is that of a step. */
  originalCode?: string;
  command?: string;
  responseCode?: number;
}

/** What went wrong, in our words: those of the server may hold anything. */
function faultOf(error: unknown): ServerFault {
  if (error instanceof ServerFault) return error;
  const { code, originalCode, command, responseCode } = error as MailError;
  const status = responseCode === undefined ? '' : ` (${responseCode})`;
  if (code === 'EAUTH' || code === 'ENOAUTH')
    return new ServerFault(
      `does not accept the user or the password${status}`,
      'look at token: user:password',
    );
  if (code === 'EMESSAGE' || command === 'DATA') return new ServerFault(`does not take the message${status}`);
  if (code === 'EENVELOPE')
    return new ServerFault(`does not take the address of to or from${status}`, 'look at to and from');
  if (code === 'ETLS' || /CERT|SELF_SIGNED|VERIFY|SSL/.test(String(originalCode)))
    return new ServerFault(
      'offers no TLS that this machine believes',
      'write smtps:// where it speaks TLS from the first byte, and name the file of its authority in NODE_EXTRA_CA_CERTS',
    );
  return new ServerFault(
    `does not answer: ${whyNoConnection({ code: originalCode ?? code }) ?? 'no connection'}`,
    'is it running, and is url right?',
  );
}
