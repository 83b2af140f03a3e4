// node src/main.mjs --client ID [--issuer URL] [--port NUMBER]
import { parseArgs } from 'node:util';
import { startApp } from './app.mjs';

const { values } = parseArgs({
  options: {
    client: { type: 'string' },
    issuer: { type: 'string', default: 'http://127.0.0.1:8080' },
    port: { type: 'string', default: '8090' },
  },
});
if (values.client === undefined) {
  console.error('--client says who this app is: register it with `npm run clients -- create`, see README.md');
  process.exit(1);
}
const { issuer, client, port } = values;
try {
  const { url } = await startApp({ issuer, clientId: client, port: Number(port) });
  console.log(`Reading list is at ${url}`);
} catch (error) {
  const isTaken = error.code === 'EADDRINUSE';
  console.error(
    isTaken
      ? `Port ${port} is taken: choose another one with --port.`
      : `Nothing answers as Gatehouse at ${issuer}: start it first, or say with --issuer where it is. (${error.message})`,
  );
  process.exit(1);
}
