import { z } from 'zod';
import { BridgeError, type ErrorCode, errorTable } from '../../core/errors.ts';
import { said } from './said.ts';

/** The form of every error. */
export const errorBody = z
  .object({
    statusCode: z.int().min(400).max(599),
    code: z.string().regex(/^BRIDGE_[A-Z_]+$/),
    error: z.string().describe('The status in words'),
    message: z.string().describe('For a person; holds no secret'),
    said: z.array(said).optional().describe('What is special about this one, by the codes of its sentences'),
    remedy: z.string().optional().describe('What to do, where it is not what the table of errors says'),
    remedySaid: z.array(said).optional().describe('The same by the codes of its sentences'),
  })
  .meta({ id: 'Error' });

export type ErrorBody = z.infer<typeof errorBody>;

/**
 * The error that an answer tells of, as if it had happened here.
 * @param retryAt when to come back, milliseconds UTC
 */
export function fromErrorBody({ code, message, remedy }: ErrorBody, retryAt?: number): BridgeError {
  const more = { ...(retryAt !== undefined && { retryAt }), ...(remedy !== undefined && { remedy }) };
  // Of another version, with errors that this one does not know.
  if (!isErrorCode(code)) return new BridgeError('BRIDGE_INTERNAL', { detail: message, ...more });
  return new BridgeError(code, { says: message, ...more });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code);
}
