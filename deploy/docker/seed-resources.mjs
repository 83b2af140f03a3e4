// Makes the demo resources, as their owner and through the gateway like everyone. The request IDs in the file make a
// second seeding find them instead of making them again.
// Usage: seed-resources.mjs GATEWAY_URL ACCOUNTS_FILE RESOURCES_FILE
import { readFile } from 'node:fs/promises';

const [url, accountsFile, resourcesFile] = process.argv.slice(2);
const read = async (file) => JSON.parse(await readFile(file, 'utf8'));

const owner = (await read(accountsFile)).find(({ roles }) => roles.at(-1) === 'editor');
const { accessToken } = await post('/v1/auth/login', { email: owner.email, password: owner.password });
for (const { requestId, ...resource } of await read(resourcesFile)) {
  await post(`/v1/resources?requestId=${requestId}`, resource, { authorization: `Bearer ${accessToken}` });
}

async function post(path, body, headers = {}) {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
