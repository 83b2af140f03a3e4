import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { makeApiKey, withApiKey } from '../client/api-key.js';
import { auditEvents, auditPath, type AuditEventBody, type AuditPage } from '../client/audit-trail.js';
import { PATIENCE_MS } from '../client/patience.js';
import { newPerson, signedIn, withRole, type Person } from '../client/person.js';
import { RestClient, succeeded } from '../client/rest-client.js';
import { sharedSystem } from '../system/shared-system.js';
import { signInDemo } from '../system/system-facts.js';

const system = sharedSystem();
const rest = new RestClient(system.addresses.gateways[0] as string);
const HEX = { trace: /^[0-9a-f]{32}$/, hash: /^[0-9a-f]{64}$/ };

let admin: { readonly accessToken: string };
let asAdmin: RestClient;
let person: Person;
let keyId: string;
let resourceId: string;

/** A day in the life of an account. */
beforeAll(async () => {
  admin = await signInDemo(system, 'admin');
  asAdmin = rest.as(admin.accessToken);
  person = await withRole(rest, admin, await newPerson(rest, 'Audrey'), 'editor');
  await rest.post('/v1/auth/login', { email: person.email, password: 'not the password at all' });
  const asPerson = rest.as(person.accessToken);
  const made = await makeApiKey(asPerson, { permissions: ['resources:read', 'resources:write'] });
  keyId = made.apiKey.id;
  const asKey = withApiKey(rest, made.secret);
  resourceId = succeeded(await asKey.post<{ id: string }>('/v1/resources', { title: 'Diary' })).id;
  const share = { subject: keyId, role: 'SHARE_ROLE_VIEWER' };
  succeeded(await asPerson.post(`/v1/resources/${resourceId}:share`, share));
  succeeded(await asAdmin.delete(`/v1/resources/${resourceId}`));
  succeeded(await asPerson.delete(`/v1/apiKeys/${keyId}`));
  // What other services saw arrives within moments.
  await eventually(async () => {
    expect(await auditEvents(asAdmin, { target: resourceId, outcome: 'OK' })).not.toEqual([]);
  }, PATIENCE_MS);
});

const short = ({ action, outcome, service }: AuditEventBody) => `${service} ${action} ${outcome}`;

