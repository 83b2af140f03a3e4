import { eventually } from '@gatehouse/testing';
import { PATIENCE_MS } from '../../client/patience.js';
import { login, newPerson } from '../../client/person.js';
import { RestClient } from '../../client/rest-client.js';
import type { OwnSystem } from '../../system/own-system.js';
import { attemptLogins, type Logins } from './attempt-logins.js';

/** What an auth has shown that takes connections and answers nothing. */
export interface IssuerSilentResult {
  /** Of those who are the first to find it silent, and of those who come once it is known. */
  readonly logins: Logins;
  /** When a login worked again, after auth went on, in milliseconds. */
  readonly backMs: number;
}

const REPLICAS = ['auth', 'auth2'] as const;

/** Halts every replica of auth (SIGSTOP): its connections stay, and nobody is told. */
export async function runIssuerSilent(
  own: OwnSystem,
  { silentMs, loginsPerSecond }: { readonly silentMs: number; readonly loginsPerSecond: number },
): Promise<IssuerSilentResult> {
  const rest = new RestClient(own.addresses.gateway);
  const person = await newPerson(rest, 'Silence');
  const pids = REPLICAS.map((replica) => own.system.pidOf(replica));
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => pids.forEach((pid) => process.kill(pid, name));
  signal('SIGSTOP');
  const logins = await attemptLogins(own, person, loginsPerSecond, silentMs).finally(() => signal('SIGCONT'));
  const from = performance.now();
  await eventually(() => login(rest, person.email, person.password), PATIENCE_MS);
  return { logins, backMs: performance.now() - from };
}
