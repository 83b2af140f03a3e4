import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from '@gatehouse/testing';
import { commandOrigin } from '../cli/command-origin.js';
import { fewAtOnce } from '../spec/few-at-once.js';
import { claimsOf, CLIENT_SECRET, reasonOf, runningAuth, type RunningAuth } from '../spec/running-auth.js';
import { followAs } from '../spec/verifier.js';
import { restoreRevocations } from './restore-revocations.js';

describe('after the database was restored', () => {
  let auth: RunningAuth;
  beforeAll(async () => {
    auth = await runningAuth();
  });
  afterAll(() => auth.close());

  const command = (...args: string[]) =>
    promisify(execFile)(
      process.execPath,
      [fileURLToPath(new URL('../cli/revocations.js', import.meta.url)), ...args],
      { env: auth.environment },
    );

  it('a new epoch begins, and what the backup has brought back is ended again', async () => {
    const person = await auth.signedIn();
    await auth.logout(person.refreshToken);
    const { accessToken } = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth');
    const verifier = followAs(accessToken, auth.service.port);
    await eventually(() => expect(verifier.batches).not.toHaveLength(0));
    const { epoch } = verifier.batches[0]!;
    const [before] = await auth.database.sql`select kid from signing_key where state = 'active'`;
    // As a backup from before the logout has it.
    const sid = String(claimsOf(person.accessToken)['sid']);
    await auth.database.sql`delete from revocation`;
    await auth.database.sql`update token_family set ended_at = null where id = ${sid}`;

    const { stdout } = await command('restored');
    expect(stdout).toContain('sign-ins ended: 1');
    verifier.close();

    expect(await reasonOf(auth.refresh(person.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
    await eventually(async () =>
      expect(await reasonOf(auth.getAccount(person.accessToken))).toBe('UNAUTHENTICATED'),
    );
    const again = await auth.login(person.email);
    expect(await reasonOf(auth.getAccount(again.accessToken))).toBe('OK');
    const fresh = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth');
    const resumed = followAs(fresh.accessToken, auth.service.port, { epoch, position: 1_000_000_000n });
    await eventually(() => expect(resumed.keys).toEqual(expect.arrayContaining(['', before!['kid']])));
    expect(resumed.batches[0]!.epoch).not.toBe(epoch);
    expect(resumed.keyIds).not.toContain(before!['kid']);
    resumed.close();
    const [event] = await auth.database.sql`
      select actor, outcome from audit_event where action = 'RestoreRevocations'`;
    expect(event).toEqual({ actor: 'operator', outcome: 'OK' });
  });

  it('more is ended than one statement ends in its time, all at once', async () => {
    const { sql } = auth.database;
    const { id } = await auth.signedIn();
    await sql`
      insert into token_family (id, account_id, idle_expires_at, expires_at)
      select gen_random_uuid(), ${id}, now(), now() from generate_series(1, 10001)`;
    await fewAtOnce(auth.database, 'update', 'token_family');
    const { signIns } = await restoreRevocations(auth.context, commandOrigin('RestoreRevocations'));
    expect(signIns).toBeGreaterThan(10_001);
    expect(await sql`select 1 from token_family where ended_at is null`).toHaveLength(0);
  });

  it('is told in one word', async () => {
    for (const args of [[], ['restore'], ['restored', 'now']]) {
      await expect(command(...args)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining('usage'),
      });
    }
  });
});
