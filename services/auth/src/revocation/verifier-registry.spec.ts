import { randomUUID } from 'node:crypto';
import { openPool, type Database } from '@gatehouse/postgres';
import { eventually, testDatabase, type TestDatabase } from '@gatehouse/testing';
import { pastAll } from '../spec/past-all.js';
import { MIGRATIONS, silentLog } from '../spec/running-auth.js';
import { awaitEnforced } from './await-enforced.js';
import { RevocationStore } from './revocation.store.js';
import { VerifierRegistry } from './verifier-registry.js';
import { VerifierStore, type SeenVerifier } from './verifier.store.js';

const revocations = new RevocationStore();
const store = new VerifierStore();

describe('the registry of verifiers', () => {
  let test: TestDatabase;
  let database: Database;
  let epoch: string;
  let position: bigint;
  beforeEach(async () => {
    test = await testDatabase({ migrations: MIGRATIONS });
    database = openPool({ url: test.url, applicationName: 'spec' });
    ({ epoch, position } = await revocations.readFrom(database.sql, 0n));
  });
  afterEach(async () => {
    await database.close();
    await test.drop();
  });

  const seen = (more: Partial<SeenVerifier> = {}): SeenVerifier => ({
    id: randomUUID(),
    service: 'users',
    pingAgeMs: 0,
    epoch,
    position,
    keyIds: ['a', 'b'],
    ...more,
  });
  const registry = (...verifiers: SeenVerifier[]) =>
    new VerifierRegistry({
      database,
      store,
      replica: randomUUID(),
      verifiers: () => verifiers,
      log: silentLog,
    });
  const revoke = () => revocations.append(database.sql, [{ kind: 'token', key: randomUUID() }], true);
  const enforcement = (seqs: bigint[]) => store.enforcement(database.sql, seqs);

  it('keeps what was said last of a verifier that has two streams, or has changed its replica', async () => {
    const verifier = seen({ pingAgeMs: 5_000, keyIds: ['old'] });
    await registry(seen({ id: verifier.id, keyIds: ['new'] }), verifier).write();
    expect(await test.sql`select key_ids from verifier`).toEqual([{ key_ids: ['new'] }]);
    const [before] = await test.sql`select replica, seen_at from verifier`;
    await registry(verifier).write();
    const [after] = await test.sql`select replica, seen_at from verifier`;
    expect(after!['replica']).not.toBe(before!['replica']);
    // An older ping makes it no older.
    expect(after!['seen_at']).toEqual(before!['seen_at']);
  });

  it('counts a verifier by its position, or by what it has acknowledged', async () => {
    const [first] = await revoke();
    const later = await pastAll(revocations, database.sql);
    const [behind, ahead, lost] = [
      seen(),
      seen({ position: later }),
      seen({ position: later, epoch: 'lost' }),
    ];
    const registered = registry(behind, ahead, lost);
    await registered.write();
    expect(await enforcement([first!])).toEqual({ enforced: 1, laggards: 2 });
    registered.acknowledge([
      { verifierId: behind.id, seq: first! },
      { verifierId: behind.id, seq: first! },
      // Gone already.
      { verifierId: lost.id, seq: first! + 99n },
    ]);
    await eventually(async () => expect(await enforcement([first!])).toEqual({ enforced: 2, laggards: 1 }));
    // All of them, not any of them.
    const [second] = await revoke();
    expect(await enforcement([first!, second!])).toEqual({ enforced: 0, laggards: 3 });
    await registered.stop();
  });

  it('counts nobody whose lease has run out, and waits for nobody when there is nobody', async () => {
    await registry(seen({ pingAgeMs: 12_500 })).write();
    expect(await awaitEnforced({ database, verifiers: store }, await revoke())).toEqual({
      enforced: 0,
      laggards: 0,
    });
  });

  it('knows the keys that all accept, and that nobody is there to say so but auth itself', async () => {
    await registry(seen({ service: 'auth' })).write();
    expect(await store.keyKnowledge(database.sql)).toBeUndefined();
    await registry(seen(), seen({ keyIds: ['b', 'c'] }), seen({ pingAgeMs: 60_000, keyIds: [] })).write();
    const knowledge = await store.keyKnowledge(database.sql);
    expect(['a', 'b', 'c'].filter((kid) => knowledge!.isKnown(kid))).toEqual(['b']);
  });

  it('says again what could not be written', async () => {
    const verifier = seen();
    const registered = registry(verifier);
    const seqs = await revoke();
    await registered.write();
    await test.sql`alter table verifier rename to hidden`;
    registered.acknowledge(seqs.map((seq) => ({ verifierId: verifier.id, seq })));
    await registered.write();
    await test.sql`alter table hidden rename to verifier`;
    await registered.write();
    expect(await enforcement(seqs)).toEqual({ enforced: 1, laggards: 0 });
    await registered.stop();
  });

  it('forgets verifiers that are long gone, and acknowledgements with their revocation', async () => {
    const [kept, gone] = [seen(), seen({ pingAgeMs: 3_700_000 })];
    await registry(kept, gone).write();
    const [seq] = await revoke();
    await store.acknowledge(database.sql, [{ verifierId: kept.id, seq: seq! }]);
    expect(await store.deleteExpired(database.sql, 10)).toBe(1);
    expect(await test.sql`select id from verifier`).toEqual([{ id: kept.id }]);
    await test.sql`update revocation set expires_at = now() - interval '1 second'`;
    expect(await revocations.deleteExpired(database.sql, 10)).toBe(1);
    expect(await test.sql`select from revocation_acknowledgement`).toHaveLength(0);
  });
});
