// Exit code 0 when this container's Passerelle is ready: it answers, and the host has accepted the key. What it says
// otherwise is what `docker inspect` shows.

// As `require` gives them: to import node:http loads a WebSocket too, each time that somebody asks for health.
const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

const fs = process.getBuiltinModule('node:fs');

const { PASSERELLE_PORT, PASSERELLE_HOST, PASSERELLE_DATA_DIR } = process.env;
const { port = PASSERELLE_PORT || 8790, host: listening = PASSERELLE_HOST ?? '' } = listens();
/** Where it listens at one address alone, it is asked there. */
const host = ['', '0.0.0.0', '::'].includes(listening) ? '127.0.0.1' : listening;

/** Where `serve` says that it listens, wherever it was told so: the environment alone does not know. */
function listens() {
  try {
    const note = JSON.parse(fs.readFileSync(`${PASSERELLE_DATA_DIR || './data'}/serve.json`, 'utf8'));
    return note.listens ?? {};
  } catch {
    return {};
  }
}

/** Asks this container itself: no certificate is for 127.0.0.1, so none is looked at. */
function ask({ get }, options = {}) {
  return new Promise((resolve, reject) => {
    const request = get(
      { host, port, path: '/readyz', signal: AbortSignal.timeout(4000), ...options },
      (answer) => {
        let says = '';
        answer.setEncoding('utf8');
        answer.on('data', (text) => {
          says += text;
        });
        answer.on('error', reject);
        answer.on('end', () => resolve({ status: answer.statusCode, says }));
      },
    );
    request.on('error', reject);
  });
}

let { status, says } = { status: 0, says: '' };
try {
  ({ status, says } = await ask(http));
  if (status === 400) ({ status, says } = await ask(https, { rejectUnauthorized: false }));
} catch (error) {
  says = `no answer: ${error.code ?? error.name}`;
}
console.log(says.slice(0, 500));
process.exit(status === 200 ? 0 : 1);
