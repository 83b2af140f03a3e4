import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RevocationKind } from '@gatehouse/contracts/auth';
import { createLogger } from '@gatehouse/telemetry';
import { eventually, startSpecIssuer, type SpecIssuer } from '@gatehouse/testing';
import { AccessTokens, followIssuer, ServiceIdentity, type FollowedIssuer } from '../index.js';

const SECRET = 'a secret of a spec';
const now = () => BigInt(Math.floor(Date.now() / 1_000));

let folder: string;
let path: string;
let issuer: SpecIssuer;
let followed: FollowedIssuer;
let tokens: AccessTokens;
let logged: { reason?: string; level: string; msg: string }[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-cold-'));
  path = join(folder, 'last-known');
  issuer = await startSpecIssuer();
  logged = [];
});
afterEach(async () => {
  await stop();
  issuer.close();
  await rm(folder, { recursive: true });
});

let identity: ServiceIdentity | undefined;

/** A replica that starts. */
function start({ secret = SECRET, service = 'users', maxRevocations = 1_000 } = {}): void {
  const { address, issuer: iss } = issuer;
  identity = new ServiceIdentity({ address, clientId: 'users', clientSecret: SECRET, timeoutMs: 500 });
  const destination = { write: (line: string) => void logged.push(JSON.parse(line) as never) };
  const log = createLogger({ service: 'spec', level: 'info', destination });
  const lastKnown = { path, service, issuer: iss, secret };
  followed = followIssuer({ address, identity, log, lastKnown, maxRevocations });
  tokens = new AccessTokens({ issuer: iss, apiAudience: 'gatehouse-api', service: 'users', ...followed });
}

async function stop(): Promise<void> {
  await followed.close();
  identity?.close();
}

const ready = () => eventually(() => expect(followed.known.holds()).toBe(true));
const written = () => eventually(() => readFile(path));
const revokeSubject = (subject: string, feed = issuer.feed) =>
  feed.revoke({ kind: RevocationKind.SUBJECT, key: subject, notBefore: now(), expiresAt: now() + 300n });

describe('a replica that starts while its issuer is away', () => {
  it('goes by what was last known, and by what the issuer says once it is back', async () => {
    const [ann, bob] = [issuer.userToken('ann'), issuer.userToken('bob')];
    start();
    await ready();
    await written();
    revokeSubject('ann');
    await eventually(() => expect(tokens.verify(ann)).rejects.toMatchObject({ reason: 'REVOKED' }));
    await stop();
    issuer.close();

    start();
    await ready();
    expect(logged.map(({ msg }) => msg)).toContain(
      'auth does not say what is revoked; serving by what was last known',
    );
    expect((await tokens.verify(bob)).subject).toBe('bob');
    await expect(tokens.verify(ann)).rejects.toMatchObject({ reason: 'REVOKED' });
    // What was revoked since is not known, which strict methods are told.
    expect(followed.lease.isFresh).toBe(false);
    await expect(followed.introspect(bob)).rejects.toBeDefined();

    const { port, signingKey, feed: before } = issuer;
    issuer = await startSpecIssuer({ port, signingKey });
    Object.assign(issuer.feed, { position: before.position });
    revokeSubject('bob');
    await eventually(() => expect(followed.lease.isFresh).toBe(true));
    await expect(tokens.verify(bob)).rejects.toMatchObject({ reason: 'REVOKED' });
    await expect(tokens.verify(ann)).rejects.toMatchObject({ reason: 'REVOKED' });
    expect(issuer.feed.begins[0]).toMatchObject({ epoch: before.epoch, position: before.position });
  });

  it('keeps refusing whatever an issuer of another history says', async () => {
    const ann = issuer.userToken('ann');
    start();
    await ready();
    revokeSubject('ann');
    await eventually(() => expect(tokens.verify(ann)).rejects.toMatchObject({ reason: 'REVOKED' }));
    await stop();
    const { port, signingKey } = issuer;
    issuer.close();
    issuer = await startSpecIssuer({ port, signingKey });
    issuer.feed.epoch = 'epoch-2';
    start();
    await ready();
    await expect(tokens.verify(ann)).rejects.toMatchObject({ reason: 'REVOKED' });
  });

  it('is not ready by it while its issuer may still answer', async () => {
    start();
    await ready();
    await stop();
    issuer.feed.sendsBeginning = false;
    start();
    expect(followed.known.holds()).toBe(false);
    issuer.feed.sendsBeginning = true;
    await eventually(() => expect(issuer.feed.streams).toBeGreaterThan(0));
    issuer.feed.cut();
    await eventually(() => expect(followed.lease.isFresh).toBe(true));
    expect(logged.map(({ level }) => level)).not.toContain('error');
  });

  it.each<[string, string, () => Promise<unknown>, Parameters<typeof start>[0]]>([
    ['was changed', 'NOT_OPENED', () => changeLastByte(), {}],
    ['is of another secret', 'NOT_OPENED', () => Promise.resolve(), { secret: 'another secret of a spec' }],
    ['is of another service', 'NOT_OPENED', () => Promise.resolve(), { service: 'resources' }],
    ['is none', 'NOT_SEALED', () => writeFile(path, 'something else'), {}],
    ['is more than there is room for', 'TOO_BIG', () => Promise.resolve(), { maxRevocations: 1 }],
  ])('is not ready by a file that %s', async (_what, reason, spoil, how) => {
    start();
    await ready();
    // Issued before the revocation: one of a later second is none of its business.
    const bob = issuer.userToken('bob');
    revokeSubject('ann');
    revokeSubject('bob');
    await eventually(() => expect(tokens.verify(bob)).rejects.toMatchObject({ reason: 'REVOKED' }));
    await stop();
    issuer.close();
    await spoil();
    logged = [];
    start(how);
    expect(logged).toContainEqual(expect.objectContaining({ level: 'warn', reason }));
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(followed.known.holds()).toBe(false);
    expect(followed.keys.find(issuer.signingKey.keyId)).toBeUndefined();
  });

  it('serves without a file that it cannot write, and says so', async () => {
    path = join(folder, 'absent', 'last-known');
    start();
    await ready();
    await eventually(() =>
      expect(logged.map(({ msg }) => msg)).toContain('what is known of the issuer cannot be written down'),
    );
    expect((await tokens.verify(issuer.userToken('ann'))).subject).toBe('ann');
  });
});

async function changeLastByte(): Promise<void> {
  const content = await readFile(path);
  content[content.length - 1]! ^= 1;
  await writeFile(path, content);
}
