import type { FileRegistry } from '@bufbuild/protobuf';
import { readAccessTable, type MethodRule } from '@gatehouse/access';
import { compileRoutes } from '@gatehouse/transcoding';

/** The columns of `npm run contract`. */
export const COLUMNS = ['RPC', 'route', 'permission', 'callers', 'revocation', 'audited'] as const;

/** One line for each binding of each method; a method without a route has one line. */
export type ContractRow = Readonly<Record<(typeof COLUMNS)[number], string>>;

/**
 * Lists what the contract says of every method.
 *
 * @throws ContractFault, ContractError when the contract could not be served
 */
export function contractTable(registry: FileRegistry): ContractRow[] {
  const { rules } = readAccessTable(registry);
  const { routes } = compileRoutes(registry, {
    services: ({ typeName }) => typeName.startsWith('gatehouse.'),
  });
  return [...rules.values()].flatMap((rule) => {
    const own = routes.filter(({ grpcPath }) => grpcPath === rule.path);
    const shown = own.map(({ method, template }) => `${method} ${template.text}`);
    return (shown.length > 0 ? shown : ['(gRPC only)']).map((route) => rowOf(rule, route));
  });
}

function rowOf(rule: MethodRule, route: string): ContractRow {
  const { parent, name } = rule.method;
  const shared = { RPC: `${parent.name}.${name}`, route, audited: rule.audited ? 'yes' : '' };
  if (rule.access === 'public') return { ...shared, permission: 'public', callers: 'anyone', revocation: '' };
  return {
    ...shared,
    permission: rule.permission ?? 'any principal',
    callers: [...rule.callers].join(', '),
    revocation: rule.revocation,
  };
}

/** Sets rows under their headings, in columns. */
export function printTable(rows: readonly ContractRow[]): string {
  const lines = [COLUMNS.map(String), ...rows.map((row) => COLUMNS.map((column) => row[column]))];
  const widths = COLUMNS.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
