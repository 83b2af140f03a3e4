import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, startSystem, type Ports, type StartHooks, type System } from '@gatehouse/tools/start';
import { decodePayload } from '../client/access-token.js';
import { listKey } from './list-key.js';
import { makeListedKey } from './listed-key.js';
import { signInDemo, type SystemFacts } from './system-facts.js';

/** What calls are made of where that is not the default: `E2E_UPSTREAM=grpc-js E2E_SERVER=grpc-js npm run e2e`. */
const { E2E_UPSTREAM, E2E_SERVER } = process.env;
const UPSTREAM: Record<string, string> = E2E_UPSTREAM ? { UPSTREAM: E2E_UPSTREAM } : {};
const SERVER: Record<string, string> = E2E_SERVER ? { GRPC_SERVER: E2E_SERVER } : {};

/** A running system of one's own, to break on purpose. */
export interface OwnSystem extends SystemFacts, AsyncDisposable {
  readonly system: System;
  /** Where auth keeps what it knows; for looking, not for changing. */
  readonly authDatabaseUrl: string;
  /** The same as the owner of its tables, who may do what no service may. */
  readonly authOwnerUrl: string;
}

/** How one's own system differs from what `npm start` starts. */
export interface OwnSystemOptions {
  /** Settings that differ, by service, once the ports are known. */
  readonly settings?: (ports: Ports) => Promise<NonNullable<StartHooks['settings']>>;
  /** Whether fakes play Google and GitHub. */
  readonly social?: boolean;
}

/**
 * Starts the whole system as `npm start` does: real processes on free ports, their own PostgreSQL in a temporary
 * folder, the demo accounts. Disposing of it ends all of that and deletes the folder.
 *
 * @throws StartFault with the sentence that `npm start` would print
 */
export async function startOwnSystem({
  settings,
  social = false,
}: OwnSystemOptions = {}): Promise<OwnSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-e2e-'));
  // PostgreSQL may run as another user than we do, and mkdtemp's folders are private.
  await chmod(folder, 0o755);
  const data = join(folder, 'data');
  const secret = async (name: string) => (await readFile(join(data, 'secrets', name), 'utf8')).trim();
  const key = makeListedKey();
  try {
    const ports = await freePorts();
    const options = { folder: data, fresh: false, social, databaseUrl: undefined, ports };
    const own = await settings?.(ports);
    const running = await startSystem(options, {
      settings: {
        // Hundreds of people register within minutes here, all of them at one address.
        auth: { LIMIT_SCALE: 1_000, ...SERVER, ...own?.auth },
        users: { ...SERVER, ...own?.users },
        resources: { ...SERVER, ...own?.resources },
        gateway: { ...UPSTREAM, ...own?.gateway },
      },
      beforeServices: async () => listKey(await secret('auth-database-url'), key),
    });
    const { url, accounts, system, logFolder, mailFolder } = running;
    const addresses = { gateway: url, ...running.addresses };
    const { accessToken } = await signInDemo({ accounts, addresses }, 'admin');
    const { iss, aud } = decodePayload(accessToken);
    return {
      addresses,
      accounts,
      issuer: String(iss),
      apiAudience: String(aud),
      production: false,
      clientAddress: '127.0.0.1',
      key,
      usersClientSecret: await secret('users-client-secret'),
      logFolder,
      mailFolder,
      system,
      authDatabaseUrl: await secret('auth-database-url'),
      authOwnerUrl: ownerUrl(await secret('auth-database-url'), await secret('auth-database-owner-password')),
      [Symbol.asyncDispose]: async () => {
        await system.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function ownerUrl(databaseUrl: string, password: string): string {
  const url = new URL(databaseUrl);
  return Object.assign(url, { username: `${url.username}_owner`, password }).href;
}

/** What crosses to other processes. */
export function factsOf(own: OwnSystem): SystemFacts {
  const { addresses, accounts, issuer, apiAudience, production, clientAddress } = own;
  const { key, usersClientSecret, logFolder, mailFolder } = own;
  return {
    ...{ addresses, accounts, issuer, apiAudience, production, clientAddress },
    ...{ key, usersClientSecret, logFolder, mailFolder },
  };
}