describe('the audit trail', () => {
  it('says what somebody did and how it ended, newest first, whichever service saw it', async () => {
    const events = await eventually(async () => {
      const seen = await auditEvents(asAdmin, { actor: person.subject });
      expect(seen.map(short)).toContain('resources ShareResource OK');
      return seen;
    }, PATIENCE_MS);
    expect(events.map(short)).toEqual(
      expect.arrayContaining([
        'auth Login OK',
        'auth CreateApiKey OK',
        'auth Exchange OK',
        'auth RevokeApiKey OK',
        'resources CreateResource OK',
      ]),
    );
    const times = events.map(({ occurTime }) => Date.parse(occurTime));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    for (const { traceId, requestId, address, id } of events) {
      expect([traceId, requestId, id]).toEqual([
        expect.stringMatching(HEX.trace),
        expect.stringMatching(/./),
        expect.stringMatching(/^[0-9a-f-]{36}$/),
      ]);
      expect(address).toBe(system.clientAddress);
    }
  });

  it('says what was done to somebody, and at whose word', async () => {
    const events = await auditEvents(asAdmin, { target: person.subject, action: 'GrantRole' });
    expect(events).toEqual([expect.objectContaining({ outcome: 'OK', service: 'auth' })]);
    expect(events[0]?.actor).not.toBe(person.subject);
    const wrong = await auditEvents(asAdmin, { target: person.subject, outcome: 'CREDENTIALS_INVALID' });
    expect(wrong.map(short)).toEqual(['auth Login CREDENTIALS_INVALID']);
  });

  it('is cut by time', async () => {
    const [newest, ...older] = await auditEvents(asAdmin, { actor: person.subject });
    const { occurTime } = newest as AuditEventBody;
    const since = await auditEvents(asAdmin, { actor: person.subject, from: occurTime });
    expect(since.map(({ id }) => id)).toContain(newest?.id);
    const before = await auditEvents(asAdmin, { actor: person.subject, until: occurTime });
    expect(before.length).toBeLessThanOrEqual(older.length);
    expect(before.some(({ id }) => id === newest?.id)).toBe(false);
  });

  it('finds all that one request caused by its trace', async () => {
    const traceId = randomUUID().replaceAll('-', '');
    const headers = { traceparent: `00-${traceId}-0123456789abcdef-01` };
    const { email, password } = person;
    const answer = await rest.request('POST', '/v1/auth/login', { email, password }, headers);
    expect(answer.status).toBe(200);
    const [event] = await auditEvents(asAdmin, { traceId, action: 'Login' });
    expect(event).toMatchObject({ outcome: 'OK', requestId: answer.headers.get('x-request-id') });
  });

  it('comes in pages that together are all of it, once', async () => {
    const conditions = { actor: person.subject, until: new Date().toISOString() };
    const whole = await auditEvents(asAdmin, conditions);
    const inPages = await auditEvents(asAdmin, conditions, 2);
    expect(whole.length).toBeGreaterThan(4);
    expect(inPages.map(({ id }) => id)).toEqual(whole.map(({ id }) => id));
    const { nextPageToken } = succeeded(await asAdmin.get<AuditPage>(auditPath(conditions, 2)));
    const other = { ...conditions, actor: keyId };
    expect(await asAdmin.get(auditPath(other, 2, nextPageToken))).toMatchObject({
      status: 400,
      body: { reason: 'PAGE_TOKEN_INVALID' },
    });
  });

  it('has what the gateway refused, although no service heard of it', async () => {
    const { accessToken } = await signedIn(rest, person);
    const refused = { status: 403, body: { reason: 'PERMISSION_MISSING' } };
    expect(await rest.as(accessToken).delete(`/v1/resources/${randomUUID()}`)).toMatchObject(refused);
    await eventually(async () => {
      const events = await auditEvents(asAdmin, { actor: person.subject, action: 'DeleteResource' });
      expect(events.map(short)).toEqual(['gateway DeleteResource PERMISSION_MISSING']);
    }, PATIENCE_MS);
  });

  it('is an admin’s to read', async () => {
    const { accessToken } = await signedIn(rest, person);
    const asPerson = rest.as(accessToken);
    const refused = { status: 403, body: { reason: 'PERMISSION_MISSING' } };
    expect(await asPerson.get('/v1/auditEvents')).toMatchObject(refused);
    expect(await asPerson.get('/v1/auditEvents:export')).toMatchObject(refused);
  });
});

describe('an export', () => {
  async function exported(after = '0'): Promise<readonly (AuditEventBody & { chainHash: string })[]> {
    const response = await fetch(`${system.addresses.gateway}/v1/auditEvents:export?afterSequence=${after}`, {
      headers: { accept: 'application/x-ndjson', authorization: `Bearer ${admin.accessToken}` },
    });
    expect(response.status).toBe(200);
    const lines = (await response.text()).trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as AuditEventBody & { chainHash: string });
  }

  it('is the whole trail as JSON lines, in the order of the chain', async () => {
    const events = await eventually(async () => {
      const seen = await exported();
      // An event has its place moments after it happened.
      expect(seen.map(({ target }) => target)).toContain(resourceId);
      return seen;
    }, PATIENCE_MS);
    expect(events.map(({ sequence }) => Number(sequence))).toEqual(events.map((_event, index) => index + 1));
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    for (const { chainHash } of events) expect(chainHash).toMatch(HEX.hash);
    expect(JSON.stringify(events)).not.toContain(person.email);

    const middle = events[Math.floor(events.length / 2)] as AuditEventBody;
    const [next] = await exported(middle.sequence);
    expect(next).toEqual(events[Number(middle.sequence)]);
  });
});
