import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { accountPath, count, fileId } from './fields.ts';

const link = z.object({ id: fileId, name: z.string(), sizeBytes: count, url: z.url() }).meta({ id: 'Link' });

const target = z.object({ id: fileId });

export const findLinks = endpoint({
  method: 'GET',
  path: '/links',
  summary:
    'The addresses of the files of this account path, as their STRM files hold them; no call to the host',
  tag: 'links',
  query: z.object({ path: accountPath }),
  status: 200,
  answer: z.object({ links: z.array(link) }),
  errors: ['BRIDGE_NOT_FOUND', 'BRIDGE_NOT_INDEXED'],
});

export const getLink = endpoint({
  method: 'GET',
  path: '/links/{id}',
  summary: 'The address of a file, as its STRM holds it; no call to the host',
  tag: 'links',
  params: target,
  status: 200,
  answer: link,
  errors: ['BRIDGE_NOT_FOUND'],
});

export const makeDirectLink = endpoint({
  method: 'POST',
  path: '/links/{id}/direct',
  summary: 'A fresh direct link of the host; costs one call, and is to be kept to yourself',
  tag: 'links',
  params: target,
  status: 200,
  answer: link,
  errors: ['BRIDGE_NOT_FOUND', 'BRIDGE_HOST_NOT_PREMIUM', 'BRIDGE_GATE_CLOSED'],
});
