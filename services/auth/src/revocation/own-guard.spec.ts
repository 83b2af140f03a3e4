import { eventually } from '@gatehouse/testing';
import { AuthContext } from '../auth-context.js';
import { readAuthSettings } from '../config.js';
import { claimsOf, reasonOf, runningAuth, silentLog, type RunningAuth } from '../spec/running-auth.js';

describe('the guard of auth itself', () => {
  let auth: RunningAuth;
  beforeAll(async () => {
    auth = await runningAuth();
  });
  afterAll(() => auth.close());

  it('refuses what this replica has revoked, also an access token that it has seen', async () => {
    const person = await auth.signedIn();
    const bystander = await auth.signedIn();
    expect(await reasonOf(auth.getAccount(person.accessToken))).toBe('OK');
    await auth.logout(person.refreshToken);
    await eventually(async () =>
      expect(await reasonOf(auth.getAccount(person.accessToken))).toBe('UNAUTHENTICATED'),
    );
    expect(await reasonOf(auth.getAccount(bystander.accessToken))).toBe('OK');
  });

  it('refuses what another process has revoked, also when the hint was lost', async () => {
    const person = await auth.signedIn();
    const { revocations, database } = new AuthContext(readAuthSettings(auth.environment), silentLog);
    await auth.database.sql`alter table revocation disable trigger revocation_hint`;
    await revocations.append(database.sql, [
      { kind: 'token', key: String(claimsOf(person.accessToken)['jti']) },
    ]);
    await database.close();
    await eventually(async () =>
      expect(await reasonOf(auth.getAccount(person.accessToken))).toBe('UNAUTHENTICATED'),
    );
    expect(await reasonOf(auth.refresh(person.refreshToken))).toBe('OK');
  });
});
