import { randomBytes, randomUUID } from 'node:crypto';
import { openPool, type Database, type TransactionSql } from '@gatehouse/postgres';
import { testDatabase, type TestDatabase } from '@gatehouse/testing';
import { MIGRATIONS, silentLog } from '../spec/running-auth.js';
import { AuditChainer } from './audit-chainer.js';
import { AuditEventStore } from './audit-event.store.js';
import { AuditLinkStore } from './audit-link.store.js';
import type { AuditLink } from './audit-row.js';
import { CHAIN_START, chainHash } from './chain-hash.js';
import { verifyChain } from './verify-chain.js';

const EVENTS = 12;
const origin = { action: 'Spec', actor: 'ann', address: '192.0.2.1', traceId: 't', requestId: 'r' };

describe('the verification of the audit trail', () => {
  const key = randomBytes(32);
  const links = new AuditLinkStore();
  const audit = new AuditEventStore();
  let test: TestDatabase;
  /** As the table's owner, who may do what the service may not. */
  let owner: Database;
  let chainer: AuditChainer;
  let head: AuditLink;

  beforeAll(async () => {
    test = await testDatabase({ migrations: MIGRATIONS });
    owner = openPool({ url: test.ownerUrl, applicationName: 'spec' });
    chainer = new AuditChainer({ database: owner, links, key, log: silentLog });
    for (let n = 1; n <= EVENTS; n++) {
      await audit.append(owner.sql, { origin, target: `t${n}`, outcome: 'OK' });
    }
    expect(await chainer.advance()).toBe(EVENTS);
    head = (await links.head(owner.sql))!;
  });
  afterAll(async () => {
    await owner.close();
    await test.drop();
  });

  /** What is found after the owner has tampered, which is then undone. */
  async function verdictAfter(tamper: (tx: TransactionSql) => Promise<unknown>, noted?: AuditLink) {
    const undone = new Error('undone');
    let verdict: Awaited<ReturnType<typeof verifyChain>> | undefined;
    await owner
      .transaction(async (tx) => {
        await tx`alter table audit_event disable trigger user`;
        await tx`alter table audit_link disable trigger user`;
        await tamper(tx);
        verdict = await verifyChain({ sql: tx, links, key, noted });
        throw undone;
      })
      .catch((error: unknown) => {
        if (error !== undone) throw error;
      });
    return verdict!;
  }
  const event = (tx: TransactionSql, sequence: number) =>
    tx`(select event_id from audit_link where sequence = ${sequence})`;

  it('finds nothing wrong with what nobody touched', async () => {
    expect(await verifyChain({ sql: owner.sql, links, key, noted: head })).toEqual({
      head,
      fault: undefined,
    });
    expect(head.sequence).toBe(BigInt(EVENTS));
  });

  it.each([
    ['event_id', (tx: TransactionSql) => tx`event_id = gen_random_uuid()`],
    ['occurred_at', (tx: TransactionSql) => tx`occurred_at = occurred_at + interval '1 millisecond'`],
    ['service', (tx: TransactionSql) => tx`service = 'users'`],
    ['action', (tx: TransactionSql) => tx`action = 'Login'`],
    ['actor', (tx: TransactionSql) => tx`actor = 'bob'`],
    ['actor', (tx: TransactionSql) => tx`actor = null`],
    ['target', (tx: TransactionSql) => tx`target = 't'`],
    ['outcome', (tx: TransactionSql) => tx`outcome = 'NO'`],
    ['address', (tx: TransactionSql) => tx`address = ''`],
    ['trace_id', (tx: TransactionSql) => tx`trace_id = ''`],
    ['request_id', (tx: TransactionSql) => tx`request_id = 'x'`],
    ['two fields that add up to the same', (tx: TransactionSql) => tx`action = 'Speca', actor = 'nn'`],
  ])('names the first event that was changed: %s', async (_name, change) => {
    const { head: last, fault } = await verdictAfter(async (tx) => {
      await tx`update audit_event set ${change(tx)} where event_id = ${event(tx, 5)}`;
    });
    expect(fault).toContain('event 5 ');
    expect(last.sequence).toBe(4n);
  });

  it('finds an event that was taken away, with its link and without', async () => {
    for (const more of ['', 'link']) {
      const { fault } = await verdictAfter(async (tx) => {
        await tx`delete from audit_event where event_id = ${event(tx, 7)}`;
        if (more === 'link') await tx`delete from audit_link where sequence = 7`;
      });
      expect(fault).toContain('event 7 ');
    }
  });

  it('finds a gap that was closed', async () => {
    const { fault } = await verdictAfter(async (tx) => {
      await tx`delete from audit_event where event_id = ${event(tx, 7)}`;
      await tx`delete from audit_link where sequence = 7`;
      for (let n = 8; n <= EVENTS; n++) {
        await tx`update audit_link set sequence = ${n - 1} where sequence = ${n}`;
      }
    });
    expect(fault).toContain('event 7 ');
  });

  it('finds an event that was put in, with a hash by another key', async () => {
    const { fault } = await verdictAfter(async (tx) => {
      const id = randomUUID();
      await tx`
        insert into audit_event (event_id, action, outcome, trace_id, request_id)
        values (${id}, 'Forged', 'OK', '', '')`;
      for (let n = EVENTS; n >= 4; n--) {
        await tx`update audit_link set sequence = ${n + 1} where sequence = ${n}`;
      }
      const [before] = await links.listAfter(tx, 2n, 1);
      const row = { ...before!.event!, eventId: id, action: 'Forged' };
      await tx`insert into audit_link values (4, ${id}, ${chainHash(randomBytes(32), before!, row)})`;
    });
    expect(fault).toContain('event 4 ');
  });

  it('finds an event that was put beside the chain', async () => {
    const id = randomUUID();
    const { head: last, fault } = await verdictAfter(async (tx) => {
      await tx`
        insert into audit_event (event_id, action, outcome, trace_id, request_id)
        values (${id}, 'Forged', 'OK', '', '')`;
    });
    expect(fault).toContain(id);
    expect(last).toEqual(head);
  });

  it('finds events that changed places', async () => {
    const { fault } = await verdictAfter(async (tx) => {
      const [third, fourth] =
        await tx`select event_id from audit_link where sequence in (3, 4) order by sequence`;
      await tx`update audit_link set event_id = ${randomUUID()} where sequence = 3`;
      await tx`update audit_link set event_id = ${third!['event_id']} where sequence = 4`;
      await tx`update audit_link set event_id = ${fourth!['event_id']} where sequence = 3`;
    });
    expect(fault).toContain('event 3 ');
  });

  it('finds an end that was cut off, by a head that was noted earlier', async () => {
    const cut = async (tx: TransactionSql) => {
      await tx`delete from audit_event where event_id in (select event_id from audit_link where sequence > 9)`;
      await tx`delete from audit_link where sequence > 9`;
    };
    expect((await verdictAfter(cut, head)).fault).toContain('event 10 ');
    expect((await verdictAfter(cut)).fault).toBeUndefined(); // why heads are worth noting
    const linksOnly = async (tx: TransactionSql) => tx`delete from audit_link where sequence > 9`;
    expect((await verdictAfter(linksOnly)).fault).toContain('is no part of the chain');
  });

  it('finds a chain that was written anew, by a head that was noted earlier', async () => {
    const noted = {
      ...head,
      hash: chainHash(key, CHAIN_START, (await links.listAfter(owner.sql, 0n, 1))[0]!.event!),
    };
    const { fault } = await verifyChain({ sql: owner.sql, links, key, noted });
    expect(fault).toContain(`event ${EVENTS} `);
  });

  it('finds an event that was taken away before it had its place', async () => {
    const { fault } = await verdictAfter(async (tx) => {
      await tx`insert into audit_pending (id) values (1000000)`;
    });
    expect(fault).toContain('number 1000000');
  });

  it('holds with no other key', async () => {
    const { fault } = await verifyChain({ sql: owner.sql, links, key: randomBytes(32) });
    expect(fault).toContain('event 1 ');
  });
});
