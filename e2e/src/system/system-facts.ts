import type { TlsFiles } from '@gatehouse/grpc/client';
import type { DemoAccount } from '@gatehouse/tools/start';
import { login } from '../client/person.js';
import { RestClient } from '../client/rest-client.js';
import type { ListedKey, Minting } from './listed-key.js';

/** Where the faces of a running system are. */
export interface Addresses {
  /** The base URL of the first gateway, and of each replica. */
  readonly gateway: string;
  readonly gateways: readonly string[];
  /** `host:port` of each service's gRPC face, replica by replica. */
  readonly auth: readonly string[];
  readonly users: readonly string[];
  readonly resources: readonly string[];
  /** The base URL of every replica's health port. */
  readonly health: readonly string[];
  /** The fakes that play Google and GitHub, where there are any. */
  readonly providers: readonly string[];
  /** The gateway's certificate, which every service admits; without it the gRPC faces are called in the clear. */
  readonly tls?: TlsFiles;
}

/** What a spec knows of a running system; plain data, so that it crosses processes. */
export interface SystemFacts extends Minting {
  readonly addresses: Addresses;
  readonly accounts: readonly DemoAccount[];
  readonly apiAudience: string;
  /** Whether its services run as in production, as those of the images do. */
  readonly production: boolean;
  /** The address that calls of the specs come from, as the gateways see it. */
  readonly clientAddress: string;
  /** A key of the specs' own in the issuer's key set. */
  readonly key: ListedKey;
  /** What the service `users` proves itself to auth with. */
  readonly usersClientSecret: string;
  /** What every process has logged, one file each. */
  readonly logFolder: string;
  /** Where auth writes the mails that it would send. */
  readonly mailFolder: string;
}

/** Signs the demo account in that holds a role. */
export async function signInDemo(
  { accounts, addresses }: Pick<SystemFacts, 'accounts' | 'addresses'>,
  role: 'user' | 'editor' | 'admin',
): Promise<{ readonly accessToken: string; readonly refreshToken: string }> {
  const account = accounts.find(({ roles }) => roles.at(-1) === role);
  if (!account) throw new Error(`no demo account is ${role}`);
  return login(new RestClient(addresses.gateway), account.email, account.password);
}
