import { minuteMs } from '../../core/durations.ts';
import type { ErrorCode } from '../../core/errors.ts';

/**
 * Why a transfer did not begin or did not finish.
 * - `link`: the host refuses this link; another one may work
 * - `changed`: the host has other bytes than the catalog says, or than came before
 * - `later`: the host is busy or in maintenance; the link is not to blame
 * - `cut`: the connection failed, stalled or ended early
 */
export type FaultKind = 'link' | 'changed' | 'later' | 'cut';

/** A transfer that failed. The text holds no link. */
export class TransferFault extends Error {
  override readonly name = 'TransferFault';
  readonly kind: FaultKind;
  /** What a player is told when this does not pass. */
  readonly code: ErrorCode;
  /** When it makes sense to come back, milliseconds from now. */
  readonly waitMs: number;

  constructor(
    kind: FaultKind,
    message: string,
    options: { cause?: unknown; code?: ErrorCode; waitMs?: number } = {},
  ) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.code = options.code ?? 'BRIDGE_HOST_ERROR';
    this.waitMs = options.waitMs ?? minuteMs;
  }
}
