import { z } from 'zod';
import { endpoint } from './endpoint.ts';

export const getDocument = endpoint({
  method: 'GET',
  path: '/openapi.json',
  summary: 'This document',
  tag: 'status',
  status: 200,
  answer: z.looseObject({ openapi: z.string(), info: z.looseObject({}), paths: z.looseObject({}) }),
  errors: [],
});
