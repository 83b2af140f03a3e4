import {
  createFileRegistry,
  fromBinary,
  type DescMethod,
  type DescService,
  type FileRegistry,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { DEFAULT_PRINT, type PrintOptions } from '../json/print-options.js';
import { compileRoute } from './compile-route.js';
import { ContractError, type ContractFault, type TolerableFault } from './contract-fault.js';
import { HTTP_EXTENSION, readHttpRule, type HttpRule } from './http-rule.js';
import type { Route, RouteOptions, RouteTable } from './route.js';
import { erasedShape } from './template.js';

/** How a descriptor set becomes a route table. Everything is optional and strict by default. */
export interface CompileOptions {
  /** Which services to serve; all of the descriptor set by default. */
  readonly services?: (service: DescService) => boolean;
  /** The leniencies of the routes of an RPC; none by default. */
  readonly routeOptions?: (rpc: DescMethod) => RouteOptions;
  /** Faults to accept, by name. */
  readonly tolerate?: readonly TolerableFault[];
  /** How replies are printed. */
  readonly print?: Partial<PrintOptions>;
  /** `POST /package.Service/Method` with body `*` for unary RPCs that have no rule. Default false. */
  readonly defaultBindings?: boolean;
  /**
   * A last path segment with a colon matches only a template with that verb, never a wildcard without one.
   * Default false: an id may hold a colon.
   */
  readonly strictVerbs?: boolean;
}

/** A registry from the bytes of a google.protobuf.FileDescriptorSet (`buf build`, `protoc --include_imports`). */
export function registryFromDescriptorSet(bytes: Uint8Array): FileRegistry {
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
}

/**
 * Every HTTP binding of a descriptor set, checked. The set must hold google/api/annotations.proto, which it
 * does when imports are included.
 *
 * @throws ContractError naming every fault: templates that do not parse, unknown fields, AIP-127 faults, and
 * routes that match the same paths (same method, same shape once variable names are erased, same verb).
 */
export function compileRoutes(registry: FileRegistry, options: CompileOptions = {}): RouteTable {
  const faults: ContractFault[] = [];
  const routes: Route[] = [];
  const tolerated = new Set<string>(options.tolerate ?? []);
  if (registry.getExtension(HTTP_EXTENSION) === undefined) {
    faults.push({
      reason: 'ANNOTATIONS_MISSING',
      rpcs: [],
      message: 'the descriptor set does not hold google/api/annotations.proto',
    });
  }
  for (const rpc of rpcsOf(registry, options.services)) {
    const report = (reason: ContractFault['reason'], message: string): void => {
      if (!tolerated.has(reason)) faults.push({ reason, rpcs: [rpcName(rpc)], message });
    };
    const rule = readHttpRule(registry, rpc) ?? (options.defaultBindings ? defaultRule(rpc) : undefined);
    if (rule === undefined) continue;
    if (rpc.methodKind === 'bidi_streaming')
      report('BIDI_STREAMING', 'bidirectional streams have no HTTP form');
    if (rule.nested) report('ADDITIONAL_BINDINGS_NESTED', 'additional bindings nest one level only');
    if (new Set(rule.bindings.map((binding) => binding.body)).size > 1) {
      report('BODY_DISAGREES', 'the bindings of one RPC must agree on the body');
    }
    rule.bindings.forEach((binding, index) => {
      const route = compileRoute(rpc, binding, index, options.routeOptions?.(rpc) ?? {}, report);
      if (route !== undefined) routes.push(route);
    });
  }
  faults.push(...ambiguities(routes));
  if (faults.length > 0) throw new ContractError(faults);
  return {
    registry,
    routes,
    print: { ...DEFAULT_PRINT, ...options.print },
    strictVerbs: options.strictVerbs ?? false,
  };
}

function* rpcsOf(registry: FileRegistry, wanted: CompileOptions['services']): Generator<DescMethod> {
  for (const file of registry.files) {
    for (const service of file.services) {
      if (wanted === undefined || wanted(service)) yield* service.methods;
    }
  }
}

function rpcName(rpc: DescMethod): string {
  return `${rpc.parent.typeName}.${rpc.name}`;
}

function defaultRule(rpc: DescMethod): HttpRule | undefined {
  if (rpc.methodKind !== 'unary') return undefined;
  const path = `/${rpc.parent.typeName}/${rpc.name}`;
  return { bindings: [{ method: 'POST', path, body: '*', responseBody: '' }], nested: false };
}

/** Routes of one method that would match the same paths with the same precedence. */
function ambiguities(routes: readonly Route[]): ContractFault[] {
  const first = new Map<string, Route>();
  const faults: ContractFault[] = [];
  for (const route of routes) {
    const key = `${route.method} ${erasedShape(route.template)}`;
    const other = first.get(key);
    if (other === undefined) first.set(key, route);
    else {
      faults.push({
        reason: 'ROUTE_AMBIGUOUS',
        rpcs: [other.rpcName, route.rpcName],
        message: `${other.template.text} and ${route.template.text} both match ${key}`,
      });
    }
  }
  return faults;
}
