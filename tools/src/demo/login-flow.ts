import { randomUUID } from 'node:crypto';
import { contract } from '@gatehouse/contracts';
import { ResourceServiceClient } from '@gatehouse/contracts/resources';
import { AppError } from '@gatehouse/errors';
import { callUnary, openClient } from '@gatehouse/grpc/client';
import { status } from '@grpc/grpc-js';
import { demoAccount } from '../seed/accounts.js';
import type { Narrator } from './narrator.js';
import { ReplicaLog } from './replica-log.js';
import { RestClient, shortened } from './rest-client.js';
import type { RunningSystem } from '../running-system.js';

/** Plays authentication: from credentials to an access token that any replica verifies alone. */
export async function playLoginFlow(system: RunningSystem, narrator: Narrator): Promise<string> {
  const rest = new RestClient(system.url, narrator);
  const { email, password } = demoAccount('user');

  narrator.step(
    'Wrong credentials',
    'Authentication comes first: who are you? An unknown account and a wrong password get the same answer, at the same cost.',
  );
  await rest.call('POST', '/v1/auth/login', { body: { email, password: 'not-the-password-at-all' } });
  await rest.call('POST', '/v1/auth/login', { body: { email: 'nobody@example.com', password } });

  narrator.step(
    'Credentials',
    'The auth service checks the password against its Argon2id hash and issues an access token and a refresh token.',
  );
  const login = await rest.call('POST', '/v1/auth/login', { body: { email, password } });
  const accessToken = String(login.body['accessToken']);

  narrator.step(
    'The access token',
    'Three parts: a header that names the key, the claims, a signature by ES256. Anyone can read it, nobody can change it, and it holds no personal data.',
  );
  const [header = '', payload = ''] = accessToken
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('utf8'));
  narrator.seen(`header  ${header}`, `claims  ${payload}`);

  await playTwoReplicas(system, narrator, accessToken);
  return accessToken;
}

async function playTwoReplicas(
  system: RunningSystem,
  narrator: Narrator,
  accessToken: string,
): Promise<void> {
  narrator.step(
    'Stateless: any replica will do',
    'The same access token goes straight to two replicas of the resources service, as gRPC metadata. Each verifies signature, issuer, audience and expiry with the key set it holds, and checks the permission in the scope.',
  );
  const before = (await callsOfAuth(system)).length;
  for (const [index, address] of system.addresses.resources.entries()) {
    const requestId = randomUUID();
    await listResources(address, accessToken, requestId, narrator);
    const log = new ReplicaLog(system.logFolder, index === 0 ? 'resources' : `resources${index + 1}`);
    const line = await log.call(requestId);
    narrator.seen(`${log.replica} logged: ${JSON.stringify(line)}`);
  }
  const asked = (await callsOfAuth(system)).slice(before);
  narrator.seen(`calls that auth saw meanwhile: ${asked.length === 0 ? 'none' : asked.join(', ')}`);

  narrator.step(
    'A forged one',
    'One changed character, and every replica refuses. The answer does not say why; the log does.',
  );
  const forged = accessToken.slice(0, -4) + (accessToken.endsWith('AAAA') ? 'BBBB' : 'AAAA');
  const [address = ''] = system.addresses.resources;
  const requestId = randomUUID();
  await listResources(address, forged, requestId, narrator);
  const line = await new ReplicaLog(system.logFolder, 'resources').call(requestId);
  narrator.seen(`resources logged the reason: ${line?.reason}`);
}

/** The calls that the replicas of auth have logged, but for audit events that services hand in when they like. */
async function callsOfAuth({ logFolder }: RunningSystem): Promise<string[]> {
  const logs = ['auth', 'auth2'].map((replica) => new ReplicaLog(logFolder, replica).calls());
  const names = (await Promise.all(logs)).flat().map(({ grpc_method }) => grpc_method);
  return names.filter((name) => name !== 'RecordAuditEvents');
}

async function listResources(
  address: string,
  accessToken: string,
  requestId: string,
  narrator: Narrator,
): Promise<void> {
  const client = openClient(ResourceServiceClient, address, contract);
  narrator.sent(
    `${address}  gatehouse.resources.v1.ResourceService/ListResources  authorization: Bearer ${shortened(accessToken)}`,
  );
  const request = { pageSize: 10, pageToken: '', filter: undefined, orderBy: '' };
  try {
    const reply = await callUnary(client.listResources.bind(client), request, {
      timeoutMs: 5_000,
      accessToken,
      requestId,
    });
    narrator.received(
      `OK, ${reply.resources.length} resources: ${reply.resources.map(({ title }) => title).join('; ')}`,
    );
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    narrator.received(`${status[error.code]}: ${error.message}`);
  } finally {
    client.close();
  }
}
