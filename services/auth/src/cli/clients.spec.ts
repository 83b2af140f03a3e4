import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { runCli } from '../spec/run-cli.js';
import { runningAuth, type RunningAuth } from '../spec/running-auth.js';

describe('the command of clients', () => {
  let auth: RunningAuth;
  beforeAll(async () => {
    auth = await runningAuth();
  });
  afterAll(() => auth.close());

  const run = (args: string[], input = '') => runCli('clients', args, { env: auth.environment, input });
  const APP = {
    displayName: 'Example app',
    kind: 'CLIENT_KIND_WEB',
    grantTypes: ['GRANT_TYPE_AUTHORIZATION_CODE'],
    redirectUris: ['https://app.example/callback'],
    permissions: ['resources:read'],
  };

  it('registers a client, replaces its secret and shuts it out', async () => {
    const created = await run(['create'], JSON.stringify({ ...APP, dpopBoundAccessTokens: true }));
    const [, id = '', secret] = /^client (\S{36})\nsecret (ghc_\S{43})\n$/.exec(created.out) ?? [];
    expect(secret).toBeDefined();
    expect(await auth.context.clients.find(auth.context.database.sql, id)).toMatchObject({
      dpopBoundAccessTokens: true,
    });
    const rotated = await run(['rotate-secret', id, '--overlap', '0']);
    expect(rotated.out).toMatch(/^secret ghc_\S{43}\n$/);
    expect(rotated.out).not.toContain(secret);
    expect((await run(['disable', id])).code).toBe(0);
    expect((await run(['list'])).out).toBe(`${id}  web      disabled  Example app\n`);
    const events = await auth.database.sql<{ action: string }[]>`
      select action from audit_event where target = ${id} and actor = 'operator' order by id`;
    expect(events.map(({ action }) => action)).toEqual([
      'CreateClient',
      'RotateClientSecret',
      'DisableClient',
    ]);
  });

  it('is refused what the API refuses', async () => {
    const wrong = { ...APP, redirectUris: ['http://app.example/'] };
    expect(await run(['create'], JSON.stringify(wrong))).toMatchObject({
      code: 1,
      err: expect.stringContaining('FIELD_INVALID'),
    });
    expect(await run(['disable', randomUUID()])).toMatchObject({
      code: 1,
      err: expect.stringContaining('CLIENT_UNKNOWN'),
    });
  });

  it('says how it is used', async () => {
    const wrong = [
      [],
      ['create', 'a', 'b'],
      ['rotate-secret'],
      ['rotate-secret', randomUUID(), '--overlap', 'x'],
      ['disable', randomUUID(), 'more'],
      ['enable', randomUUID()],
    ];
    for (const args of wrong)
      expect(await run(args)).toMatchObject({ code: 1, err: expect.stringContaining('usage') });
  });

  it.each([
    [['create'], '{"name":1}', /^this is no client in JSON: .*"name"/],
    [['create'], 'displayName: Example app', /^this is no client in JSON: .*JSON/],
    [['disable', 'x'], '', /^an ID of a client is a UUID, which x is not$/m],
  ])('says what is wrong with %j of %j', async (args, input, said) => {
    expect(await run(args, input)).toMatchObject({ code: 1, err: expect.stringMatching(said) });
  });
});
