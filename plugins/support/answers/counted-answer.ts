import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { ServerResponse } from '../../../src/core/http/http.ts';

/** Kept on the connection itself: each redirect comes by here, and nothing is made for it. */
const unanswered = Symbol('unanswered');
type Counting = Socket & { [unanswered]?: number };

/** An answer that its connection counts until all of it was given away. */
export class CountedAnswer<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  /** Not initialised: an answer is made for each redirect. */
  declare isCounted?: true;

  /**
   * From here on it counts. One that is never given away is that of a connection that has gone, and its count with it.
   * @returns how many of this connection count now
   */
  count(socket: Counting): number {
    this.isCounted = true;
    const count = (socket[unanswered] ?? 0) + 1;
    socket[unanswered] = count;
    return count;
  }

  /** Called by Node when the answer is over; some are its own, and were never counted. */
  override detachSocket(socket: Counting): void {
    super.detachSocket(socket);
    if (this.isCounted) socket[unanswered] = (socket[unanswered] ?? 1) - 1;
  }
}
