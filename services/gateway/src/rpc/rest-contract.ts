import type { FileRegistry } from '@bufbuild/protobuf';
import { ContractFault, readAccessTable, type MethodRule } from '@gatehouse/access';
import { compileRoutes, ContractError, type RouteTable } from '@gatehouse/transcoding';

/** What the gateway derives from the contract at boot; everything it does per request comes from here. */
export interface RestContract {
  readonly table: RouteTable;
  /** The access rules, by gRPC path. */
  readonly rules: ReadonlyMap<string, MethodRule>;
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
 *   are wrong or ambiguous, a route to a method that no backend has or whose stream goes both ways
 */
export function readRestContract(registry: FileRegistry): RestContract {
  const faults: string[] = [];
  const rules = collect(faults, () => readAccessTable(registry).rules);
  const table = collect(faults, () =>
    compileRoutes(registry, { services: ({ typeName }) => typeName.startsWith('gatehouse.') }),
  );
  for (const { rpc, rpcName } of table?.routes ?? []) {
    const { package: owner } = rpc.parent.file.proto;
    if (!BACKEND_PACKAGES.includes(owner))
      faults.push(`${rpcName} has a route, but no backend serves ${owner}`);
  }
  if (faults.length > 0 || !rules || !table) throw new ContractFault(faults);
  return { table, rules };
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
