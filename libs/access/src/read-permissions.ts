import { getExtension, hasExtension, toBinary, type DescFile, type FileRegistry } from '@bufbuild/protobuf';
import { Permission } from '@gatehouse/contracts/access';

/**
 * Reads the permissions that the contract's files declare.
 *
 * @returns by name; a name declared twice is listed in `faults`
 */
export function readPermissions(registry: FileRegistry): {
  permissions: ReadonlyMap<string, Permission>;
  faults: string[];
} {
  const permissions = new Map<string, Permission>();
  const faults: string[] = [];
  for (const file of registry.files) {
    for (const permission of declaredIn(registry, file)) {
      if (permissions.has(permission.name)) faults.push(`permission ${permission.name} is declared twice`);
      if (!/^[a-z]+:[a-z]+$/.test(permission.name))
        faults.push(`permission "${permission.name}" is no scope word`);
      permissions.set(permission.name, permission);
    }
  }
  return { permissions, faults };
}

function declaredIn(registry: FileRegistry, file: DescFile): Permission[] {
  const extension = registry.getExtension('gatehouse.access.v1.permissions');
  const schema = extension?.message;
  const options = file.proto.options;
  if (!schema || !options || !hasExtension(options, extension)) return [];
  const declared = getExtension(options, extension) as Parameters<typeof toBinary>[1][];
  return declared.map((message) => Permission.decode(toBinary(schema, message)));
}
