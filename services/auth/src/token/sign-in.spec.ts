import { createLocalJWKSet, jwtVerify } from 'jose';
import { jest } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import { authReasons } from '../reasons.js';
import { claimsOf, ISSUER, PASSWORD, reasonOf, runningAuth, type RunningAuth } from '../spec/running-auth.js';

describe('signing in', () => {
  let auth: RunningAuth;
  beforeAll(async () => {
    auth = await runningAuth();
  });
  afterAll(() => auth.close());

  it('issues an access token by RFC 9068 that another implementation verifies', async () => {
    const { accessToken, id, scope, tokenType, expiresIn } = await auth.signedIn('editor');
    const { keys } = await auth.getKeySet();
    const { payload, protectedHeader } = await jwtVerify(accessToken, createLocalJWKSet({ keys }), {
      issuer: ISSUER,
      audience: 'gatehouse-api',
      algorithms: ['ES256'],
      typ: 'at+jwt',
    });
    expect(Object.keys(protectedHeader).sort()).toEqual(['alg', 'kid', 'typ']);
    expect(payload).toEqual({
      iss: ISSUER,
      aud: 'gatehouse-api',
      sub: id,
      client_id: 'gatehouse',
      sid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      credential: 'token_family',
      auth_time: payload.iat,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      iat: expect.any(Number),
      exp: payload.iat! + 300,
      scope: 'resources:read resources:write',
    });
    expect({ scope, tokenType, expiresIn }).toEqual({
      scope: payload['scope'],
      tokenType: 'Bearer',
      expiresIn: 300,
    });
  });

  it('admits the address in any case, and its own access tokens', async () => {
    const { email, id } = await auth.signedIn();
    const { accessToken } = await auth.login(email.toUpperCase());
    expect((await auth.getAccount(accessToken)).account).toMatchObject({ id, email, roles: ['user'] });
    expect(await reasonOf(auth.getAccount())).toBe('UNAUTHENTICATED');
  });

  it('answers an unknown account as a wrong password, at the same cost', async () => {
    const { email } = await auth.signedIn();
    const run = jest.spyOn(auth.context.hashPool, 'run');
    const statements = jest.spyOn(auth.context.audit, 'append');
    const outcomes = [];
    for (const attempt of [email, 'nobody@gatehouse.test']) {
      run.mockClear();
      statements.mockClear();
      const refused = await auth.login(attempt, 'not the password at all').catch((error: unknown) => error);
      outcomes.push({ refused, hashes: run.mock.calls.length, events: statements.mock.calls.length });
    }
    run.mockRestore();
    statements.mockRestore();
    const [known, unknown] = outcomes;
    expect(known).toMatchObject({
      refused: { reason: 'CREDENTIALS_INVALID', code: 16 },
      hashes: 1,
      events: 1,
    });
    expect(unknown).toMatchObject({
      refused: { reason: 'CREDENTIALS_INVALID', code: 16 },
      hashes: 1,
      events: 1,
    });
    expect((known!.refused as Error).message).toBe((unknown!.refused as Error).message);
  });

  it('hashes a password anew when its parameters are of yesterday', async () => {
    const { id, email } = await auth.signedIn();
    const weak = await hash(PASSWORD, { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
    await auth.database.sql`update account set password_hash = ${weak} where id = ${id}`;
    await auth.login(email);
    const [row] = await auth.database.sql`select password_hash from account where id = ${id}`;
    expect(row!['password_hash']).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await reasonOf(auth.login(email))).toBe('OK');
  });

  it('goes on when the hash cannot be renewed, and renews it the next time', async () => {
    const { id, email } = await auth.signedIn();
    const weak = await hash(PASSWORD, { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
    await auth.database.sql`update account set password_hash = ${weak} where id = ${id}`;
    const renewing = jest.spyOn(auth.context.passwords, 'hash');
    renewing.mockRejectedValueOnce(authReasons.HASH_QUEUE_FULL());
    expect(await reasonOf(auth.login(email))).toBe('OK');
    expect(renewing).toHaveBeenCalledTimes(1);
    renewing.mockRestore();
    await auth.login(email);
    const [row] = await auth.database.sql`select password_hash from account where id = ${id}`;
    expect(row!['password_hash']).not.toBe(weak);
  });

  it('records each attempt, whom it concerned and how it ended', async () => {
    const { id, email } = await auth.signedIn();
    await reasonOf(auth.login(email, 'not the password at all'));
    const rows = await auth.database.sql`
      select action, outcome, trace_id from audit_event where target = ${id} order by id`;
    expect(rows.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['Spec', 'OK'],
      ['Login', 'OK'],
      ['Login', 'CREDENTIALS_INVALID'],
    ]);
    expect(rows[2]!['trace_id']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('keeps nothing usable in the database', async () => {
    const { email, accessToken, refreshToken } = await auth.signedIn();
    const session = await auth.sessions.create(email, PASSWORD);
    const exchanged = await auth.sessions.exchange(session.secret);
    const tables = [
      'account',
      'session',
      'token_family',
      'refresh_token',
      'signing_key',
      'audit_event',
      'outbox',
      'revocation',
    ];
    const dump: string[] = [];
    for (const table of tables) {
      const rows = await auth.database.sql`select to_jsonb(row) as row from ${auth.database.sql(table)} row`;
      dump.push(JSON.stringify(rows));
    }
    const text = dump.join('\n');
    for (const secret of [PASSWORD, refreshToken, accessToken, session.secret, exchanged.accessToken]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret).toString('hex'));
      expect(text).not.toContain(Buffer.from(secret, 'base64url').toString('hex'));
    }
    const { privateKey } = auth.context.keys.active();
    const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
    expect(text).not.toContain(pkcs8.toString('hex'));
    expect(text).not.toContain((privateKey.export({ format: 'jwk' }) as { d: string }).d);
    expect(text).toContain(claimsOf(accessToken)['sid']);
    expect(text).toContain(session.id);
  });
});

describe('the bounded pool', () => {
  it('answers UNAVAILABLE with a time to come back when its queue is full', async () => {
    const auth = await runningAuth({ GATEHOUSE_HASH_CONCURRENCY: '1', GATEHOUSE_HASH_QUEUE: '1' });
    try {
      const { refreshToken } = await auth.signedIn();
      const flood = Promise.allSettled(
        Array.from({ length: 12 }, (_, index) => auth.login(`nobody-${index}@gatehouse.test`)),
      );
      // What needs no hash goes on meanwhile.
      expect(await reasonOf(auth.refresh(refreshToken))).toBe('OK');
      const attempts = await flood;
      const errors = attempts.map(
        (attempt) => (attempt as PromiseRejectedResult).reason as Record<string, unknown>,
      );
      const full = errors.filter(({ reason }) => reason === 'HASH_QUEUE_FULL');
      expect(full.length).toBeGreaterThan(0);
      expect(full[0]).toMatchObject({ code: 14, retryAfterMs: 1_000 });
      expect(await reasonOf(auth.login('nobody@gatehouse.test'))).toBe('CREDENTIALS_INVALID');
    } finally {
      await auth.close();
    }
  });
});
