import { readAuthSettings } from '../config.js';
import { runningAuth, silentLog, type RunningAuth } from '../spec/running-auth.js';
import { callsFrom, TRUSTING, type CallsFrom } from '../spec/sign-in-from.js';
import { startAuth, type RunningAuth as Replica } from '../start-auth.js';
import { signInPolicy } from './limit-policy.js';

const WRONG = 'not the password of anybody';
const HOME = '192.0.2.1';
const ELSEWHERE = '198.51.100.1';
const HOUR_MS = 3_600_000;

describe('the limits of signing in, over two replicas', () => {
  let auth: RunningAuth;
  let second: Replica;
  let one: CallsFrom;
  let other: CallsFrom;

  beforeAll(async () => {
    auth = await runningAuth(TRUSTING);
    second = await startAuth(readAuthSettings(auth.environment), silentLog);
    one = callsFrom(auth.service.port);
    other = callsFrom(second.port);
  });
  beforeEach(async () => {
    await auth.database.sql`delete from rate_limit`;
    await auth.database.sql`delete from known_address`;
  });
  afterAll(async () => {
    one.close();
    other.close();
    await second.stop();
    await auth.close();
  });

  /** An account that has signed in at HOME and nowhere else. */
  async function atHome(): Promise<string> {
    const { email } = await auth.signedIn();
    await auth.database.sql`delete from known_address`;
    expect((await one.login(email, HOME)).reason).toBe('OK');
    return email;
  }

  /** As if nothing here took any time: who has to wait does so for an hour more. */
  const waitLonger = () =>
    auth.database.sql`update rate_limit set expire = expire + ${HOUR_MS} where key like '% wait:%'`;

  /** As if all waits were over. */
  const waitOver = () => auth.database.sql`delete from rate_limit where key like '% wait:%'`;

  /** As if somebody had failed so often; what is counted for one key of a limit is counted for all of them. */
  const counted = (limit: string, points: number) =>
    auth.database.sql`update rate_limit set points = ${points} where key like ${`${limit}:%`}`;

  it('makes an account wait longer after each failure at one address, whichever replica is asked', async () => {
    const email = await atHome();
    for (let failure = 0; failure < signInPolicy.pair.free; failure++) {
      const at = failure % 2 === 0 ? one : other;
      expect((await at.login(email, HOME, WRONG)).reason).toBe('CREDENTIALS_INVALID');
    }
    for (const seconds of [1, 2, 4, 8]) {
      await waitLonger();
      for (const at of [one, other]) {
        const refused = await at.login(email, HOME);
        expect(refused.reason).toBe('TOO_MANY_ATTEMPTS');
        expect(refused.error?.code).toBe(8);
        expect(refused.retryAfterMs).toBeGreaterThan(0);
        expect(refused.retryAfterMs).toBeLessThanOrEqual(HOUR_MS + seconds * 1_000);
      }
      await waitOver();
      expect((await other.login(email, HOME, WRONG)).reason).toBe('CREDENTIALS_INVALID');
    }
    await counted('sign-in pair', 90);
    await waitOver();
    await one.login(email, HOME, WRONG);
    const longest = (await other.login(email, HOME)).retryAfterMs;
    expect(longest).toBeGreaterThan(890_000);
    expect(longest).toBeLessThanOrEqual(900_000);
  });

  it('forgets the failures of an address with a sign-in there', async () => {
    const email = await atHome();
    for (let round = 0; round < 3; round++) {
      for (let failure = 1; failure < signInPolicy.pair.free; failure++) await one.login(email, HOME, WRONG);
      expect((await other.login(email, HOME)).reason).toBe('OK');
    }
  });

  it('lets few of a burst through, and no more of a second one', async () => {
    const email = await atHome();
    const burst = async () => {
      const tries = Array.from({ length: 50 }, (_, at) =>
        (at % 2 === 0 ? one : other).login(email, HOME, WRONG),
      );
      return (await Promise.all(tries)).filter(({ reason }) => reason === 'CREDENTIALS_INVALID').length;
    };
    // Beyond the free ones, those that both replicas were comparing at the same moment.
    const together = 2 * Number(readAuthSettings(auth.environment).HASH_CONCURRENCY) - 1;
    expect(await burst()).toBeLessThanOrEqual(signInPolicy.pair.free + together);
    await waitOver();
    expect(await burst()).toBe(1);
  });

  it('costs a burst of good sign-ins nothing', async () => {
    const email = await atHome();
    const tries = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? one : other).login(email, ELSEWHERE));
    expect((await Promise.all(tries)).filter(({ reason }) => reason !== 'OK')).toEqual([]);
    expect(await auth.database.sql`select key from rate_limit`).toEqual([]);
  });

  it('slows an account down where it is not known, and never where it is', async () => {
    const email = await atHome();
    const { account } = signInPolicy;
    for (let at = 0; at < account.free; at++) {
      expect((await one.login(email, `203.0.113.${at}`, WRONG)).reason).toBe('CREDENTIALS_INVALID');
    }
    await waitLonger();
    const refused = await other.login(email, '203.0.113.99', WRONG);
    expect(refused).toMatchObject({ reason: 'TOO_MANY_ATTEMPTS' });
    expect(refused.retryAfterMs).toBeLessThanOrEqual(HOUR_MS + 1_000);
    expect((await other.login(email, HOME)).reason).toBe('OK');
  });

  it('cannot be used to lock anyone out: a thousand addresses, and the owner signs in at home', async () => {
    const email = await atHome();
    await one.login(email, ELSEWHERE, WRONG);
    await counted('sign-in account', signInPolicy.account.closesAt - 1);
    expect((await one.login(email, '203.0.113.1', WRONG)).reason).toBe('CREDENTIALS_INVALID');

    const strangers = Array.from({ length: 1_000 }, (_, at) => `10.0.${at >> 8}.${at & 255}`);
    const answers = new Set<string>();
    let shortestMs = Infinity;
    for (let at = 0; at < strangers.length; at += 100) {
      const tries = strangers.slice(at, at + 100).map((address) => one.login(email, address, WRONG));
      for (const { reason, retryAfterMs } of await Promise.all(tries)) {
        answers.add(reason);
        shortestMs = Math.min(shortestMs, retryAfterMs);
      }
    }
    expect([...answers]).toEqual(['TOO_MANY_ATTEMPTS']);
    expect(shortestMs).toBeGreaterThan(23 * 3_600_000);
    expect((await other.login(email, HOME)).reason).toBe('OK');
    // The right password does not help a stranger to know that it is right.
    expect((await other.login(email, ELSEWHERE)).reason).toBe('TOO_MANY_ATTEMPTS');
  });

  it('limits an address and everyone, but no account at an address of its own', async () => {
    const email = await atHome();
    for (const limit of ['address', 'everyone'] as const) {
      await auth.database.sql`delete from rate_limit`;
      await one.login('nobody@gatehouse.test', HOME, WRONG);
      await counted(`sign-in ${limit}`, signInPolicy[limit].points);
      expect((await other.login('another@gatehouse.test', HOME)).reason).toBe('TOO_MANY_ATTEMPTS');
      const elsewhere = await other.login('another@gatehouse.test', ELSEWHERE, WRONG);
      expect(elsewhere.reason).toBe(limit === 'address' ? 'CREDENTIALS_INVALID' : 'TOO_MANY_ATTEMPTS');
      expect((await other.login(email, HOME)).reason).toBe('OK');
    }
  });

  it('counts what is not there like what is', async () => {
    const { email } = await auth.signedIn();
    await auth.database.sql`delete from known_address`;
    const answersFor = async (of: string) => {
      const answers: string[] = [];
      for (let failure = 0; failure <= signInPolicy.pair.free; failure++) {
        const { reason, error } = await one.login(of, ELSEWHERE, WRONG);
        answers.push(`${error?.code} ${reason} ${error?.message}`);
        await waitLonger();
      }
      for (let at = 0; at < signInPolicy.account.free; at++) {
        answers.push((await one.login(of, `203.0.113.${at}`, WRONG)).reason);
        await waitLonger();
      }
      return answers;
    };
    expect(await answersFor('nobody@gatehouse.test')).toEqual(await answersFor(email));
  });

  it('guesses no faster with a stolen access token', async () => {
    const { email, accessToken } = await auth.signedIn();
    const reasons: string[] = [];
    for (let failure = 0; failure <= signInPolicy.pair.free; failure++) {
      const change = auth.changePassword(WRONG, 'a new password for nobody', accessToken);
      reasons.push(
        await change.then(
          () => 'OK',
          (error: { reason: string }) => error.reason,
        ),
      );
      await waitLonger();
    }
    expect(new Set(reasons.slice(0, -1))).toEqual(new Set(['CREDENTIALS_INVALID']));
    expect(reasons.at(-1)).toBe('TOO_MANY_ATTEMPTS');
    expect((await one.login(email, '127.0.0.1')).reason).toBe('TOO_MANY_ATTEMPTS');
  });

  it('takes a /64 of IPv6 for one address', async () => {
    const email = await atHome();
    for (let at = 0; at < signInPolicy.pair.free; at++) await one.login(email, `2001:db8:1:2::${at}`, WRONG);
    await waitLonger();
    expect((await one.login(email, '2001:db8:1:2:ffff::1')).reason).toBe('TOO_MANY_ATTEMPTS');
    expect((await one.login(email, '2001:db8:1:3::1')).reason).toBe('OK');
  });

  it('keeps its counts over a restart, and no email or password in them', async () => {
    const email = await atHome();
    for (let failure = 0; failure < signInPolicy.pair.free; failure++) await one.login(email, HOME, WRONG);
    await counted('sign-in pair wait', 2);
    await auth.database.sql`update rate_limit set expire = expire + 60000`;
    const third = await startAuth(readAuthSettings(auth.environment), silentLog);
    const calls = callsFrom(third.port);
    expect((await calls.login(email, HOME)).reason).toBe('TOO_MANY_ATTEMPTS');
    calls.close();
    await third.stop();
    const rows = await auth.database.sql`select key from rate_limit union all select key from known_address`;
    expect(rows.length).toBeGreaterThan(3);
    expect(JSON.stringify(rows)).not.toContain(email.split('@')[0]);
  });
});
