import { randomBytes } from 'node:crypto';
import { createLogger } from '@gatehouse/telemetry';
import { testDatabase } from '@gatehouse/testing';
import { contract } from '@gatehouse/contracts';
import { AccountServiceClient, TokenServiceClient } from '@gatehouse/contracts/auth';
import { callUnary, openClient, type UnaryMethod } from '@gatehouse/grpc';
import { readAuthSettings } from '../config.js';
import { PATIENCE_MS } from '../spec/patience.js';
import { MIGRATIONS, reasonOf, specEnvironment } from '../spec/running-auth.js';
import { startAuth } from '../start-auth.js';

/** A secret that nothing else looks like, and every form in which it might turn up. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')].flatMap(
    (form) => [form, encodeURIComponent(form)],
  );
}

const word = () => `canary-${randomBytes(12).toString('hex')}`;

describe('secrets', () => {
  it('are in no line of the log at its lowest level, and in no row of the database', async () => {
    const database = await testDatabase({ migrations: MIGRATIONS });
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const environment = specEnvironment(database.url);
    const log = createLogger({ service: 'auth', level: 'trace', destination });
    const service = await startAuth(readAuthSettings(environment), log);
    const address = `127.0.0.1:${service.port}`;
    const accounts = openClient(AccountServiceClient, address, contract);
    const tokens = openClient(TokenServiceClient, address, contract);
    const secrets: string[] = [];
    const secret = <Text extends string | undefined>(text: Text): Text => {
      if (text) secrets.push(text);
      return text;
    };
    const call = <Request, Reply>(
      method: UnaryMethod<Request, Reply>,
      request: Request,
      accessToken?: string,
    ) => callUnary(method, request, { timeoutMs: PATIENCE_MS, accessToken });
    const login = tokens.login.bind(tokens);
    const refresh = tokens.refresh.bind(tokens);

    // Each step uses secrets, and hands those that it makes to `secret`: success and refusal alike.
    const email = 'ann@gatehouse.test';
    const [password, changed] = [secret(word()), secret(word())];
    await call(accounts.register.bind(accounts), { email, password, displayName: 'Ann' });
    const first = (await call(login, { email, password })).tokens!;
    secret(first.accessToken);
    secret(first.refreshToken);
    expect(await reasonOf(call(login, { email, password: secret(word()) }))).toBe('CREDENTIALS_INVALID');
    const second = (await call(refresh, { refreshToken: first.refreshToken })).tokens!;
    secret(second.accessToken);
    secret(second.refreshToken);
    expect(await reasonOf(call(refresh, { refreshToken: secret(word()) }))).toBe('REFRESH_TOKEN_INVALID');
    const change = accounts.changePassword.bind(accounts);
    await call(change, { currentPassword: password, newPassword: changed }, second.accessToken);
    expect(
      await reasonOf(
        call(change, { currentPassword: secret(word()), newPassword: changed }, second.accessToken),
      ),
    ).not.toBe('OK');
    const third = (await call(login, { email, password: changed })).tokens!;
    secret(third.accessToken);
    secret(third.refreshToken);
    await call(tokens.logout.bind(tokens), { refreshToken: third.refreshToken });
    const clientSecret = secret(environment.GATEHOUSE_CLIENT_SECRET_USERS);
    const issue = tokens.issueServiceToken.bind(tokens);
    const issued = await call(issue, { clientId: 'users', clientSecret, audience: 'auth' });
    secret(issued.tokens!.accessToken);
    const wrong = { clientId: 'users', clientSecret: secret(word()), audience: 'auth' };
    expect(await reasonOf(call(issue, wrong))).toBe('CLIENT_INVALID');
    secret(environment.GATEHOUSE_KEY_SEALING_KEY);
    secret(environment.GATEHOUSE_AUDIT_CHAIN_KEY);

    accounts.close();
    tokens.close();
    await service.stop();
    const dump = await everyRow(database.sql);
    await database.drop();

    const output = lines.join('');
    expect(output).toContain('"grpc_method":"ChangePassword"');
    expect(dump).toContain(email); // the dump is one
    for (const form of secrets.flatMap(formsOf)) {
      expect(output).not.toContain(form);
      expect(dump).not.toContain(form);
    }
    // A signed text is as good as a password, whole or cut up.
    expect(output).not.toMatch(/eyJ[A-Za-z0-9_-]{10,}/);
    expect(dump).not.toMatch(/eyJ[A-Za-z0-9_-]{10,}/);
  });
});

async function everyRow(sql: Awaited<ReturnType<typeof testDatabase>>['sql']): Promise<string> {
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`;
  const rows = await Promise.all(
    tables.map(({ name }) => sql<{ row: string }[]>`select t::text as row from ${sql(name)} t`),
  );
  return rows.flatMap((found) => found.map(({ row }) => row)).join('\n');
}
