import { Agent, type Dispatcher } from 'undici';
import type { GatewaySetting } from '../../src/gateway/setting.ts';

/** Where a request keeps its signal on its way through the proxy, which knows nothing of such a thing. */
export const goneSignal = Symbol('goneSignal');
/** Set on the headers of what may take as long as it likes: a film, an upload, a picture. */
export const isBulk = Symbol('isBulk');
/** Called once the server has answered, or will not any more: the proxy tells of neither to who was answered before. */
export const whenOver = Symbol('whenOver');

/** What the proxy sends its requests through. */
export interface Origin {
  /** As undici's, with the marks above among the headers. */
  request(
    options: Dispatcher.RequestOptions,
    done: (error: Error | null, data: Dispatcher.ResponseData) => void,
  ): void;
  /** For what is asked in our own name. */
  dispatcher: Dispatcher;
  close(): Promise<void>;
}

/** A slow answer is the server's business: a probe of a film can take minutes. */
const headersTimeoutMs = 300_000;

/**
 * The way to the media server: its certificate is checked, one try each, and 64 players that stand still take no
 * connection from those who browse, since bytes have an agent of their own.
 */
export function createOrigin(_setting: GatewaySetting): Origin {
  const agent = () =>
    new Agent({
      allowH2: false,
      connections: null,
      pipelining: 1,
      headersTimeout: headersTimeoutMs,
      bodyTimeout: 0,
    });
  const [api, bulk] = [agent(), agent()];
  return {
    request(options, done) {
      const headers = options.headers as Record<string | symbol, unknown>;
      const signal = headers[goneSignal] as AbortSignal | undefined;
      const chosen = headers[isBulk] === true ? bulk : api;
      const over = headers[whenOver] as (() => void) | undefined;
      for (const mark of [goneSignal, isBulk, whenOver]) delete headers[mark];
      chosen.request(
        { ...options, headersTimeout: null, bodyTimeout: null, ...(signal && { signal }) },
        (error, data) => {
          over?.();
          done(error, data);
        },
      );
    },
    dispatcher: api,
    async close() {
      await Promise.all([api.destroy(), bulk.destroy()]);
    },
  };
}
