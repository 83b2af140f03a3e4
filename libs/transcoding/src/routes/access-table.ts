import type { DescMethod } from '@bufbuild/protobuf';
import type { Route, RouteTable } from './route.js';

/** What access a method asks for, as the caller's contract says it. */
export interface AccessRule {
  /** Anyone may call it, without a credential. */
  readonly public: boolean;
  /** The scopes that are needed, all of them. */
  readonly scopes: readonly string[];
  /** The security schemes that each suffice, of those that the document has; all of them unless given. */
  readonly schemes?: readonly string[];
}

/** Reads the access rule of a method from whatever option the contract has for it; undefined for none. */
export type AccessOf<Rule extends AccessRule = AccessRule> = (rpc: DescMethod) => Rule | undefined;

/** One RPC with its routes and its access rule. */
export interface AccessRow<Rule extends AccessRule = AccessRule> {
  readonly rpc: string;
  /** `GET /v1/resources/{id}`; empty for an RPC that only gRPC reaches. */
  readonly routes: readonly string[];
  readonly access: Rule | undefined;
}

/** Every RPC of the services that have routes, in the order of the descriptor set, those without a route included. */
export function accessTable<Rule extends AccessRule>(
  table: RouteTable,
  accessOf: AccessOf<Rule>,
): AccessRow<Rule>[] {
  const services = new Set(table.routes.map((route) => route.rpc.parent));
  return [...services].flatMap((service) =>
    service.methods.map((rpc) => ({
      rpc: `${service.typeName}.${rpc.name}`,
      routes: table.routes.filter((route) => route.rpc === rpc).map(routeLabel),
      access: accessOf(rpc),
    })),
  );
}

function routeLabel(route: Route): string {
  return `${route.method} ${route.template.text}`;
}
