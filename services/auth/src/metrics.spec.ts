import { RevocationKind } from '@gatehouse/contracts/auth';
import { openPool } from '@gatehouse/postgres';
import { eventually, specTelemetry, type SpecTelemetry } from '@gatehouse/testing';
import { AuditChainer } from './audit/audit-chainer.js';
import { AuditLinkStore } from './audit/audit-link.store.js';
import { observeUnchained } from './audit/observe-unchained.js';
import { commandOrigin } from './cli/command-origin.js';
import { observeKeyAge } from './signing-key/observe-key-age.js';
import {
  CLIENT_SECRET,
  PASSWORD,
  reasonOf,
  runningAuth,
  silentLog,
  type RunningAuth,
} from './spec/running-auth.js';
import { followAs } from './spec/verifier.js';

describe('what auth tells of itself', () => {
  let telemetry: SpecTelemetry;
  let auth: RunningAuth;
  beforeAll(async () => {
    telemetry = await specTelemetry();
    auth = await runningAuth();
    // Before the outbox is looked at, which is seldom.
    await auth.database.sql`
      insert into outbox (topic, key, payload, parked_at) values ('mail', 'mail/refused', '{}', now())`;
  });
  afterAll(async () => {
    await auth.close();
    await telemetry.close();
  });

  const read = async (name: string) => (await telemetry.point(name)).value;
  const appliedBy = async (verifier: string) => {
    const points = await telemetry.points('gatehouse.revocations.applied_delay');
    return points.find(({ attributes }) => attributes['verifier'] === verifier) ?? { count: 0, value: 0 };
  };
  const revokeSession = (key: string) =>
    auth.context.revocations.append(auth.context.database.sql, [{ kind: 'session', key }]);

  it('is how many events of the trail wait for their place in the chain', async () => {
    // The first to read it: it is looked up no sooner than 15 seconds later again.
    const { database, auditLinks, audit } = auth.context;
    await auth.database.sql.begin(async (blocker) => {
      // As another replica does that is stuck in the middle of its work.
      await eventually(async () => expect(await auditLinks.lock(blocker as never)).toBe(true));
      await auth.database.sql`delete from audit_pending`;
      const origin = commandOrigin('Spec');
      for (const target of ['one', 'two', 'three'])
        await audit.append(database.sql, { origin, target, outcome: 'OK' });
      expect(await read('gatehouse.audit.unchained')).toBe(3);
    });
  });

  it('is how long each verifier took to enforce what was revoked, its own guard among them', async () => {
    await revokeSession('before anybody followed');
    const { accessToken } = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth');
    const verifier = followAs(accessToken, auth.service.port);
    await eventually(() => expect(verifier.keys).toEqual(['before anybody followed']));
    const slow = followAs(accessToken, auth.service.port, { acknowledges: false });
    await eventually(() => expect(slow.batches).toHaveLength(1));
    // What they begin with is no news.
    expect(await appliedBy('users')).toMatchObject({ count: 0 });
    const ownBefore = (await appliedBy('auth')).count;
    const startedAt = performance.now();
    await revokeSession('while they followed');
    await eventually(async () => expect(await appliedBy('users')).toMatchObject({ count: 1 }));
    await eventually(async () => expect((await appliedBy('auth')).count).toBe(ownBefore + 1));
    const { value } = await appliedBy('users');
    expect(value).toBeGreaterThan(0);
    expect(value).toBeLessThanOrEqual((performance.now() - startedAt) / 1_000);
    // One that hangs is heard of when it answers, with all the time that it took.
    await new Promise((resolve) => setTimeout(resolve, 200));
    slow.recover();
    await eventually(async () => expect(await appliedBy('users')).toMatchObject({ count: 2 }));
    expect((await appliedBy('users')).value - value).toBeGreaterThanOrEqual(0.2);
    expect(verifier.revocations.map(({ kind }) => kind)).toContain(RevocationKind.SESSION);
    for (const each of [verifier, slow]) each.close();
  });

  it('is what its own guard knows of revocations, and how old that is', async () => {
    const before = await read('gatehouse.revocations.entries');
    await revokeSession('one');
    await revokeSession('two');
    await eventually(async () => expect(await read('gatehouse.revocations.entries')).toBe(before + 2));
    expect(await read('gatehouse.revocations.lease_age')).toBeLessThan(Infinity);
    expect(await telemetry.points('gatehouse.feed.connected')).toEqual([]);
  });

  it('is how long hashing takes, and that nobody waits for it', async () => {
    expect(await read('gatehouse.password_hash.queued')).toBe(0);
    await auth.register('ann@gatehouse.test');
    await auth.login('ann@gatehouse.test', PASSWORD);
    const { count, value } = await telemetry.point('gatehouse.password_hash.duration');
    expect(count).toBe(2);
    expect(value).toBeGreaterThan(0);
    expect(await read('gatehouse.password_hash.queued')).toBe(0);
  });

  it('is what waits in its outbox, but for a mail that its mailbox refused', async () => {
    expect([await read('gatehouse.outbox.parked'), await read('gatehouse.outbox.oldest_age')]).toEqual([
      0, 0,
    ]);
  });

  it('grows with no caller: names and passwords that are unknown add no series', async () => {
    const series = async () => {
      const names = ['gatehouse.guard.decisions', 'gatehouse.password_hash.duration'];
      const points = await Promise.all(names.map((name) => telemetry.points(name)));
      return points
        .flat()
        .map(({ attributes }) => JSON.stringify(attributes))
        .sort();
    };
    const callers = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => `caller-${from + n}`);
    const attempt = async (name: string) => {
      await reasonOf(auth.login(`${name}@gatehouse.test`, name));
      await reasonOf(auth.refresh(name));
      await reasonOf(auth.getAccount(name));
    };
    for (const name of callers(0, 3)) await attempt(name);
    const before = await series();
    await Promise.all(callers(3, 30).map(attempt));
    expect(await series()).toEqual(before);
    expect(await telemetry.scrape()).not.toContain('caller-');
  });

  it('is how long its signing key has been active, by the clock of the database, until the next one is', async () => {
    await auth.database.sql`
      update signing_key set activated_at = activated_at - interval '1 hour' where state = 'active'`;
    await auth.context.keys.reload();
    const age = await read('gatehouse.signing_key.age');
    expect(age).toBeGreaterThanOrEqual(3_600);
    expect(age).toBeLessThan(4_000);
    await auth.context.keyKeeper.revoke(auth.context.keys.active().keyId, commandOrigin('RevokeKey'));
    await eventually(async () => expect(await read('gatehouse.signing_key.age')).toBeLessThan(1_000));
  });
});

