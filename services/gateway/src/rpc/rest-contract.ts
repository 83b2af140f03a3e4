import type { FileRegistry } from '@bufbuild/protobuf';
import { ContractFault, readAccessTable, type AccessTable, type MethodRule } from '@gatehouse/access';
import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import { compileRoutes, ContractError, type Route, type RouteTable } from '@gatehouse/transcoding';
import { readSessionCookies, type SessionCookieField } from '../credential/session-cookie-field.js';

/** What the gateway derives from the contract at boot; everything it does per request comes from here. */
export interface RestContract {
  readonly table: RouteTable;
  /** The access rules, by gRPC path. */
  readonly rules: ReadonlyMap<string, MethodRule>;
  /** The permissions, by name, with the words that people are asked with. */
  readonly permissions: AccessTable['permissions'];
  /** How replies set the session cookie, by gRPC path. */
  readonly cookies: ReadonlyMap<string, SessionCookieField>;
}

/** The packages that have a backend. */
export type BackendPackage = 'gatehouse.auth.v1' | 'gatehouse.users.v1' | 'gatehouse.resources.v1';

const BACKEND_PACKAGES: readonly string[] = [
  'gatehouse.auth.v1',
  'gatehouse.users.v1',
  'gatehouse.resources.v1',
] satisfies BackendPackage[];

/**
 * Reads routes and rules of a contract and checks that they can be served together.
 *
 * @throws ContractFault listing every fault: a method without a rule or with an unknown permission, templates that
 *   are wrong or ambiguous, a route to a method that no backend has or whose stream goes both ways, a GET that may
 *   change something, a reply that would show the secret of a session
 */
export function readRestContract(registry: FileRegistry): RestContract {
  const faults: string[] = [];
  const access = collect(faults, () => readAccessTable(registry));
  const table = collect(faults, () =>
    compileRoutes(registry, { services: ({ typeName }) => typeName.startsWith('gatehouse.') }),
  );
  for (const route of table?.routes ?? []) faults.push(...routeFaults(route));
  const { cookies, faults: cookieFaults } = readSessionCookies(registry, table?.routes ?? []);
  faults.push(...cookieFaults);
  if (faults.length > 0 || !access || !table) throw new ContractFault(faults);
  return { table, ...access, cookies };
}

function routeFaults({ rpc, rpcName, method }: Route): string[] {
  const { package: owner } = rpc.parent.file.proto;
  const faults: string[] = [];
  if (!BACKEND_PACKAGES.includes(owner))
    faults.push(`${rpcName} has a route, but no backend serves ${owner}`);
  // What a link or an image can have a browser send.
  if (method === 'GET' && rpc.idempotency !== MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS)
    faults.push(`${rpcName} has a GET route, but no idempotency_level NO_SIDE_EFFECTS`);
  return faults;
}

/** Runs a reader; what it finds at fault joins the list. */
function collect<T>(faults: string[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ContractFault) faults.push(...error.faults);
    else if (error instanceof ContractError) {
      faults.push(
        ...error.faults.map(({ reason, rpcs, message }) => `${rpcs.join(' and ')}: ${message} (${reason})`),
      );
    } else throw error;
    return undefined;
  }
}
