import { reasonOf, runningAuth } from '../spec/running-auth.js';

describe('the audit trail of a person who was erased', () => {
  it('is kept, and names nobody: it knows opaque IDs alone', async () => {
    const auth = await runningAuth();
    const [name, user] = ['Wilhelmina Featherstonehaugh', 'wilhelmina.f'];
    const email = `${user}@gatehouse.test`;
    await auth.register(email, undefined, name);
    const { accessToken } = await auth.login(email);
    await reasonOf(auth.login(email, 'not the password at all'));
    await reasonOf(auth.register(email, undefined, name));
    await reasonOf(auth.login('somebody.unheard.of@gatehouse.test'));
    const { account } = await auth.getAccount(accessToken);
    const { accessToken: service } = await auth.issueServiceToken(
      'users',
      auth.environment.GATEHOUSE_CLIENT_SECRET_USERS,
      'auth',
    );
    await auth.eraseAccount(account!.id, service);
    const rows = await auth.database.sql<{ row: string; action: string }[]>`
      select e::text as row, action from audit_event e`;
    const actions = new Set(rows.map(({ action }) => action));
    for (const action of ['Register', 'Login', 'EraseAccount']) expect(actions).toContain(action);
    for (const { row } of rows) {
      expect(row).not.toContain('@');
      expect(row.toLowerCase()).not.toMatch(/wilhelmina|feather|unheard/);
    }
    expect(rows.filter(({ row }) => row.includes(account!.id)).length).toBeGreaterThan(2);
    await auth.close();
  });
});
