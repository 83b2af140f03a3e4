import { jest } from '@jest/globals';
import { readAccessTable } from '@gatehouse/access';
import { contract } from '@gatehouse/contracts';
import {
  CLIENT_SECRET,
  claimsOf,
  ISSUER,
  reasonOf,
  runningAuth,
  type RunningAuth,
} from '../spec/running-auth.js';
import { checkClients } from './clients.js';
import { ServiceTokens } from './service-tokens.js';

describe('service tokens', () => {
  let auth: RunningAuth;
  beforeAll(async () => {
    auth = await runningAuth();
  });
  afterAll(() => auth.close());

  it('speak of the client alone, to one audience, with what it may do there', async () => {
    const { accessToken, refreshToken, scope } = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth');
    expect(claimsOf(accessToken)).toEqual({
      iss: ISSUER,
      aud: 'auth',
      sub: 'users',
      client_id: 'users',
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: Number(claimsOf(accessToken)['iat']) + 300,
      scope: 'accounts:erase audit:record proofs:use revocations:watch tokens:introspect',
    });
    expect([refreshToken, scope]).toEqual([
      '',
      'accounts:erase audit:record proofs:use revocations:watch tokens:introspect',
    ]);
  });

  it('do not pass as a user', async () => {
    const { accessToken } = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth');
    expect(await reasonOf(auth.getAccount(accessToken))).toBe('CALLER_NOT_ADMITTED');
    expect(await reasonOf(auth.listRoles(accessToken))).toBe('CALLER_NOT_ADMITTED');
  });

  it.each([
    ['a wrong secret', 'users', 'not the secret', 'auth', 'CLIENT_INVALID'],
    ['an unknown client', 'strangers', CLIENT_SECRET, 'auth', 'CLIENT_INVALID'],
    ['a client without a secret', 'auth', CLIENT_SECRET, 'users', 'CLIENT_INVALID'],
    ['a name of every object', 'constructor', CLIENT_SECRET, 'auth', 'CLIENT_INVALID'],
    ['an audience where it has no business', 'users', CLIENT_SECRET, 'resources', 'AUDIENCE_NOT_ALLOWED'],
    [
      'an audience that is a name of every object',
      'users',
      CLIENT_SECRET,
      'constructor',
      'AUDIENCE_NOT_ALLOWED',
    ],
  ])('are refused for %s', async (_, clientId, secret, audience, reason) => {
    expect(await reasonOf(auth.issueServiceToken(clientId, secret, audience))).toBe(reason);
  });

  it('are made for own calls once, until the key changes', async () => {
    const { serviceTokens, keyKeeper, keys } = auth.context;
    const first = serviceTokens.own('auth', 'users');
    expect(serviceTokens.own('auth', 'users')).toBe(first);
    expect(claimsOf(first)).toMatchObject({ sub: 'auth', aud: 'users', scope: 'users:provision' });
    const origin = { action: 'Spec', actor: undefined, traceId: '0'.repeat(32), requestId: 'spec' };
    await keyKeeper.revoke(keys.active().keyId, origin);
    await keys.reload();
    expect(serviceTokens.own('auth', 'users')).not.toBe(first);
  });

  it('say when they were issued by the clock of the database, which revocations go by', async () => {
    const { serviceTokens, feed } = auth.context;
    await feed.tail.catchUp();
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
    const { accessToken } = serviceTokens.issue('users', 'auth')!;
    clock.mockRestore();
    const [row] = await auth.database.sql`select extract(epoch from clock_timestamp())::float8 as now`;
    const age = (row!['now'] as number) - Number(claimsOf(accessToken)['iat']);
    expect(age).toBeGreaterThanOrEqual(0);
    expect(age).toBeLessThan(60);
  });

  it('are made anew when that clock steps back, as peers would refuse one from the future', () => {
    const tail = { notBefore: () => 0, nowSeconds: 2_000_000_000 };
    const serviceTokens = new ServiceTokens(ISSUER, auth.context.keys, tail);
    const ahead = serviceTokens.own('auth', 'resources');
    tail.nowSeconds -= 3_600;
    expect(serviceTokens.own('auth', 'resources')).not.toBe(ahead);
  });
});

describe('the permissions of clients', () => {
  it('are in the contract, and for services only', () => {
    const { permissions } = readAccessTable(contract);
    expect(() => checkClients(permissions)).not.toThrow();
    const without = new Map([...permissions].filter(([name]) => name !== 'accounts:erase'));
    expect(() => checkClients(without)).toThrow('accounts:erase');
    const open = new Map([...permissions].map(([name, one]) => [name, { ...one, serviceOnly: false }]));
    expect(() => checkClients(open)).toThrow('of users');
  });
});
