import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { contract } from '@gatehouse/contracts';
import {
  AuditEvent,
  AuditServiceClient,
  type AuditEventFilter,
  type ExportAuditEventsResponse,
} from '@gatehouse/contracts/auth';
import { openClient } from '@gatehouse/grpc';
import { eventually } from '@gatehouse/testing';
import { Metadata } from '@grpc/grpc-js';
import { CLIENT_SECRET, reasonOf, runningAuth, type RunningAuth } from '../spec/running-auth.js';
import { verifyChain } from './verify-chain.js';

describe('AuditService', () => {
  let auth: RunningAuth;
  let client: AuditServiceClient;
  let admin: string;
  let service: string;
  beforeAll(async () => {
    auth = await runningAuth({ GATEHOUSE_LIMIT_SCALE: '1000000' });
    client = openClient(AuditServiceClient, `127.0.0.1:${auth.service.port}`, contract);
    ({ accessToken: admin } = await auth.signedIn('admin'));
    ({ accessToken: service } = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth'));
  });
  afterAll(async () => {
    client.close();
    await auth.close();
  });

  const seen = (fields: Partial<AuditEvent> = {}): AuditEvent =>
    AuditEvent.fromPartial({
      id: randomUUID(),
      occurTime: new Date(),
      action: 'UpdateProfile',
      outcome: 'OK',
      traceId: 'a'.repeat(32),
      requestId: 'r',
      ...fields,
    });
  const record = (auditEvents: AuditEvent[], accessToken = service) =>
    auth.call(client.recordAuditEvents.bind(client), { auditEvents }, accessToken);
  const list = (
    filter: Partial<AuditEventFilter> = {},
    page: { pageSize?: number; pageToken?: string } = {},
  ) => {
    const all = { actor: '', target: '', action: '', outcome: '', service: '', traceId: '' };
    const request = {
      pageSize: 0,
      pageToken: '',
      ...page,
      filter: { ...all, from: undefined, until: undefined, ...filter },
    };
    return auth.call(client.listAuditEvents.bind(client), request, admin);
  };
  async function exported(afterSequence = 0n, accessToken = admin): Promise<AuditEvent[]> {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${accessToken}`);
    const stream = client.exportAuditEvents({ afterSequence }, metadata, { deadline: Date.now() + 20_000 });
    const events: AuditEvent[] = [];
    for await (const { auditEvent } of stream as AsyncIterable<ExportAuditEventsResponse>)
      events.push(auditEvent!);
    return events;
  }

  it('keeps what a service saw under its name, once however often it arrives', async () => {
    const target = randomUUID();
    const event = seen({
      target,
      service: 'gateway',
      sequence: 7_000_000n,
      chainHash: 'ff',
      actor: 'ann',
      address: '2001:db8::1',
    });
    await Promise.all([
      record([event]),
      record([event, seen({ target })]),
      record([{ ...event, outcome: 'NO' }]),
    ]);
    const { auditEvents } = await list({ target });
    expect(auditEvents).toHaveLength(2);
    const kept = auditEvents.find(({ id }) => id === event.id)!;
    expect(kept).toMatchObject({
      service: 'users',
      actor: 'ann',
      address: '2001:db8::1',
      occurTime: event.occurTime,
    });
    await eventually(async () => {
      for (const { sequence, chainHash } of (await list({ target })).auditEvents) {
        expect(sequence > 0n && sequence < 7_000_000n).toBe(true);
        expect(chainHash).toMatch(/^[0-9a-f]{64}$/);
      }
    });
  });

  it('believes no clock that is far off', async () => {
    const target = randomUUID();
    await record([
      seen({ target, occurTime: new Date(0) }),
      seen({ target, occurTime: new Date(Date.now() + 1e9) }),
    ]);
    const times = (await list({ target })).auditEvents.map(({ occurTime }) => occurTime!.getTime());
    expect(Math.max(...times)).toBeLessThanOrEqual(Date.now() + 1_000);
    expect(Math.min(...times)).toBeGreaterThan(Date.now() - 91 * 86_400_000);
  });

  it.each([
    ['an id that is none', { id: 'x' }],
    ['no time', { occurTime: undefined }],
    ['no action', { action: '' }],
    ['no outcome', { outcome: '' }],
    ['a target that is too long', { target: 'x'.repeat(129) }],
    ['a line break', { requestId: 'a\nb' }],
    ['a NUL', { actor: 'a\0' }],
  ])('refuses %s, and the whole call', async (_case, fault) => {
    const target = randomUUID();
    expect(await reasonOf(record([seen({ target }), seen({ target, ...fault })]))).toBe('FIELD_INVALID');
    expect((await list({ target })).auditEvents).toEqual([]);
  });

  it('lists by each condition, newest first', async () => {
    const actor = randomUUID();
    const at = (minutes: number) => new Date(Date.now() - 3_600_000 + minutes * 60_000);
    const events = [
      seen({ actor, occurTime: at(1), target: `${actor}-t`, outcome: 'ETAG_MISMATCH' }),
      seen({ actor, occurTime: at(3), action: 'DeleteUser' }),
      seen({ actor, occurTime: at(2), traceId: actor.replaceAll('-', '') }),
    ];
    await record(events);
    const found = async (filter: Partial<AuditEventFilter>) =>
      (await list({ actor, ...filter })).auditEvents.map(({ id }) =>
        events.findIndex((event) => event.id === id),
      );
    expect(await found({})).toEqual([1, 2, 0]);
    expect(await found({ target: `${actor}-t` })).toEqual([0]);
    expect(await found({ action: 'DeleteUser' })).toEqual([1]);
    expect(await found({ outcome: 'ETAG_MISMATCH' })).toEqual([0]);
    expect(await found({ traceId: actor.replaceAll('-', '') })).toEqual([2]);
    expect(await found({ service: 'users' })).toHaveLength(3);
    expect(await found({ service: 'auth' })).toEqual([]);
    expect(await found({ from: events[2]!.occurTime })).toEqual([1, 2]);
    expect(await found({ until: events[2]!.occurTime })).toEqual([0]);
  });

  it('lists by the page, and takes a page token for its own list alone', async () => {
    const actor = randomUUID();
    const occurTime = new Date();
    const events = Array.from({ length: 5 }, () => seen({ actor, occurTime }));
    await record(events);
    const ids: string[] = [];
    let pageToken = '';
    do {
      const page = await list({ actor }, { pageSize: 2, pageToken });
      expect(page.auditEvents.length).toBeLessThanOrEqual(2);
      ids.push(...page.auditEvents.map(({ id }) => id));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(ids.sort()).toEqual(events.map(({ id }) => id).sort());
    const { nextPageToken } = await list({ actor }, { pageSize: 2 });
    expect(await reasonOf(list({ actor: 'other' }, { pageToken: nextPageToken }))).toBe('PAGE_TOKEN_INVALID');
  });

  it('exports the chain in its order, on from any place, and says so in the trail', async () => {
    await record(Array.from({ length: 100 }, () => seen()));
    await record(Array.from({ length: 100 }, () => seen()));
    await record(Array.from({ length: 30 }, () => seen()));
    await eventually(async () => {
      const events = await exported();
      expect(events.length).toBeGreaterThan(230);
      expect(events.map(({ sequence }) => Number(sequence))).toEqual(events.map((_, n) => n + 1));
    });
    const [first, second] = await exported(17n);
    expect([first!.sequence, second!.sequence]).toEqual([18n, 19n]);
    expect((await list({ action: 'ExportAuditEvents' })).auditEvents[0]).toMatchObject({
      outcome: 'OK',
      service: 'auth',
    });
  });

  it('reads on only as fast as whoever exports', async () => {
    const { database, auditLinks: links } = auth.context;
    const COUNT = 20_000;
    await auth.database.sql`
      insert into audit_event (action, actor, target, outcome, trace_id, request_id)
      select 'Spec', repeat('a', 128), repeat('t', 128), repeat('o', 128), repeat('i', 64), repeat('r', 64)
      from generate_series(1, ${COUNT})`;
    await eventually(async () => expect(await links.isAnyPending(database.sql)).toBe(false));
    const listAfter = jest.spyOn(links, 'listAfter');
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${admin}`);
    const stream = client.exportAuditEvents({ afterSequence: 0n }, metadata, {
      deadline: Date.now() + 60_000,
    });
    let count = 0;
    stream.once('data', () => {
      count++;
      stream.pause();
    });
    let pages = -1;
    await eventually(async () => {
      const before = pages;
      pages = listAfter.mock.calls.length;
      await delay(200);
      expect([pages > 0, pages]).toEqual([true, before]); // it has stopped
    });
    expect(pages).toBeLessThan(COUNT / 200 / 2);
    for await (const _event of stream) count++;
    expect(count).toBeGreaterThan(COUNT);
    listAfter.mockRestore();
  });

  it('tells nobody but admins, and takes events from services alone', async () => {
    const { accessToken } = await auth.signedIn('editor');
    expect(
      await reasonOf(
        auth.call(
          client.listAuditEvents.bind(client),
          { pageSize: 0, pageToken: '', filter: undefined },
          accessToken,
        ),
      ),
    ).toBe('PERMISSION_MISSING');
    await expect(exported(0n, accessToken)).rejects.toMatchObject({ code: 7 });
    expect(await reasonOf(record([seen()], admin))).toBe('CALLER_NOT_ADMITTED');
  });

  it('records what the guard refuses on audited methods, once however often', async () => {
    const { id, accessToken } = await auth.signedIn();
    for (let n = 0; n < 5; n++) {
      expect(await reasonOf(auth.grantRole(id, 'admin', accessToken))).toBe('PERMISSION_MISSING');
    }
    await eventually(async () => {
      const { auditEvents } = await list({ actor: id, action: 'GrantRole' });
      expect(auditEvents).toMatchObject([{ outcome: 'PERMISSION_MISSING', address: '127.0.0.1' }]);
    });
  });

  it('chains 200 logins and refreshes, 20 at a time, without a gap', async () => {
    const { id, email } = await auth.signedIn();
    const loginAndRefreshes = async () => {
      let { refreshToken } = await auth.login(email);
      for (let n = 0; n < 9; n++) ({ refreshToken } = await auth.refresh(refreshToken));
    };
    await Promise.all(Array.from({ length: 20 }, loginAndRefreshes));
    const { database, auditLinks: links } = auth.context;
    await eventually(async () => expect(await links.isAnyPending(database.sql)).toBe(false));
    const linked = await database.sql`
      select from audit_event join audit_link using (event_id)
      where actor = ${id} and action in ('Login', 'Refresh')`;
    expect(linked).toHaveLength(201);
    const key = Buffer.from(auth.environment.GATEHOUSE_AUDIT_CHAIN_KEY, 'base64');
    expect((await verifyChain({ sql: database.sql, links, key })).fault).toBeUndefined();
  });
});
