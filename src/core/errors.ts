import { type ErrorCode, errorTable } from './error-rows/error-table.ts';

export { type ErrorCode, errorTable } from './error-rows/error-table.ts';

export interface BridgeErrorOptions {
  /** More words for the person; must hold no secret and no link. */
  detail?: string;
  /** The whole text, where the table's message does not fit what was asked; the same holds for it. */
  says?: string;
  /** What to do, where that is known better than the table says it. */
  remedy?: string;
  /** When it makes sense to try again, milliseconds since the epoch. Becomes `Retry-After`. */
  retryAt?: number;
  cause?: unknown;
}

/** The only kind of error that leaves a room on purpose. Its text is fit for a person and holds no secret. */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
  readonly code: ErrorCode;
  readonly retryAt: number | undefined;
  readonly remedy: string;

  constructor(code: ErrorCode, options: BridgeErrorOptions = {}) {
    const { message } = errorTable[code];
    const text = options.says ?? (options.detail ? `${message}: ${options.detail}` : message);
    super(text, { cause: options.cause });
    this.code = code;
    this.retryAt = options.retryAt;
    this.remedy = options.remedy ?? errorTable[code].remedy;
  }

  get status(): number {
    return errorTable[this.code].status;
  }

  get retryable(): boolean {
    return errorTable[this.code].retryable;
  }
}

/** Whether `error` is a BridgeError, of this code if one is given. */
export function isBridgeError(error: unknown, code?: ErrorCode): error is BridgeError {
  return error instanceof BridgeError && (code === undefined || error.code === code);
}

const refusals: readonly ErrorCode[] = [
  'BRIDGE_HOST_FLOOD',
  'BRIDGE_HOST_IP_LOCKED',
  'BRIDGE_HOST_KEY',
  'BRIDGE_HOST_NOT_PREMIUM',
  'BRIDGE_HOST_OWNER_LOCKED',
  'BRIDGE_HOST_FORBIDDEN',
  'BRIDGE_HOST_PASSWORD',
  'BRIDGE_HOST_LOCATION',
  'BRIDGE_HOST_VPN',
  'BRIDGE_HOST_REFUSED',
  'BRIDGE_GATE_CLOSED',
];

/** Whether the host itself refused us (key, not premium, locked): exit code 3 of the commands. */
export function isHostRefusal(error: unknown): boolean {
  return isBridgeError(error) && refusals.includes(error.code);
}
