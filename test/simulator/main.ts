import { readSimulatorRun, type SimulatorRun, simulatorHelp } from './options.ts';
import { createSimulator } from './simulator.ts';

/** `npm run simulator`: a 1fichier to try things against by hand. */
const asked = readSimulatorRun(process.argv.slice(2), process.env);
if ('wrong' in asked) {
  console.error(`simulator: ${asked.wrong}\n\n${simulatorHelp}`);
  process.exitCode = 2;
} else if (asked.help) console.log(simulatorHelp);
else await run(asked);

async function run({ strict, ports }: SimulatorRun): Promise<void> {
  const simulator = await createSimulator({
    ...ports,
    limits: strict ? 'strict' : 'none',
    onApiRequest({ verb, body, status }) {
      console.log(`${time()} api      ${status || '---'} ${verb} ${JSON.stringify(body)}`);
    },
    onDownloadRequest({ method, path, range, status, bytes }) {
      console.log(`${time()} download ${status || '---'} ${method} ${path} ${range ?? ''} ${bytes} bytes`);
    },
  }).catch((error: NodeJS.ErrnoException & { port?: number }) => {
    if (error.code !== 'EADDRINUSE') throw error;
    console.error(
      `simulator: port ${error.port} is taken; is another one running? --help says how to choose ports`,
    );
    process.exit(1);
  });
  console.log(`FICHIER_API_URL=${simulator.apiUrl}
FICHIER_DOWNLOAD_HOSTS=${simulator.downloadHost}
FICHIER_UPLOAD_HOSTS=${simulator.uploadHost}
FICHIER_SITE_URL=${simulator.siteUrl}
FICHIER_API_KEY=${simulator.apiKey}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.close());
}

function time(): string {
  const now = new Date();
  return `${now.toTimeString().slice(0, 8)}.${String(now.getMilliseconds()).padStart(3, '0')}`;
}
