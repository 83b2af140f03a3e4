import { randomUUID } from 'node:crypto';
import { makeApiKey } from '../../client/api-key.js';
import { newPerson, profileOf, withRole } from '../../client/person.js';
import { RestClient, type ShownCredential } from '../../client/rest-client.js';
import { signInDemo, type SystemFacts } from '../../system/system-facts.js';
import type { Account } from './user-of-load.js';

/** How many sign up at once: each costs the hash of a password twice. */
const AT_ONCE = 2;

/**
 * Makes people who may write resources.
 *
 * @param uses what each of them will show, in turn
 * @throws Error when refused
 */
export async function signUp(
  facts: Pick<SystemFacts, 'accounts' | 'addresses'>,
  count: number,
  uses: readonly ShownCredential['kind'][],
): Promise<readonly Account[]> {
  const rest = new RestClient(facts.addresses.gateway);
  const admin = await signInDemo(facts, 'admin');
  const accounts: Account[] = [];
  let next = 0;
  const one = async () => {
    for (let index = next++; index < count; index = next++) {
      const kind = uses[index % uses.length] ?? 'access token';
      accounts[index] = await signUpOne(rest, admin, kind);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return accounts;
}

async function signUpOne(
  rest: RestClient,
  admin: { readonly accessToken: string },
  uses: ShownCredential['kind'],
): Promise<Account> {
  const person = await withRole(rest, admin, await newPerson(rest, `Load ${randomUUID()}`), 'editor');
  await profileOf(rest, person);
  const { subject, email, password, accessToken } = person;
  if (uses !== 'api key') return { subject, email, password, uses };
  const permissions = ['resources:read', 'resources:write'];
  const { secret } = await makeApiKey(rest.as(accessToken), { permissions });
  return { subject, email, password, uses, apiKey: secret };
}
