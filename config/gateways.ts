import { z } from 'zod';
import type { GatewaySetting } from '../src/gateway/setting.ts';
import { whyNoListenHost, whyNoServer } from './addresses.ts';
import { nearMiss } from './nearest.ts';
import type { ReadValue } from './read-value.ts';
import { field, rowReader } from './rows.ts';
import { secretFields, secretOf } from './secret-fields.ts';
import { gatewayKinds } from './values.ts';

/** Beside Jellyfin's own 8096. */
const usualPort = 8097;
const what = 'the API key of the server';

const fields = {
  kind: field(z.enum(gatewayKinds), `one of ${gatewayKinds.join(', ')}`, (raw) => {
    const meant = typeof raw === 'string' ? nearMiss(raw, gatewayKinds) : undefined;
    return `there is no such kind${meant ? ` (did you mean ${meant}?)` : ''}`;
  }),
  url: field(
    z
      .string()
      .trim()
      .refine((text) => whyNoServer(text) === undefined && new URL(text).search === '')
      .transform((text) => text.replace(/\/+$/, '')),
    'the address of the media server, such as http://192.168.1.10:8096',
    whyNoServer,
  ),
  port: field(z.int().min(0).max(65_535).default(usualPort), 'a port number, 0 to 65535'),
  host: field(
    z
      .string()
      .trim()
      .refine((text) => whyNoListenHost(text) === undefined)
      .default('0.0.0.0'),
    'a name or an internet address alone, such as 0.0.0.0',
  ),
  ...secretFields('apiKey', what),
  knownProxy: field(z.boolean().default(true), 'true or false'),
};

/** A line of `gateways`, its key read from its file. */
export const readGateway: (raw: unknown) => ReadValue<GatewaySetting> = rowReader(fields, (row) => {
  const { apiKeyFile, apiKey, ...gateway } = row;
  const key = secretOf('apiKey', what, apiKey, apiKeyFile);
  if ('wrongs' in key) return key;
  return { value: { ...gateway, ...(key.value !== undefined && { apiKey: key.value }) } };
});
