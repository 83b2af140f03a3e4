import { contract } from '@gatehouse/contracts';
import { AccountServiceClient, KeySetServiceClient, TokenServiceClient } from '@gatehouse/contracts/auth';
import { callUnary, openClient } from '@gatehouse/grpc';
import { createLogger } from '@gatehouse/telemetry';
import { freePort, testDatabase } from '@gatehouse/testing';
import { readAuthSettings } from './config.js';
import { MIGRATIONS, PASSWORD, reasonOf, silentLog, specEnvironment } from './spec/running-auth.js';
import { startAuth } from './start-auth.js';

const timeoutMs = 20_000;

describe('auth', () => {
  it('starts without its database: alive, not ready, and UNAVAILABLE to callers', async () => {
    const nowhere = `postgres://auth:auth@127.0.0.1:${await freePort()}/auth`;
    const service = await startAuth(readAuthSettings(specEnvironment(nowhere)), silentLog);
    const address = `127.0.0.1:${service.port}`;
    const tokens = openClient(TokenServiceClient, address, contract);
    const keySet = openClient(KeySetServiceClient, address, contract);
    try {
      const statusOf = async (path: string) =>
        (await fetch(`http://127.0.0.1:${service.healthPort}${path}`)).status;
      expect(await statusOf('/livez')).toBe(200);
      expect(await statusOf('/readyz')).toBe(503);
      const login = callUnary(
        tokens.login.bind(tokens),
        { email: 'a@b.test', password: PASSWORD },
        { timeoutMs },
      );
      expect(await reasonOf(login)).toBe('DATABASE_UNAVAILABLE');
      const fetched = callUnary(keySet.getKeySet.bind(keySet), {}, { timeoutMs });
      expect(await reasonOf(fetched)).toBe('KEYS_UNAVAILABLE');
    } finally {
      tokens.close();
      keySet.close();
      await service.stop();
    }
  });

  it('logs what happens and no secret', async () => {
    const database = await testDatabase({ migrations: MIGRATIONS });
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const log = createLogger({ service: 'auth', level: 'trace', destination });
    const service = await startAuth(readAuthSettings(specEnvironment(database.url)), log);
    const address = `127.0.0.1:${service.port}`;
    const tokens = openClient(TokenServiceClient, address, contract);
    const accounts = openClient(AccountServiceClient, address, contract);
    try {
      const email = 'canary@gatehouse.test';
      const register = accounts.register.bind(accounts);
      const refresh = tokens.refresh.bind(tokens);
      await callUnary(register, { email, password: PASSWORD, displayName: 'Canary' }, { timeoutMs });
      const wrong = 'not the password at all';
      await reasonOf(callUnary(register, { email, password: wrong, displayName: 'Canary' }, { timeoutMs }));
      const login = tokens.login.bind(tokens);
      await reasonOf(callUnary(login, { email, password: wrong }, { timeoutMs }));
      const { tokens: set } = await callUnary(login, { email, password: PASSWORD }, { timeoutMs });
      const { refreshToken, accessToken } = set!;
      await callUnary(refresh, { refreshToken }, { timeoutMs });
      await database.sql`update refresh_token set spent_at = spent_at - interval '1 minute'`;
      await reasonOf(callUnary(refresh, { refreshToken }, { timeoutMs }));
      await database.sql`drop table account_role`;
      await reasonOf(callUnary(login, { email, password: PASSWORD }, { timeoutMs }));

      const text = lines.join('');
      for (const reason of ['EMAIL_TAKEN', 'CREDENTIALS_INVALID', 'REFRESH_TOKEN_REUSED', 'INTERNAL']) {
        expect(text).toContain(reason);
      }
      for (const secret of [PASSWORD, wrong, refreshToken, accessToken, email, '$argon2id$']) {
        expect(text).not.toContain(secret);
      }
    } finally {
      tokens.close();
      accounts.close();
      await service.stop();
      await database.drop();
    }
  });
});
