import type { DescService, FileRegistry } from '@bufbuild/protobuf';
import type { Permission } from '@gatehouse/contracts/access';
import { ContractFault } from './contract-fault.js';
import type { MethodRule } from './method-rule.js';
import { readPermissions } from './read-permissions.js';
import { readRule } from './read-rule.js';

/** Every rule and permission of a contract. */
export interface AccessTable {
  /** The rules, by gRPC path, in the contract's order. */
  readonly rules: ReadonlyMap<string, MethodRule>;
  /** The permissions, by name, with the words that screens show. */
  readonly permissions: ReadonlyMap<string, Permission>;
}

/**
 * Reads the access table of a contract.
 *
 * @param registry the contract, with its options
 * @param services full names of the services to read; all of package
 *   `gatehouse` unless given
 * @throws ContractFault when a method has no rule, or a rule makes no sense or
 *   names an unknown permission; it lists all of them
 */
export function readAccessTable(registry: FileRegistry, services?: readonly string[]): AccessTable {
  const { permissions, faults } = readPermissions(registry);
  const known = new Set(permissions.keys());
  const rules = new Map<string, MethodRule>();
  for (const service of chosen(registry, services, faults)) {
    for (const method of service.methods) {
      const rule = readRule(registry, method, known);
      if (Array.isArray(rule)) faults.push(...rule);
      else rules.set(rule.path, rule);
    }
  }
  if (faults.length > 0) throw new ContractFault(faults);
  return { rules, permissions };
}

function chosen(
  registry: FileRegistry,
  names: readonly string[] | undefined,
  faults: string[],
): DescService[] {
  if (!names) {
    const files = [...registry.files].filter((file) => file.proto.package.startsWith('gatehouse.'));
    return files.flatMap((file) => file.services);
  }
  return names.flatMap((name) => {
    const service = registry.getService(name);
    if (!service) faults.push(`service ${name} is not in the contract`);
    return service ?? [];
  });
}
