import { z } from 'zod';

/** What stands in many answers. */
export const count = z.int().min(0);
export const time = z.number().describe('Milliseconds since 1970, UTC');
export const isoTime = z.iso.datetime().describe('UTC');
export const fileId = z.string().describe('As the host gives it');
export const folderId = z.string().describe('As the host gives it; 0 is the root');
export const accountPath = z
  .string()
  .max(4096)
  .refine((path) => path.startsWith('/'), 'must be a path of the account, which begins with /')
  .describe('A path of the account; begins with /');

/** How many of a list are asked for. */
export function limitOf(max: number, fallback: number) {
  return z.coerce.number().int().min(1).max(max).default(fallback).describe(`How many at most, 1 to ${max}`);
}
