/**
 * `node:http` as `require` gives it. To import it is to read every name that it has, and one of them loads a second
 * undici, with its WebSocket, that nobody uses (14 MB, 70 ms).
 */
export const { Agent, createServer, METHODS, request, ServerResponse, STATUS_CODES } =
  process.getBuiltinModule('node:http');
