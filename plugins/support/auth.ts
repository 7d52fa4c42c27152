import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import basicAuth from '@fastify/basic-auth';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../src/core/errors.ts';
import { createGuessLimit, createGuessReport, type Guesser } from '../../src/edge/guess-limit.ts';
import { isAskedByPage, shownSession } from '../../src/edge/page-proof.ts';

const ownWordHeader = 'passerelle-own-word';

declare module 'fastify' {
  interface FastifyInstance {
    /** Lets in who has the admin token, who came through the door of the owner, and our page after a log-in. */
    adminAuth(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void;
    /** @returns why whoever shows these is not let in; undefined = they are right */
    passwordRefusal(request: FastifyRequest, user: string, password: string): BridgeError | undefined;
    /** The log-in that our own page shows; undefined where another page asks, or nobody is logged in. */
    sessionOf(request: FastifyRequest): string | undefined;
    /** From now on, what comes over this connection comes from the owner of the data, and needs no token. */
    trust(socket: object): void;
    /** What a request of this process to itself has in its head: it comes over no connection. */
    ownHeaders: Readonly<Record<string, string>>;
    /** Whether it comes from the owner of the data, and not from somebody who has the token alone. */
    isOwner(request: FastifyRequest): boolean;
  }
}

/** `app.basicAuth` for the routes that people browse, `app.adminAuth` for the API; one limit for guesses at both. */
export const auth = fp(
  async (app: FastifyInstance) => {
    const { settings, secrets, clock, log, sessions, baseUrl } = app.bridge;
    const ownHosts = [new URL(baseUrl).host];
    const guesses = createGuessLimit(clock);
    const report = createGuessReport(log, clock);
    const isUser = createComparison(settings.auth.user);
    const isPassword = createComparison(secrets.password);
    const isToken = createComparison(secrets.adminToken);

    /** @returns why whoever shows this is not let in */
    function refusalOf(
      { caller, headers }: FastifyRequest,
      kind: Guesser['kind'],
      given: string,
      compare: () => boolean,
    ): BridgeError | undefined {
      const who = { address: caller.address, kind, agent: headers['user-agent'] ?? '' };
      const attempt = guesses.attempt(who, given, compare);
      report.tell(who, attempt);
      if (attempt.isRight) return undefined;
      return attempt.retryAt === undefined
        ? new BridgeError('BRIDGE_UNAUTHORIZED')
        : new BridgeError('BRIDGE_TOO_MANY_TRIES', { retryAt: attempt.retryAt });
    }

    app.decorate('passwordRefusal', (request, user, password) =>
      refusalOf(request, 'password', `${user}:${password}`, () => {
        // Both are always compared, so that the time tells nothing.
        const [userRight, passwordRight] = [isUser(user), isPassword(password)];
        return userRight && passwordRight;
      }),
    );
    await app.register(basicAuth, {
      authenticate: { realm: 'Passerelle' },
      utf8: true,
      validate: async (user, password, request) => {
        const refusal = app.passwordRefusal(request, user, password);
        if (refusal) throw refusal;
      },
    });
    app.decorate('sessionOf', ({ headers }) => {
      const shown = shownSession(headers);
      return shown !== undefined && isAskedByPage(headers, ownHosts) && sessions.isLive(shown)
        ? shown
        : undefined;
    });
    // The connection itself, which no header can speak for.
    const trusted = new WeakSet<object>();
    app.decorate('trust', (socket) => void trusted.add(socket));
    const ownWord = randomUUID();
    const isOwnWord = createComparison(ownWord);
    app.decorate('ownHeaders', { [ownWordHeader]: ownWord });
    app.decorate('isOwner', ({ raw, headers }) => {
      const word = headers[ownWordHeader];
      return trusted.has(raw.socket) || (typeof word === 'string' && isOwnWord(word));
    });
    app.decorate('adminAuth', (request, reply, done) => {
      if (trusted.has(request.raw.socket)) return done();
      // Whoever shows a token is asked for that alone.
      if (request.headers.authorization === undefined && app.sessionOf(request) !== undefined) return done();
      const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
      const refusal =
        token === undefined
          ? new BridgeError('BRIDGE_UNAUTHORIZED')
          : refusalOf(request, 'token', token, () => isToken(token));
      if (refusal?.code === 'BRIDGE_UNAUTHORIZED')
        reply.header('www-authenticate', 'Bearer realm="Passerelle"');
      done(refusal);
    });
  },
  { name: 'auth', dependencies: ['bridge', 'errors', 'who-asks'] },
);

/** Compares in constant time, whatever the lengths. */
function createComparison(right: string): (given: string) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const rightDigest = digest(right);
  return (given) => timingSafeEqual(digest(given), rightDigest);
}
