import { quantile } from '@gatehouse/report';
import type { Person } from '../../client/person.js';
import { RestClient } from '../../client/rest-client.js';
import type { SystemFacts } from '../../system/system-facts.js';
import { latencies, openLoad } from '../load/open-load.js';

/** What became of logins while auth was away. */
export interface Logins {
  readonly attempted: number;
  /** Answers that were not 503 with UNAVAILABLE. */
  readonly otherAnswers: number;
  /** How long the answers took from when the login was due, in milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly slowestMs: number;
}

/** Signs somebody in at each gateway in turn, at a fixed rate whatever becomes of it. */
export async function attemptLogins(
  { addresses }: Pick<SystemFacts, 'addresses'>,
  { email, password }: Pick<Person, 'email' | 'password'>,
  perSecond: number,
  forMs: number,
): Promise<Logins> {
  const gateways = addresses.gateways.map((url) => new RestClient(url));
  const send = async (index: number) => {
    const gateway = gateways[index % gateways.length] as RestClient;
    const { status, body } = await gateway.post('/v1/auth/login', { email, password });
    return status === 503 && body['code'] === 'UNAVAILABLE';
  };
  const sent = await openLoad({ perSecond, forMs, send });
  const took = latencies(sent);
  return {
    attempted: sent.length,
    otherAnswers: sent.filter(({ outcome }) => !outcome).length,
    p50Ms: quantile(took, 0.5),
    p99Ms: quantile(took, 0.99),
    slowestMs: Math.max(...took),
  };
}