describe('what cannot be known', () => {
  let telemetry: SpecTelemetry;
  beforeEach(async () => {
    telemetry = await specTelemetry();
  });
  afterEach(() => telemetry.close());
  const read = async (name: string) => (await telemetry.point(name)).value;

  it('is no age where no key is active, and nothing once that is ended', async () => {
    let asked = 0;
    const end = observeKeyAge(() => void asked++);
    expect(await read('gatehouse.signing_key.age')).toBeNaN();
    end();
    await telemetry.scrape();
    expect(asked).toBe(1);
  });

  it('is no number of events while it cannot be had, and nobody asks once the chainer has stopped', async () => {
    const end = observeUnchained(() => Promise.reject(new Error('away')));
    expect(await read('gatehouse.audit.unchained')).toBeNaN();
    // Of two that tell the same the later one is heard: this chainer's, until it stops.
    const database = openPool({ url: 'postgres://nobody@127.0.0.1:1/nowhere', applicationName: 'spec' });
    const chainer = new AuditChainer({
      database,
      links: new SevenPending(),
      key: Buffer.alloc(32),
      log: silentLog,
    });
    chainer.start();
    expect(await read('gatehouse.audit.unchained')).toBe(7);
    await chainer.stop();
    expect(await read('gatehouse.audit.unchained')).toBeNaN();
    end();
    await database.close();
  });
});

class SevenPending extends AuditLinkStore {
  override async countPending(): Promise<number> {
    return 7;
  }
}
