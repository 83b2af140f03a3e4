import { eventually } from '@gatehouse/testing';
import { runCli } from '../spec/run-cli.js';
import { runningAuth, type RunningAuth } from '../spec/running-auth.js';

describe('the command of the audit trail', () => {
  let auth: RunningAuth;
  beforeAll(async () => {
    auth = await runningAuth();
    await auth.signedIn();
    await auth.signedIn();
    const { database, auditLinks } = auth.context;
    await eventually(async () => expect(await auditLinks.isAnyPending(database.sql)).toBe(false));
  });
  afterAll(() => auth.close());

  const run = (...args: string[]) => runCli('audit', args, { env: auth.environment });

  it('verifies the chain, and prints a head to verify against later', async () => {
    const { code, out } = await run('verify');
    expect(code).toBe(0);
    const [, head] = /([1-9]\d*:[0-9a-f]{64})\n$/.exec(out) ?? [];
    expect(await run('verify', '--head', head!)).toMatchObject({ code: 0 });
    const [sequence, hash] = head!.split(':');
    const later = `${Number(sequence) + 1}:${hash}`;
    expect(await run('verify', '--head', later)).toMatchObject({
      code: 1,
      err: expect.stringContaining(`event ${Number(sequence) + 1} `),
    });
  });

  it('exports the chain as JSON lines, on from any place', async () => {
    const { code, out } = await run('export', '--after', '1');
    expect(code).toBe(0);
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, n) => String(n + 2)));
    expect(events.at(-1)).toMatchObject({
      service: 'auth',
      outcome: 'OK',
      occurTime: expect.stringMatching(/^\d{4}-.*Z$/),
      chainHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('names the first event that was changed', async () => {
    const { sql } = auth.database;
    await sql`alter table audit_event disable trigger user`;
    await sql`
      update audit_event set actor = 'nobody' where event_id = (select event_id from audit_link where sequence = 2)`;
    expect(await run('verify')).toMatchObject({ code: 1, err: expect.stringContaining('event 2 ') });
  });

  it('says how it is used', async () => {
    const wrong = [
      [],
      ['verify', '--head'],
      ['verify', '--head', '1'],
      ['export', '--head', '1'],
      ['export', '--after', 'x'],
    ];
    for (const args of wrong) {
      expect(await run(...args)).toMatchObject({ code: 1, err: expect.stringContaining('usage') });
    }
  });
});
