import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import postgres, { type Sql } from 'postgres';
import { newPerson, withRole } from '../client/person.js';
import { RestClient } from '../client/rest-client.js';
import { startOwnSystem, type OwnSystem } from '../system/own-system.js';
import { signInDemo } from '../system/system-facts.js';

const COMMAND = fileURLToPath(new URL('../../../services/auth/dist/cli/audit.js', import.meta.url));

let own: OwnSystem;
let owner: Sql;

beforeAll(async () => {
  own = await startOwnSystem();
  owner = postgres(own.authOwnerUrl, { max: 1, onnotice: () => undefined });
  const rest = new RestClient(own.addresses.gateway);
  await withRole(rest, await signInDemo(own, 'admin'), await newPerson(rest, 'Tamara'), 'editor');
  await eventually(async () => {
    const [waiting] = await owner`select count(*)::int as count from audit_pending`;
    expect(waiting?.['count']).toBe(0);
  });
});
afterAll(async () => {
  await owner?.end({ timeout: 5 });
  await own?.[Symbol.asyncDispose]();
});

/** What `npm run audit -- verify` does with the running system's settings. */
function verify(...more: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env['PATH'], ...own.system.settingsOf('auth') };
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, 'verify', ...more], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

/** Does what the triggers and the rights of the service keep everybody else from. */
async function tamper(change: (sql: Sql) => Promise<unknown>): Promise<void> {
  await owner.begin(async (tx) => {
    for (const table of ['audit_event', 'audit_link'])
      await tx.unsafe(`alter table ${table} disable trigger ${table}_append_only`);
    await change(tx as unknown as Sql);
    for (const table of ['audit_event', 'audit_link'])
      await tx.unsafe(`alter table ${table} enable trigger ${table}_append_only`);
  });
}

/** Steps of one story: each goes on from where the one before it ended. */
describe('the chain of the audit trail', () => {
  let head: string;

  it('holds on the running system', async () => {
    const { code, out } = await verify();
    expect(code).toBe(0);
    head = /\d+:[0-9a-f]{64}/.exec(out)?.[0] ?? '';
    expect(await verify('--head', head)).toMatchObject({ code: 0 });
  });

  it('cannot be changed by the service itself', async () => {
    const service = postgres(own.authDatabaseUrl, { max: 1, onnotice: () => undefined });
    try {
      for (const statement of [
        `update audit_event set outcome = 'OK'`,
        'delete from audit_event',
        'truncate audit_link',
        'alter table audit_event disable trigger all',
      ]) {
        await expect(service.unsafe(statement)).rejects.toMatchObject({ code: '42501' });
      }
    } finally {
      await service.end({ timeout: 5 });
    }
    expect(await verify('--head', head)).toMatchObject({ code: 0 });
  });

  it('is broken by one word that the owner of the table changes, and holds once it is undone', async () => {
    const swap = (from: string, to: string) =>
      tamper((sql) => sql`update audit_event set action = ${to} where action = ${from}`);
    await swap('GrantRole', 'WithdrawRole');
    expect(await verify()).toMatchObject({ code: 1, out: '' });
    await swap('WithdrawRole', 'GrantRole');
    expect(await verify('--head', head)).toMatchObject({ code: 0 });
  });

  it('is broken when its end is cut off, by who noted the head', async () => {
    await tamper(async (sql) => {
      const cut = await sql`
        delete from audit_link where sequence = (select max(sequence) from audit_link) returning event_id`;
      await sql`delete from audit_event where event_id = ${cut[0]?.['event_id'] as string}`;
    });
    expect(await verify('--head', head)).toMatchObject({ code: 1, out: '' });
  });
});
