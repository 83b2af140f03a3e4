import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newPerson, type Person } from '../client/person.js';
import { RestClient, type RestAnswer } from '../client/rest-client.js';
import { startOwnSystem, type OwnSystem } from '../system/own-system.js';

/** More tries than any limit lets through in a row. */
const TRIES = 20;
/** Wrong passwords of an account at an address that cost nothing. */
const FREE = 5;
const WRONG = { status: 401, body: { reason: 'CREDENTIALS_INVALID' } };

let own: OwnSystem;
let gateways: readonly RestClient[];
let person: Person;

// The other journeys run with limits that hundreds of sign-ins at one address do not meet.
beforeAll(async () => {
  own = await startOwnSystem({ settings: () => Promise.resolve({ auth: { LIMIT_SCALE: 1 } }) });
  gateways = own.addresses.gateways.map((url) => new RestClient(url));
  person = await newPerson(gateways[0] as RestClient, 'Vera');
});
afterAll(async () => {
  await own?.[Symbol.asyncDispose]();
});

/** Tries a wrong password, at each gateway in turn, until something else is the answer. */
async function guess(path: string, email: string): Promise<{ wrong: number; refusal: RestAnswer }> {
  for (let wrong = 0; wrong < TRIES; wrong++) {
    const rest = gateways[wrong % gateways.length] as RestClient;
    const refusal = await rest.post(path, { email, password: 'not the password at all' });
    if (refusal.status !== 401) return { wrong, refusal };
    expect(refusal).toMatchObject(WRONG);
  }
  throw new Error(`${TRIES} wrong passwords in a row were heard`);
}

function retryAfterMs({ headers }: RestAnswer): number {
  const seconds = headers.get('retry-after') ?? '';
  expect(seconds).toMatch(/^[1-9]\d*$/);
  return Number(seconds) * 1_000;
}

const withoutId = ({ status, body }: RestAnswer) => ({ status, body: { ...body, request_id: undefined } });

describe.each(['/v1/auth/login', '/v1/sessions'])('wrong passwords at POST %s', (path) => {
  it('make the next try wait, at both gateways, and the right one works after that', async () => {
    const { wrong, refusal } = await guess(path, person.email);
    expect(wrong).toBeGreaterThanOrEqual(FREE);
    expect(refusal).toMatchObject({
      status: 429,
      body: { code: 'RESOURCE_EXHAUSTED', reason: 'TOO_MANY_ATTEMPTS' },
    });
    await delay(retryAfterMs(refusal));
    const { email, password } = person;
    expect((await (gateways[1] as RestClient).post(path, { email, password })).status).toBe(200);
  });

  it('of an account that does not exist get the same answers', async () => {
    const known = await guess(path, person.email);
    const unknown = await guess(path, `${randomUUID()}@example.com`);
    expect(unknown.wrong).toBeGreaterThanOrEqual(FREE);
    expect(withoutId(unknown.refusal)).toEqual(withoutId(known.refusal));
    retryAfterMs(unknown.refusal);
    await delay(retryAfterMs(known.refusal));
    const { email, password } = person;
    expect((await (gateways[0] as RestClient).post(path, { email, password })).status).toBe(200);
  });
});

it('the waiting does not keep out who is signed in', async () => {
  await guess('/v1/auth/login', person.email);
  const [first, second] = gateways as [RestClient, RestClient];
  expect((await second.as(person.accessToken).get('/v1/accounts/me')).status).toBe(200);
  const { refreshToken } = person;
  expect((await first.post('/v1/auth/refresh', { refreshToken })).status).toBe(200);
});
