/**
 * What a connection came to nothing for, in words: `nobody listens there (ECONNREFUSED)`. The code stays behind them,
 * for whoever searches it; texts of the system hold addresses and are not told.
 * @returns undefined where the system gave no code
 */
export function whyNoConnection(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code !== 'string') return undefined;
  const words = causes[code];
  return words === undefined ? code : `${words} (${code})`;
}

const noWay = 'no way leads there';
const noName = 'there is no such name';
const late = 'it does not answer in time';
const isCut = 'the connection was cut';
const isOther = 'what answers there does not speak https';

const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: noName,
  EAI_AGAIN: 'names cannot be looked up now',
  EHOSTUNREACH: noWay,
  ENETUNREACH: noWay,
  EHOSTDOWN: noWay,
  ETIMEDOUT: late,
  UND_ERR_CONNECT_TIMEOUT: late,
  UND_ERR_HEADERS_TIMEOUT: late,
  UND_ERR_BODY_TIMEOUT: late,
  ECONNRESET: isCut,
  EPIPE: isCut,
  UND_ERR_SOCKET: isCut,
  EPROTO: isOther,
  ERR_SSL_WRONG_VERSION_NUMBER: isOther,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: isOther,
  UND_ERR_INVALID_ARG: 'this is no address',
};

/** Why nobody can listen at an address, and what to do. */
export function whyNoPort(
  { host, port }: { host: string; port: number },
  error: unknown,
): {
  detail: string;
  remedy?: string;
} {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  const at = `${host} port ${port}`;
  switch (code) {
    case 'EADDRINUSE':
      return {
        detail: `${at}: another program listens there (${code})`,
        remedy: 'If that is another Passerelle, stop it; else set another port',
      };
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return {
        detail: `${at}: this machine has no such address (${code})`,
        remedy: 'Set the host to 0.0.0.0, which is every address of this machine',
      };
    case 'EACCES':
      return {
        detail: `${at}: this user may not listen there (${code})`,
        remedy: 'Set a port from 1024 on; a reverse proxy can stand at 80 and 443',
      };
    default:
      return { detail: `${at} (${code})` };
  }
}
