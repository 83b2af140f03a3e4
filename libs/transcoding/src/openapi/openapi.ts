import type { DescService } from '@bufbuild/protobuf';
import { createCodec } from '../json/codec.js';
import { ContractError, type ContractFault } from '../routes/contract-fault.js';
import type { Route, RouteTable, RouteVariable } from '../routes/route.js';
import { erasedShape } from '../routes/template.js';
import { commentOf } from './comments.js';
import type { JsonObject, OpenApiOptions } from './openapi-options.js';
import { openApiPath, type OpenApiPath } from './openapi-path.js';
import { operation } from './operation.js';
import { PROBLEM_SCHEMA } from './responses.js';
import { Schemas } from './schemas.js';

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH', 'TRACE'];
/** What `custom: "*"` is documented as. */
const EVERY_METHOD = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH'];

/**
 * The OpenAPI 3.1 document of a route table, as JSON text. Every route is in it; the same table gives the same
 * bytes. An HTTP method that OpenAPI does not know stands under `x-` and its name.
 *
 * @throws ContractError OPENAPI_PATH_AMBIGUOUS where two routes have one path and method in OpenAPI, which
 * cannot tell `*` from `**`
 */
export function openApi(table: RouteTable, options: OpenApiOptions): string {
  const schemas = new Schemas(table.registry, table.print, options.constraintsOf);
  const context = { schemas, codec: createCodec(table.registry, table.print), options };
  const items = pathItems(table, schemas);
  const paths: Record<string, JsonObject> = {};
  for (const [path, item] of [...items].sort(([a], [b]) => (a < b ? -1 : 1))) {
    paths[path] = Object.fromEntries(
      item.operations.map(({ key, route, id }) => [key, operation(route, item.pathOf(route), id, context)]),
    );
  }
  const document = {
    openapi: '3.1.0',
    info: options.info,
    ...(options.servers === undefined ? {} : { servers: options.servers }),
    tags: tagsOf(table),
    paths,
    components: {
      schemas: { Problem: PROBLEM_SCHEMA, ...schemas.all },
      ...(options.securitySchemes === undefined ? {} : { securitySchemes: options.securitySchemes }),
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

interface PathItem {
  readonly operations: { readonly key: string; readonly route: Route; readonly id: string }[];
  readonly pathOf: (route: Route) => OpenApiPath;
}

/**
 * Groups the routes by their path. Paths that differ only in the names of their parameters are one path in
 * OpenAPI (3.1.0, "Templated paths with the same hierarchy but different templated names MUST NOT exist"), so
 * the names of the first are used for all.
 */
function pathItems(table: RouteTable, schemas: Schemas): Map<string, PathItem> {
  const nameOf = (variable: RouteVariable): string =>
    variable.fields.map((field) => schemas.name(field)).join('.');
  const pathByShape = new Map<string, OpenApiPath>();
  const items = new Map<string, PathItem>();
  const faults: ContractFault[] = [];
  for (const route of table.routes) {
    const own = openApiPath(route, nameOf);
    const shape = own.path.replace(/\{[^}]*\}/g, '{}');
    const first = pathByShape.get(shape) ?? own;
    pathByShape.set(shape, first);
    const item = items.get(first.path) ?? {
      operations: [],
      pathOf: (other) => renamed(openApiPath(other, nameOf), first),
    };
    items.set(first.path, item);
    for (const method of documentedMethods(route, table)) {
      const key = METHODS.includes(method) ? method.toLowerCase() : `x-${method.toLowerCase()}`;
      const clash = item.operations.find((other) => other.key === key);
      if (clash === undefined) item.operations.push({ key, route, id: operationId(route, table, method) });
      else faults.push(ambiguous(clash.route, route, `${method} ${first.path}`));
    }
  }
  if (faults.length > 0) throw new ContractError(faults);
  for (const item of items.values()) item.operations.sort((a, b) => rank(a.key) - rank(b.key));
  return items;
}

function renamed(path: OpenApiPath, first: OpenApiPath): OpenApiPath {
  const parameters = path.parameters.map((parameter, index) => ({
    ...parameter,
    name: first.parameters[index]?.name ?? parameter.name,
  }));
  return { path: first.path, parameters };
}

/** `*` stands for every method that no route of its own has. */
function documentedMethods(route: Route, table: RouteTable): string[] {
  if (route.method !== '*') return [route.method];
  const shape = erasedShape(route.template);
  const own = table.routes
    .filter((other) => erasedShape(other.template) === shape)
    .map((other) => other.method);
  return EVERY_METHOD.filter((method) => !own.includes(method));
}

function operationId(route: Route, table: RouteTable, method: string): string {
  const { name } = route.rpc.parent;
  const shared = table.routes.some(
    (other) => other.rpc.parent !== route.rpc.parent && other.rpc.parent.name === name,
  );
  const service = shared ? route.rpc.parent.typeName.replaceAll('.', '_') : name;
  const suffix = route.binding === 0 ? '' : `_${route.binding}`;
  return `${service}_${route.rpc.name}${suffix}${route.method === '*' ? `_${method.toLowerCase()}` : ''}`;
}

function tagsOf(table: RouteTable): JsonObject[] {
  const services = [...new Set<DescService>(table.routes.map((route) => route.rpc.parent))];
  return services.map((service) => {
    const comment = commentOf(service);
    return { name: service.typeName, ...(comment === undefined ? {} : { description: comment }) };
  });
}

function ambiguous(one: Route, other: Route, where: string): ContractFault {
  return {
    reason: 'OPENAPI_PATH_AMBIGUOUS',
    rpcs: [one.rpcName, other.rpcName],
    message: `${one.template.text} and ${other.template.text} are both ${where} in OpenAPI`,
  };
}

function rank(key: string): number {
  const index = METHODS.indexOf(key.toUpperCase());
  return index < 0 ? METHODS.length : index;
}
