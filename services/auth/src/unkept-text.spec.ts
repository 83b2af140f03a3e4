import { contract } from '@gatehouse/contracts';
import {
  AuditEventFilter,
  AuditServiceClient,
  RevocationKind,
  RevocationServiceClient,
} from '@gatehouse/contracts/auth';
import { openClient } from '@gatehouse/grpc';
import { accountCalls, type AccountCalls } from './spec/account-calls.js';
import { apiKeyCalls } from './spec/api-key-calls.js';
import { SpecBrowser } from './spec/browser.js';
import { PASSWORD, reasonOf, runningAuth, type RunningAuth } from './spec/running-auth.js';

const NUL = 'a\0@gatehouse.test';

describe('text that no column of the database can hold', () => {
  let auth: RunningAuth;
  let accounts: AccountCalls;
  let keys: ReturnType<typeof apiKeyCalls>;
  let audit: AuditServiceClient;
  let revocations: RevocationServiceClient;
  let admin: string;
  beforeAll(async () => {
    auth = await runningAuth({ GATEHOUSE_HTTP_PORT: '0' });
    const { port } = auth.service;
    accounts = accountCalls(port);
    keys = apiKeyCalls(port);
    audit = openClient(AuditServiceClient, `127.0.0.1:${port}`, contract);
    revocations = openClient(RevocationServiceClient, `127.0.0.1:${port}`, contract);
    ({ accessToken: admin } = await auth.signedIn('admin'));
  });
  afterAll(async () => {
    for (const client of [accounts, keys, audit, revocations]) client.close();
    await auth.close();
  });

  const listed = (filter: Partial<AuditEventFilter>) => {
    const request = { pageSize: 0, pageToken: '', filter: AuditEventFilter.fromPartial(filter) };
    return auth.call(audit.listAuditEvents.bind(audit), request, admin);
  };

  it.each<[string, () => Promise<unknown>]>([
    ['Login', () => auth.login(NUL)],
    ['CreateSession', () => auth.sessions.create(NUL, PASSWORD)],
    ['RequestPasswordReset', () => accounts.requestReset(NUL)],
    ['Register', () => auth.register('nul@gatehouse.test', PASSWORD, NUL)],
    ['CreateApiKey', () => keys.create(admin, { displayName: NUL })],
    ['ListAuditEvents', () => listed({ actor: NUL })],
    [
      'Revoke',
      () =>
        auth.call(
          revocations.revoke.bind(revocations),
          { kind: RevocationKind.TOKEN, key: NUL, wait: false },
          admin,
        ),
    ],
  ])('is the fault of who sends it: %s', async (_, call) => {
    expect(await reasonOf(call())).toBe('FIELD_INVALID');
  });

  it.each([
    ['after the year 9999', 253_402_300_800_000],
    ['before the year 1', -62_135_596_800_001],
    ['of the last day that there is', 8_640_000_000_000_000],
  ])('is no time either %s', async (_, millis) => {
    for (const name of ['from', 'until'] as const)
      expect(await reasonOf(listed({ [name]: new Date(millis) }))).toBe('FIELD_INVALID');
  });

  it('is no form', async () => {
    const browser = new SpecBrowser(() => auth.service.httpPort!);
    const { status, text } = await browser.post('/login', { email: NUL, password: PASSWORD });
    expect(status).toBe(400);
    expect(text).toContain('FORM_MALFORMED');
  });
});
