import { followIssuer, ServiceIdentity, type FollowedIssuer } from '@gatehouse/guard';
import { RevocationKind, RevocationServiceClient } from '@gatehouse/contracts/auth';
import { contract } from '@gatehouse/contracts';
import { openClient } from '@gatehouse/grpc';
import { AccessTokenVerifier, TokenRejected } from '@gatehouse/tokens';
import { eventually } from '@gatehouse/testing';
import { commandOrigin } from '../cli/command-origin.js';
import { readAuthSettings } from '../config.js';
import {
  claimsOf,
  CLIENT_SECRET,
  ISSUER,
  reasonOf,
  runningAuth,
  silentLog,
  type RunningAuth,
} from '../spec/running-auth.js';
import { startAuth, type RunningAuth as Replica } from '../start-auth.js';

/** The verifiers that services run, one at each of two replicas. */
describe('the feed and those who follow it', () => {
  let auth: RunningAuth;
  let other: Replica;
  let identities: ServiceIdentity[];
  let issuers: FollowedIssuer[];
  let verifiers: AccessTokenVerifier[];
  beforeAll(async () => {
    auth = await runningAuth();
    other = await startAuth(readAuthSettings(auth.environment), silentLog);
    const addresses = [auth.service.port, other.port].map((port) => `127.0.0.1:${port}`);
    identities = addresses.map(
      (address) => new ServiceIdentity({ address, clientId: 'users', clientSecret: CLIENT_SECRET }),
    );
    issuers = addresses.map((address, n) =>
      followIssuer({ address, identity: identities[n]!, log: silentLog }),
    );
    verifiers = issuers.map(
      ({ keys, revocations }) =>
        new AccessTokenVerifier({ issuer: ISSUER, audience: auth.context.apiAudience, keys, revocations }),
    );
    await eventually(() => expect(issuers.map(({ lease }) => lease.isFresh)).toEqual([true, true]));
  });
  afterAll(async () => {
    for (const each of [...issuers, ...identities]) await each.close();
    await other.stop();
    await auth.close();
  });

  /** What each verifier says of an access token. */
  const verdicts = (accessToken: string) =>
    Promise.all(
      verifiers.map((verifier) =>
        verifier.verify(accessToken).then(
          () => 'good',
          (error: unknown) => (error instanceof TokenRejected ? error.reason : String(error)),
        ),
      ),
    );

  it('refuse everywhere what is revoked once Revoke has answered, and nothing else', async () => {
    const admin = await auth.signedIn('admin');
    const [person, bystander] = [await auth.signedIn(), await auth.signedIn()];
    expect(await verdicts(person.accessToken)).toEqual(['good', 'good']);
    const client = openClient(RevocationServiceClient, `127.0.0.1:${auth.service.port}`, contract);
    const request = {
      kind: RevocationKind.FAMILY,
      key: String(claimsOf(person.accessToken)['sid']),
      wait: true,
    };
    const reply = await auth.call(client.revoke.bind(client), request, admin.accessToken);
    client.close();
    expect(reply).toEqual({ enforcedCount: 4, laggardCount: 0 });
    expect(await verdicts(person.accessToken)).toEqual(['REVOKED', 'REVOKED']);
    expect(await verdicts(bystander.accessToken)).toEqual(['good', 'good']);
  });

  it('accept what a new key signs from its first signature on', async () => {
    for (let round = 0; round < 3; round++) {
      const { accessToken } = await auth.signedIn();
      expect(await verdicts(accessToken)).toEqual(['good', 'good']);
      await eventually(async () =>
        expect(await reasonOf(auth.context.keyKeeper.rotate(commandOrigin('RotateKey')))).toBe('OK'),
      );
      const next = await auth.signedIn();
      expect(await verdicts(next.accessToken)).toEqual(['good', 'good']);
      expect(await verdicts(accessToken)).toEqual(['good', 'good']);
    }
  });

  it('refuse what a revoked key has signed, and come back although it has signed their own access tokens', async () => {
    const { accessToken, email } = await auth.signedIn();
    const { keyId } = auth.context.keys.active();
    await auth.context.keyKeeper.revoke(keyId, commandOrigin('RevokeKey'));
    await eventually(async () => {
      const said = await verdicts(accessToken);
      expect(said.every((verdict) => verdict === 'REVOKED' || verdict === 'KEY_UNKNOWN')).toBe(true);
    });
    const next = await auth.login(email);
    await eventually(async () => expect(await verdicts(next.accessToken)).toEqual(['good', 'good']));
    // Both are heard again by this service.
    await eventually(async () => {
      const knowledge = await auth.context.verifiers.keyKnowledge(auth.context.database.sql);
      expect(knowledge!.isKnown(auth.context.keys.active().keyId)).toBe(true);
    });
  });
});
