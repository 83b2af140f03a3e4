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
const { url } = await startApp({
  issuer: values.issuer,
  clientId: values.client,
  port: Number(values.port),
});
console.log(`Reading list is at ${url}`);
