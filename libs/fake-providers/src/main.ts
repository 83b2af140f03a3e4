// A fake provider as a process: for `npm start -- --social` and the profile `social` of docker-compose.yml.
import { createServer } from 'node:http';
import { readFakeSettings } from './config.js';
import { DEMO_PEOPLE } from './demo-people.js';
import { startFakeGithub } from './fake-github.js';
import { startFakeGoogle } from './fake-google.js';

/** What it knows auth as. */
const CLIENT_ID = 'gatehouse';

const { PROVIDER, HOST, PORT, HEALTH_PORT, ORIGIN, GATEWAY, CLIENT_SECRET } = readFakeSettings();
const start = PROVIDER === 'google' ? startFakeGoogle : startFakeGithub;
const provider = await start({
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  redirectUris: [`${GATEWAY}/login/callback/${PROVIDER}`],
  host: HOST,
  port: PORT,
  url: ORIGIN,
  people: DEMO_PEOPLE[PROVIDER],
});
const health = createServer((_, response) => response.writeHead(200).end('{"ok":true}'));
health.listen(HEALTH_PORT, HOST);
console.log(`a fake ${PROVIDER} is at ${provider.url}`);

for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) process.once(event, () => void stop());

async function stop(): Promise<void> {
  health.close();
  await provider.close();
  process.exit(0);
}
