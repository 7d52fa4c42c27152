import { isBridgeError } from '../../core/errors.ts';

/** The sync of another process finds it out by itself. @throws every other error */
export function unlessCrawled(error: unknown): undefined {
  if (!isBridgeError(error, 'BRIDGE_CRAWL_RUNNING')) throw error;
  return undefined;
}
