import type { FastifyRequest } from 'fastify';
import { BridgeError } from '../../../src/core/errors.ts';

/** How deep a PROPFIND looks; RFC 4918 section 9.1: without the header, everything is meant. */
export function listingDepth(request: FastifyRequest): 0 | 1 | 'infinity' {
  const depth = String(request.headers.depth ?? 'infinity')
    .trim()
    .toLowerCase();
  if (depth === '0') return 0;
  if (depth === '1' || depth === '1,noroot') return 1;
  if (depth === 'infinity') return 'infinity';
  throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'Depth is 0, 1 or infinity' });
}
