import type { BridgeError } from '../../core/errors.ts';

const unsure: ReadonlySet<string> = new Set([
  'BRIDGE_HOST_TIMEOUT',
  'BRIDGE_HOST_UNREACHABLE',
  'BRIDGE_HOST_ODD_ANSWER',
  'BRIDGE_STOPPING',
]);

/** The answer was lost, or never came: what was asked for may have been done. After every other error nothing was. */
export function isUnsure({ code }: BridgeError): boolean {
  return unsure.has(code);
}
