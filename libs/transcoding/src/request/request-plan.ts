import { ScalarType, type DescField, type Registry } from '@bufbuild/protobuf';
import { fieldBehavior } from '@gatehouse/contracts/field-behavior';
import type { Codec } from '../json/codec.js';
import { hasSpecialJson } from '../json/well-known.js';
import { fieldPathName } from '../routes/field-path.js';
import type { Route } from '../routes/route.js';
import { bodyMessage } from './decode-body.js';
import { parameterOf, type Parameter } from './parameter.js';

/** What of a request is known from its route alone. */
export interface RequestPlan {
  /** In the order of `route.variables`. */
  readonly variables: readonly Parameter[];
  /** Query parameters by the spellings that came so far. */
  readonly parameters: Map<string, Parameter>;
  readonly systemParameters: ReadonlySet<string>;
  /** The field mask that a PATCH fills from its body when the caller gives none. */
  readonly updateMask: DescField | undefined;
  /** Paths that such a mask leaves out: what the path sets, the etag, and what only the service sets (AIP-203). */
  readonly unmasked: ReadonlySet<string>;
  /** The field that If-Match fills: `etag` of the request, else of the message that is the body and is there already. */
  readonly etag: Parameter | undefined;
}

/** Compiles the plan of a route. */
export function compileRequestPlan(route: Route, codec: Codec, registry: Registry): RequestPlan {
  return {
    variables: route.variables.map((variable) => parameterOf(variable.fields, codec) as Parameter),
    parameters: new Map(),
    systemParameters: new Set(route.options.systemParameters ?? []),
    updateMask: updateMaskOf(route),
    unmasked: unmaskedOf(route, registry),
    etag: etagOf(route, codec),
  };
}

function updateMaskOf(route: Route): DescField | undefined {
  const message = bodyMessage(route);
  if (route.method !== 'PATCH' || route.body.kind !== 'field' || message === undefined) return undefined;
  // Its body is one value: there is nothing to choose from.
  if (hasSpecialJson(message)) return undefined;
  const field = route.rpc.input.fields.find(({ name }) => name === 'update_mask');
  return field?.fieldKind === 'message' && field.message.typeName === 'google.protobuf.FieldMask'
    ? field
    : undefined;
}

function unmaskedOf(route: Route, registry: Registry): Set<string> {
  const depth = route.body.kind === 'field' ? route.body.fields.length : 0;
  const bound = route.variables.map(({ fields }) => fieldPathName(fields.slice(depth)));
  const readOnly = (bodyMessage(route)?.fields ?? []).filter(
    (field) => fieldBehavior(registry, field).readOnly,
  );
  return new Set(['etag', ...bound, ...readOnly.map(({ name }) => name)]);
}

function etagOf(route: Route, codec: Codec): Parameter | undefined {
  const fields = ifMatchFields(route);
  return fields === undefined ? undefined : parameterOf(fields, codec);
}

/** The path of the field that If-Match fills; undefined where a route takes none. */
export function ifMatchFields(route: Route): readonly DescField[] | undefined {
  const own = stringField(route.rpc.input.fields);
  if (own !== undefined) return [own];
  // What a POST has as its body is to be made (AIP-133), and has no tag yet.
  if (route.body.kind !== 'field' || route.method === 'POST') return undefined;
  const inBody = stringField(bodyMessage(route)?.fields ?? []);
  return inBody === undefined ? undefined : [...route.body.fields, inBody];
}

function stringField(fields: readonly DescField[]): DescField | undefined {
  return fields.find(
    (field) => field.name === 'etag' && field.fieldKind === 'scalar' && field.scalar === ScalarType.STRING,
  );
}
