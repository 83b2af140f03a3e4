// Starts the system of this checkout as processes, where the suite on the same machine reaches it: behind HTTPS, which
// ends here, and with auth reaching this machine, where the suite is told of a sign-out. Ends with Ctrl-C.
// Usage: start.mjs PORT CERTIFICATE KEY, after `npm run build`. The issuer is https://localhost:PORT; its accounts are
// those of deploy/docker/demo-accounts.json. Whoever makes the certificate has auth believe it: NODE_EXTRA_CA_CERTS.
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, startSystem } from '../../tools/dist/start/index.js';

const [port, certificate, key] = process.argv.slice(2);
if (key === undefined) throw new Error('usage: start.mjs PORT CERTIFICATE KEY');
const issuer = { ISSUER: `https://localhost:${port}` };
const folder = await mkdtemp(join(tmpdir(), 'gatehouse-suite-'));
await chmod(folder, 0o755); // PostgreSQL may run as another user than we do
const ports = await freePorts();
const options = { folder: join(folder, 'data'), fresh: false, databaseUrl: undefined, ports };
const { system, logFolder } = await startSystem(options, {
  settings: {
    // One person signs in over and over again.
    auth: { ...issuer, OUTBOUND_ADDRESSES: 'any', LIMIT_SCALE: 1_000 },
    users: issuer,
    resources: issuer,
    gateway: { ...issuer, TRUSTED_PROXIES: '127.0.0.1/32' },
  },
});

// What FAPI 2.0 leaves of TLS 1.2 (Security Profile, section 5.2.2).
const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES256-GCM-SHA384',
].join(':');
const tls = { cert: await readFile(certificate), key: await readFile(key), ciphers };
const front = createServer(tls, (asked, answer) => {
  const headers = { ...asked.headers, 'x-forwarded-proto': 'https' };
  const passed = request({ port: ports.gateway, method: asked.method, path: asked.url, headers }, (said) => {
    answer.writeHead(said.statusCode, said.headers);
    said.pipe(answer);
  });
  passed.on('error', () => answer.destroy());
  asked.pipe(passed);
}).listen(Number(port), '127.0.0.1');
console.log(`${issuer.ISSUER} is up; its logs are in ${logFolder}`);

await new Promise((told) => ['SIGINT', 'SIGTERM'].forEach((signal) => process.once(signal, told)));
front.close().closeAllConnections();
await system.stop();
await rm(folder, { recursive: true, force: true });
