import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { runningAuth, type RunningAuth } from '../spec/running-auth.js';
import { callsFrom, TRUSTING, type CallsFrom, type Outcome } from '../spec/sign-in-from.js';

const WRONG = 'not the password of anybody';
const PAIRS = 80;
/** What a caller could not tell from the noise of a network, in milliseconds. */
const TELLING_MS = 5;
/** Rounds until one is quiet enough: noise can hide that two are alike, it cannot make them alike each time. */
const ROUNDS = 4;

describe('an account that does not exist', () => {
  let auth: RunningAuth;
  let calls: CallsFrom;
  let email: string;

  beforeAll(async () => {
    auth = await runningAuth({ ...TRUSTING, GATEHOUSE_LIMIT_SCALE: '1000' });
    calls = callsFrom(auth.service.port);
    ({ email } = await auth.signedIn());
  });
  afterAll(async () => {
    calls.close();
    await auth.close();
  });

  async function timed(of: string): Promise<{ ms: number; outcome: Outcome }> {
    const start = performance.now();
    const outcome = await calls.login(of, '192.0.2.1', WRONG);
    return { ms: performance.now() - start, outcome };
  }

  /** By how much a wrong password for a known account takes longer: the median of neighbours, in milliseconds. */
  async function differenceMs(): Promise<number> {
    const differences: number[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      const unknown = `${randomUUID()}@gatehouse.test`;
      // Whoever comes second may find things warm.
      const [first, second] = pair % 2 === 0 ? [email, unknown] : [unknown, email];
      const [a, b] = [await timed(first), await timed(second)];
      differences.push(pair % 2 === 0 ? a.ms - b.ms : b.ms - a.ms);
    }
    return median(differences);
  }

  it('gets the answer of a wrong password, to the byte', async () => {
    const bytesOf = async (of: string) => {
      const { error } = (await timed(of)).outcome;
      const { code, reason, domain, message, metadata, violations, retryAfterMs } = error!;
      return JSON.stringify({ code, reason, domain, message, metadata, violations, retryAfterMs });
    };
    const known = await bytesOf(email);
    expect(known).toContain('CREDENTIALS_INVALID');
    expect(await bytesOf(`${randomUUID()}@gatehouse.test`)).toBe(known);
  });

  it('takes as long as a wrong password', async () => {
    let difference = Infinity;
    for (let round = 0; round < ROUNDS && Math.abs(difference) >= TELLING_MS; round++) {
      difference = await differenceMs();
    }
    expect(Math.abs(difference)).toBeLessThan(TELLING_MS);
  });

  it('would be told by its time, were its password not hashed as well', async () => {
    const { passwords } = auth.context;
    const verify = passwords.verify.bind(passwords);
    const careless = jest.spyOn(passwords, 'verify').mockImplementation((stored, ...rest) => {
      if (stored !== undefined) return verify(stored, ...rest);
      return Promise.resolve({ matches: false, outdated: false });
    });
    try {
      expect(await differenceMs()).toBeGreaterThan(TELLING_MS);
    } finally {
      careless.mockRestore();
    }
  });
});

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
