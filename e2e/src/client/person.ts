import { randomUUID } from 'node:crypto';
import { eventually } from '@gatehouse/testing';
import { PATIENCE_MS } from './patience.js';
import { succeeded, type RestClient } from './rest-client.js';

/** Someone with an account, signed in. */
export interface Person {
  /** The `sub` of their access tokens. */
  readonly subject: string;
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** What the REST face answers to a login. */
export interface TokenSetBody {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly expiresIn: number;
  readonly refreshToken: string;
  readonly scope: string;
}

interface AccountBody {
  readonly id: string;
}

/** Signs in over REST. @throws Error when refused */
export async function login(rest: RestClient, email: string, password: string): Promise<TokenSetBody> {
  return succeeded(await rest.as(undefined).post<TokenSetBody>('/v1/auth/login', { email, password }));
}

/** Registers someone new over REST and signs them in. Their profile may not have arrived yet. */
export async function newPerson(rest: RestClient, displayName: string): Promise<Person> {
  const email = `${randomUUID()}@example.com`;
  const password = `long enough ${randomUUID()}`;
  const anyone = rest.as(undefined);
  const account = await anyone.post<AccountBody>('/v1/accounts', { email, password, displayName });
  const { id: subject } = succeeded(account);
  return signedIn(rest, { subject, email, password, displayName });
}

/** The same person after a new login: their access token has the scope of their roles as they are now. */
export async function signedIn(
  rest: RestClient,
  { subject, email, password, displayName }: Omit<Person, 'accessToken' | 'refreshToken'>,
): Promise<Person> {
  const { accessToken, refreshToken } = await login(rest, email, password);
  return { subject, email, password, displayName, accessToken, refreshToken };
}

/** Has an admin grant a role and signs the person in again. */
export async function withRole(
  rest: RestClient,
  admin: { readonly accessToken: string },
  person: Person,
  role: string,
): Promise<Person> {
  const path = `/v1/accounts/${person.subject}/roles:grant`;
  succeeded(await rest.as(admin.accessToken).post(path, { role }));
  return signedIn(rest, person);
}

/** Waits until the directory has someone's profile: it follows the account through the outbox. */
export async function profileOf(
  rest: RestClient,
  { accessToken }: Pick<Person, 'accessToken'>,
): Promise<ProfileBody> {
  return eventually(
    async () => succeeded(await rest.as(accessToken).get<ProfileBody>('/v1/users/me')),
    PATIENCE_MS,
  );
}

export interface ProfileBody {
  readonly id: string;
  readonly displayName: string;
  readonly email: string;
  readonly etag: string;
}
