// Exit code 0 when this container's Passerelle answers.
const port = process.env.PASSERELLE_PORT || '8790';
const healthy = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(4000) }).then(
  (answer) => answer.ok,
  () => false,
);
process.exit(healthy ? 0 : 1);
