import type { Examined, TlsFiles } from '../../../config/load.ts';
import { systemClock } from '../../core/clock.ts';
import { doubtOfTime } from '../../edge/certificate.ts';
import { readCertificateFiles } from '../../edge/certificate-files.ts';

const settings = {
  cert: { path: 'server.tlsCert', source: 'PASSERELLE_TLS_CERT' },
  key: { path: 'server.tlsKey', source: 'PASSERELLE_TLS_KEY' },
};

/** Whether the certificate of the settings can be served with. */
export function examineCertificate(files: TlsFiles): Examined {
  const read = readCertificateFiles(files);
  if ('wrong' in read) {
    const right = 'name a certificate in PEM and the key that belongs to it, which this user may read';
    return {
      faults: [{ ...settings[read.of], wrong: `${files[read.of]} ${read.wrong}`, right }],
      warnings: [],
    };
  }
  const doubt = doubtOfTime(read, systemClock.now());
  return { faults: [], warnings: doubt === undefined ? [] : [`server.tlsCert: the certificate ${doubt}`] };
}
