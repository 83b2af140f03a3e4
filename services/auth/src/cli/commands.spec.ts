import { runCli } from '../spec/run-cli.js';
import { PASSWORD, runningAuth, type RunningAuth } from '../spec/running-auth.js';

describe('the commands', () => {
  let auth: RunningAuth;
  beforeAll(async () => {
    auth = await runningAuth();
  });
  afterAll(() => auth.close());

  const run = (
    name: 'keys' | 'seed',
    args: string[],
    { input = '', more = {} }: { input?: string; more?: Record<string, string> } = {},
  ) => runCli(name, args, { env: { ...auth.environment, ...more }, input });

  it('list and revoke signing keys', async () => {
    const { out } = await run('keys', ['list']);
    expect(out).toMatch(/^\S{43} {2}published .*\n\S{43} {2}active .*\n$/m);
    const { keyId } = auth.context.keys.active();
    const revoked = await run('keys', ['revoke', keyId]);
    expect(revoked.code).toBe(0);
    expect(revoked.out).not.toContain(keyId);
    const unknown = await run('keys', ['revoke', 'nobody']);
    expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining('KEY_UNKNOWN') });
    const [event] = await auth.database.sql`select action, actor from audit_event where target = ${keyId}`;
    expect(event).toEqual({ action: 'RevokeKey', actor: 'operator' });
  });

  it('rotate signing keys', async () => {
    await auth.database.sql`
      update signing_key set published_at = published_at - interval '1 hour' where state = 'published'`;
    const { code, out } = await run('keys', ['rotate']);
    expect(code).toBe(0);
    expect(out).toMatch(/active[^]*retiring|retiring[^]*active/);
  });

  it('say how they are used', async () => {
    for (const args of [[], ['revoke'], ['list', 'more'], ['destroy']]) {
      expect(await run('keys', args)).toMatchObject({ code: 1, err: expect.stringContaining('usage') });
    }
  });

  const accounts = (email: string) =>
    JSON.stringify([{ email, password: PASSWORD, displayName: 'Ada', roles: ['editor'] }]);

  it('seed accounts once, as Register makes them', async () => {
    const input = accounts('ada@gatehouse.test');
    expect(await run('seed', ['accounts'], { input })).toMatchObject({
      code: 0,
      out: 'made ada@gatehouse.test\n',
    });
    expect(await run('seed', ['accounts'], { input })).toMatchObject({ code: 0, out: '' });
    const { accessToken, scope } = await auth.login('ada@gatehouse.test');
    expect(scope).toBe('resources:read resources:write');
    const { account } = await auth.getAccount(accessToken);
    expect(
      await auth.database.sql`select topic from outbox where key = ${`users/${account!.id}`}`,
    ).toHaveLength(1);
  });

  it('make no accounts in production but the first admin', async () => {
    const more = { GATEHOUSE_ENVIRONMENT: 'production' };
    const refused = await run('seed', ['accounts'], { input: accounts('eve@gatehouse.test'), more });
    expect(refused.code).toBe(1);
    const made = await run('seed', ['bootstrap-admin'], { input: accounts('root@gatehouse.test'), more });
    expect(made).toMatchObject({ code: 0, out: 'made root@gatehouse.test\n' });
    const second = await run('seed', ['bootstrap-admin'], { input: accounts('eve@gatehouse.test'), more });
    expect(second).toMatchObject({ code: 0, out: '' });
    expect((await auth.login('root@gatehouse.test')).scope).toContain('roles:admin');
  });

  it('quote nothing of an input that they cannot read', async () => {
    const { code, err } = await run('seed', ['accounts'], { input: `[{"password": "${PASSWORD}"` });
    expect(code).toBe(1);
    expect(err).not.toContain(PASSWORD);
  });
});
