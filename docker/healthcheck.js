// Exit code 0 when this container's Passerelle is ready: it answers, and the host has accepted the key. What it says
// otherwise is what `docker inspect` shows.
const port = process.env.PASSERELLE_PORT || '8790';
const { ready, says } = await fetch(`http://127.0.0.1:${port}/readyz`, {
  signal: AbortSignal.timeout(4000),
}).then(
  async (answer) => ({ ready: answer.ok, says: await answer.text() }),
  (error) => ({ ready: false, says: `no answer: ${error.cause?.code ?? error.name}` }),
);
console.log(says.slice(0, 500));
process.exit(ready ? 0 : 1);
