import { dayMs } from '../core/durations.ts';
import { type Certificate, dayOf, doubtOfTime } from '../edge/certificate.ts';
import { readCertificateFiles } from '../edge/certificate-files.ts';
import type { DoctorParts, Finding } from './parts.ts';

/** Who renews by hand wants to know it before. Those who do it for you renew a month before the end. */
const endsSoonMs = 14 * dayMs;

/** Shorter ones are guessed by somebody who has the time. */
const goodPasswordLength = 8;
const goodTokenLength = 16;

/** Whether the certificate is one that players take, and for how long; undefined where there is none. */
export async function checkCertificate({ settings, baseUrl, clock }: DoctorParts): Promise<Finding> {
  const { tlsCert = '', tlsKey = '' } = settings.server;
  const files = { cert: tlsCert, key: tlsKey };
  const read = readCertificateFiles(files);
  const remedy = 'put a certificate and its key there; serve takes them by itself';
  if ('wrong' in read) return { state: 'fail', words: `${files[read.of]} ${read.wrong}`, remedy };
  const late = doubtOfTime(read, clock.now());
  if (late !== undefined) return { state: 'fail', words: `it ${late}`, remedy };
  const words = `good until ${dayOf(read.validTo)}`;
  const doubts = doubtsOf(read, new URL(baseUrl).hostname, clock.now());
  return doubts.length === 0
    ? { state: 'ok', words }
    : { state: 'warn', words: `${words}; ${doubts.join('; ')}`, remedy };
}

function doubtsOf({ validTo, fits, isSelfSigned }: Certificate, host: string, now: number): string[] {
  return [
    ...(validTo - now < endsSoonMs ? ['that is soon'] : []),
    ...(fits(host) ? [] : [`it is not for ${host}, which addresses name`]),
    ...(isSelfSigned ? ['nobody else vouches for it, so players have to be told to take it'] : []),
  ];
}

/** Whether password and token are too long to be guessed, and none that everybody tries first. */
export async function checkSecrets({ secrets, isGuessedFirst }: DoctorParts): Promise<Finding> {
  const { password, adminToken } = secrets;
  const isFirst = (secret: string) => (isGuessedFirst(secret) ? ['is among the first that are tried'] : []);
  const ofPassword =
    password.length < goodPasswordLength ? [`has ${password.length} characters`] : isFirst(password);
  const ofToken = adminToken.length < goodTokenLength ? [`has ${adminToken.length}`] : isFirst(adminToken);
  const doubts = [
    ...ofPassword.map((doubt) => `the password ${doubt}`),
    ...ofToken.map((doubt) => `the admin token ${doubt}`),
  ];
  return doubts.length === 0
    ? { state: 'ok', words: 'password and admin token are long enough' }
    : {
        state: 'warn',
        words: `${doubts.join(', and ')}: easily guessed`,
        remedy: 'set longer ones, or none: then good ones are made',
      };
}
