import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UserServiceClient } from '@gatehouse/contracts/users';
import { callUnary, certificateName, type ServiceName } from '@gatehouse/grpc';
import { createSpecAuthority, eventually, type SpecAuthority } from '@gatehouse/testing';
import { credentials, ServerCredentials, type ChannelCredentials } from '@grpc/grpc-js';
import { runningUsers } from './spec/running-users.js';

const folder = mkdtempSync(join(tmpdir(), 'users-tls-'));
const path = (name: string) => join(folder, name);
let authority: SpecAuthority;

/** The settings of a service whose certificate names it. */
async function tlsSettings(): Promise<Record<string, string>> {
  const own = await authority.issue({ names: [certificateName('users')] });
  writeFileSync(path('certificate.pem'), own.certificate);
  writeFileSync(path('key.pem'), own.key);
  writeFileSync(path('ca.pem'), authority.certificate);
  return {
    GATEHOUSE_TLS_CERTIFICATE_FILE: path('certificate.pem'),
    GATEHOUSE_TLS_KEY_FILE: path('key.pem'),
    GATEHOUSE_TLS_CA_FILE: path('ca.pem'),
  };
}

/** How a caller with the certificate of a service connects; it looks at whom it has reached itself. */
async function callerAs(service: ServiceName): Promise<ChannelCredentials> {
  const { certificate, key } = await authority.issue({ names: [certificateName(service)] });
  const [ca, own, secret] = [authority.certificate, certificate, key].map((pem) => Buffer.from(pem));
  return credentials.createSsl(ca, secret, own, { checkServerIdentity: () => undefined });
}

/** How auth, or whoever is in its place, takes connections: from those with a certificate of the authority. */
async function answeringAs(service: ServiceName): Promise<ServerCredentials> {
  const { certificate, key } = await authority.issue({ names: [certificateName(service)] });
  const pair = { cert_chain: Buffer.from(certificate), private_key: Buffer.from(key) };
  return ServerCredentials.createSsl(Buffer.from(authority.certificate), [pair], true);
}

beforeAll(async () => {
  authority = await createSpecAuthority();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('with mutual TLS the service', () => {
  it('serves the gateway and auth, and reaches auth, by certificates alone', async () => {
    const running = await runningUsers({
      settings: await tlsSettings(),
      authCredentials: await answeringAs('auth'),
      channel: await callerAs('gateway'),
    });
    const { call, getProfile, deleteUser, service, auth, audit } = running;
    // Ready: its own access token, the key set and the revocations came from auth.
    const readiness = () => fetch(`http://127.0.0.1:${service.healthPort}/readyz`);
    await eventually(async () => expect((await readiness()).status).toBe(200));
    const ann = await running.person('Ann');
    expect((await call(getProfile, {}, ann)).user?.displayName).toBe('Ann');
    await call(deleteUser, { id: ann.subject }, ann);
    expect(auth.erased).toHaveLength(1);
    await eventually(() => expect(audit.events.length).toBeGreaterThan(0));

    const asStranger = async (channel: ChannelCredentials) => {
      const client = new UserServiceClient(`127.0.0.1:${service.port}`, channel);
      const options = { timeoutMs: 10_000, accessToken: ann.accessToken };
      await callUnary(client.getProfile.bind(client), {}, options).finally(() => client.close());
    };
    for (const channel of [credentials.createInsecure(), await callerAs('resources')])
      await expect(asStranger(channel)).rejects.toMatchObject({ code: 14 });
    await running.close();
  });

  it.each<[string, () => Promise<ServerCredentials>]>([
    ['shows the certificate of another service', () => answeringAs('resources')],
    ['speaks in the clear', async () => ServerCredentials.createInsecure()],
  ])('tells no secret to an auth that %s', async (_, answering) => {
    const running = await runningUsers({
      settings: await tlsSettings(),
      authCredentials: await answering(),
      channel: await callerAs('gateway'),
    });
    const unverified = { code: 14, reason: 'KEYS_UNAVAILABLE' };
    await expect(running.call(running.getProfile, {}, running.user())).rejects.toMatchObject(unverified);
    expect(running.auth.issued).toEqual([]);
    await running.close();
  });
});
