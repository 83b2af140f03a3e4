import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { credentials, type ChannelCredentials } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import { TokenServiceClient } from '@gatehouse/contracts/auth';
import { ResourceServiceClient } from '@gatehouse/contracts/resources';
import { UserServiceClient } from '@gatehouse/contracts/users';
import { openClient } from '@gatehouse/grpc/client';
import { credentialsFor } from '../client/channel-credentials.js';
import { call } from '../client/grpc-clients.js';
import { outcomeOf } from '../client/outcome.js';
import { sharedSystem } from '../system/shared-system.js';
import { repositoryRoot } from './repository-root.js';
import { run } from './run.js';

const { addresses } = sharedSystem();
const CERTIFICATES = dirname(dirname(addresses.tls?.ca ?? ''));

let foreign: string;
beforeAll(async () => {
  foreign = await mkdtemp(join(tmpdir(), 'gatehouse-foreign-'));
  await run([`${repositoryRoot}/deploy/docker/make-certificates.sh`, foreign]);
});
afterAll(() => rm(foreign, { recursive: true }));

/** Channels of a caller that looks at no server, with or without a certificate out of a folder. */
async function channel(folder?: string, service = 'gateway'): Promise<ChannelCredentials> {
  const ca = await readFile(join(CERTIFICATES, 'gateway', 'ca.pem'));
  const unchecked = { checkServerIdentity: () => undefined };
  if (folder === undefined) return credentials.createSsl(ca, null, null, unchecked);
  const own = (file: string) => readFile(join(folder, service, file));
  return credentials.createSsl(ca, await own('key.pem'), await own('certificate.pem'), unchecked);
}

/** What each service answers to a call without an access token, at every replica. */
const SERVICES = [
  [
    'auth',
    (address: string, channel: ChannelCredentials) => {
      const client = openClient(TokenServiceClient, address, contract, channel);
      return call(client, client.refresh, { refreshToken: 'x'.repeat(43) }).finally(() => client.close());
    },
  ],
  [
    'users',
    (address: string, channel: ChannelCredentials) => {
      const client = openClient(UserServiceClient, address, contract, channel);
      return call(client, client.getProfile, {}).finally(() => client.close());
    },
  ],
  [
    'resources',
    (address: string, channel: ChannelCredentials) => {
      const client = openClient(ResourceServiceClient, address, contract, channel);
      return call(client, client.getResource, { id: 'x' }).finally(() => client.close());
    },
  ],
] as const;

describe.each(SERVICES)('%s', (service, ask) => {
  const outcomes = async (channelOf: () => Promise<ChannelCredentials> | ChannelCredentials) => {
    expect(addresses[service]).toHaveLength(2);
    const used = await channelOf();
    return Promise.all(addresses[service].map((address) => outcomeOf(ask(address, used))));
  };
  /** The connection, that is: the reason is the channel's own, and no answer of the service. */
  const refused = { code: 'UNAVAILABLE', reason: 'UNAVAILABLE' };

  it('answers the gateway', async () => {
    const client = { auth: TokenServiceClient, users: UserServiceClient, resources: ResourceServiceClient };
    const answered = await outcomes(() => credentialsFor(addresses, client[service]));
    for (const outcome of answered) expect(outcome.code).toBe('UNAUTHENTICATED');
  });

  it('refuses plain text', async () => {
    expect(await outcomes(() => credentials.createInsecure())).toEqual([refused, refused]);
  });

  it('refuses a caller without a certificate', async () => {
    expect(await outcomes(() => channel())).toEqual([refused, refused]);
  });

  it('refuses a certificate of another authority', async () => {
    expect(await outcomes(() => channel(foreign))).toEqual([refused, refused]);
  });

  it('refuses the certificate of a service that has no business there', async () => {
    expect(await outcomes(() => channel(CERTIFICATES, service))).toEqual([refused, refused]);
  });
});
