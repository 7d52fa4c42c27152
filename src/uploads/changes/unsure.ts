import { type BridgeError, isBridgeError } from '../../core/errors.ts';

const unsure: ReadonlySet<string> = new Set([
  'BRIDGE_HOST_TIMEOUT',
  'BRIDGE_HOST_UNREACHABLE',
  'BRIDGE_HOST_ODD_ANSWER',
  // A server in front of the host speaks for one behind it that may have been at work already.
  'BRIDGE_HOST_ERROR',
  'BRIDGE_HOST_MAINTENANCE',
  'BRIDGE_STOPPING',
]);

/** The answer was lost, or never came: what was asked for may have been done. After every other error nothing was. */
export function isUnsure({ code }: BridgeError): boolean {
  return unsure.has(code);
}

const refusals = [
  'BRIDGE_HOST_REFUSED',
  'BRIDGE_HOST_FORBIDDEN',
  'BRIDGE_HOST_FILE_GONE',
  'BRIDGE_HOST_NOTHING_DONE',
  'BRIDGE_BAD_REQUEST',
] as const;

/** The host says no to this one: asking once more gives the same answer, and nothing was done. */
export function isRefusal(error: unknown): boolean {
  return refusals.some((code) => isBridgeError(error, code));
}
