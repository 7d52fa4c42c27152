import { createSimulator } from './simulator.ts';

/** `npm run simulator`: a 1fichier to try things against by hand. */
const simulator = await createSimulator({
  apiPort: portFrom('SIMULATOR_API_PORT', 8791),
  downloadPort: portFrom('SIMULATOR_DOWNLOAD_PORT', 8792),
  sitePort: portFrom('SIMULATOR_SITE_PORT', 8794),
  uploadPort: portFrom('SIMULATOR_UPLOAD_PORT', 8793),
  limits: process.argv.includes('--strict') ? 'strict' : 'none',
  onApiRequest({ verb, body, status }) {
    console.log(`${time()} api      ${status || '---'} ${verb} ${JSON.stringify(body)}`);
  },
  onDownloadRequest({ method, path, range, status, bytes }) {
    console.log(`${time()} download ${status || '---'} ${method} ${path} ${range ?? ''} ${bytes} bytes`);
  },
});

console.log(`FICHIER_API_URL=${simulator.apiUrl}
FICHIER_DOWNLOAD_HOSTS=${simulator.downloadHost}
FICHIER_UPLOAD_HOSTS=${simulator.uploadHost}
FICHIER_SITE_URL=${simulator.siteUrl}
FICHIER_API_KEY=${simulator.apiKey}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void simulator.close());
}

function portFrom(name: string, otherwise: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return otherwise;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  console.error(`${name} must be a port number, not ${text}`);
  process.exit(2);
}

function time(): string {
  return new Date().toISOString().slice(11, 23);
}
