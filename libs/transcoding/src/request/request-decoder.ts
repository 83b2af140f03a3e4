import type { DescField, DescOneof } from '@bufbuild/protobuf';
import { createCodec, type Codec } from '../json/codec.js';
import { HTTP_BODY } from '../json/well-known.js';
import { fieldPathName, startsWithPath } from '../routes/field-path.js';
import type { Route, RouteTable } from '../routes/route.js';
import { badRequest } from '../transcoding-error.js';
import { bodyFieldMask, encodeFieldMask } from './body-field-mask.js';
import { bodyMessage, decodeBody, type DecodedBody } from './decode-body.js';
import { checkBodyAgrees, fieldConflict, oneofConflict } from './overlap.js';
import { parameterOf, resolveParameterName, type Parameter } from './parameter.js';
import { placeFields, type Placement } from './place-fields.js';
import { parseQuery } from './query-string.js';
import { isReadWithEtag } from '../response/response-encoder.js';
import { compileRequestPlan, type RequestPlan } from './request-plan.js';
import { etagOfIfMatch } from '../http/etag.js';
import type { RequestParts } from './request-parts.js';

/** Names of one route that were resolved; above it a caller could fill the memory with spellings. */
const MAX_CACHED_NAMES = 256;

/** Turns HTTP requests into request messages, by the rules of the route. Keeps what it compiled for a route. */
export class RequestDecoder {
  private readonly plans = new WeakMap<Route, RequestPlan>();

  constructor(
    private readonly table: RouteTable,
    private readonly codec: Codec = createCodec(table.registry, table.print),
  ) {}

  /**
   * The request message in wire format: path variables, query parameters and body together, with the field
   * mask of a PATCH and the `etag` of an If-Match. Nothing is ignored unless the route's options say so.
   *
   * @throws TranscodingError 400 with a reason and, where a field is at fault, a violation; 412 ETAG_MISMATCH;
   * 415 CONTENT_TYPE_UNSUPPORTED
   */
  decode(route: Route, parts: RequestParts): Uint8Array {
    const plan = this.plan(route);
    const assignments = new Assignments();
    plan.variables.forEach((parameter, index) => {
      const value = parts.values[index] ?? '';
      // A control character in a path is an attack on logs and on what reads the value next.
      if (/[\u0000-\u001f\u007f]/.test(value))
        throw badRequest('FIELD_INVALID', 'must not hold control characters', parameter.name);
      assignments.add(parameter, parameter.encode(value));
    });
    this.readQuery(route, plan, parts.query, assignments);
    const body = decodeBody(route, this.codec, parts);
    // Of a read it is for the reply as well. A change would have to be held back by it, which no field can ask for.
    if (parts.ifNoneMatch !== undefined && route.method !== 'GET')
      throw badRequest('IF_NONE_MATCH_UNSUPPORTED', 'this method does not support If-None-Match');
    if (parts.ifMatch !== undefined) this.readIfMatch(route, plan, parts.ifMatch, assignments);
    const bodyFields = route.body.kind === 'field' ? route.body.fields : [];
    if (body.bytes.length > 0)
      assignments.claimOneofs({ name: fieldPathName(bodyFields), fields: bodyFields });
    if (body.json !== undefined) {
      for (const { parameter, bytes } of assignments) {
        checkBodyAgrees({ json: body.json, fields: bodyFields }, parameter, bytes, this.codec);
      }
    }
    return assemble(route, plan, assignments, body);
  }

  /**
   * A message of a client stream after the first, which `decode` makes: only the body, since path and query have
   * been given. A google.api.HttpBody repeats no content type.
   *
   * @throws TranscodingError 400 as `decode`
   */
  decodeNext(route: Route, body: Uint8Array): Uint8Array {
    const raw = bodyMessage(route)?.typeName === HTTP_BODY;
    const contentType = raw ? undefined : 'application/json';
    const { bytes } = decodeBody(route, this.codec, { values: [], query: '', body, contentType });
    return route.body.kind === 'field'
      ? placeFields(new Uint8Array(), [{ fields: route.body.fields, bytes }])
      : bytes;
  }

  private plan(route: Route): RequestPlan {
    let plan = this.plans.get(route);
    if (plan === undefined)
      this.plans.set(route, (plan = compileRequestPlan(route, this.codec, this.table.registry)));
    return plan;
  }

  private readQuery(route: Route, plan: RequestPlan, query: string, assignments: Assignments): void {
    for (const { name, value } of parseQuery(query, route.options.literalPlus)) {
      if (plan.systemParameters.has(name)) continue;
      const parameter = this.parameter(route, plan, name);
      if (parameter === undefined) continue;
      assignments.add(parameter, parameter.encode(value));
    }
  }

  private parameter(route: Route, plan: RequestPlan, name: string): Parameter | undefined {
    const cached = plan.parameters.get(name);
    if (cached !== undefined) return cached;
    const fields = resolveParameterName(route.rpc.input, name);
    if (fields === undefined) {
      if (route.options.ignoreUnknownParameters) return undefined;
      throw badRequest('PARAMETER_UNKNOWN', 'is no parameter of this method', name);
    }
    const body = route.body;
    if (body.kind === 'message' || (body.kind === 'field' && overlaps(fields, body.fields))) {
      throw badRequest('PARAMETER_IN_BODY', 'belongs in the body', name);
    }
    const parameter = parameterOf(fields, this.codec);
    if (parameter === undefined)
      throw badRequest('PARAMETER_UNSUPPORTED', 'cannot be a query parameter', name);
    if (plan.parameters.size < MAX_CACHED_NAMES) plan.parameters.set(name, parameter);
    return parameter;
  }

  private readIfMatch(route: Route, plan: RequestPlan, header: string, assignments: Assignments): void {
    if (plan.etag === undefined) {
      // Of a read it is for the reply.
      if (isReadWithEtag(route)) return;
      // To ignore it would be to overwrite what the caller asked not to.
      throw badRequest('IF_MATCH_UNSUPPORTED', 'this method does not support If-Match');
    }
    const etag = etagOfIfMatch(header);
    if (etag !== undefined) assignments.add(plan.etag, plan.etag.encode(etag));
  }
}

function overlaps(a: readonly DescField[], b: readonly DescField[]): boolean {
  return startsWithPath(a, b) || startsWithPath(b, a);
}

function assemble(route: Route, plan: RequestPlan, assignments: Assignments, body: DecodedBody): Uint8Array {
  const placements: Placement[] = [];
  for (const { parameter, bytes } of assignments) placements.push({ fields: parameter.fields, bytes });
  if (plan.updateMask !== undefined && !assignments.has(plan.updateMask)) {
    const message = bodyMessage(route);
    const given = message === undefined || body.json === undefined ? [] : bodyFieldMask(message, body.json);
    const paths = given.filter(
      (path) => !plan.unmasked.has(path) && !plan.unmasked.has(path.split('.')[0] as string),
    );
    placements.push({ fields: [plan.updateMask], bytes: encodeFieldMask(plan.updateMask, paths) });
  }
  if (route.body.kind !== 'field') return placeFields(body.bytes, placements);
  const whole = body.bytes.length === 0 ? [] : [{ fields: route.body.fields, bytes: body.bytes }];
  return placeFields(placeFields(new Uint8Array(), whole), placements);
}

interface Assignment {
  readonly parameter: Parameter;
  readonly bytes: Uint8Array;
}

/** The fields that path and query set, each with one value unless it is repeated. */
class Assignments {
  private readonly list: Assignment[] = [];
  /** Made when they are needed: most requests have a parameter or none. */
  private byName: Map<string, Uint8Array> | undefined;
  private oneofs: Map<string, string> | undefined;

  add(parameter: Parameter, bytes: Uint8Array): void {
    const { name } = parameter;
    const earlier = parameter.repeated ? undefined : this.byName?.get(name);
    if (earlier !== undefined) {
      if (Buffer.compare(earlier, bytes) !== 0) throw fieldConflict(name);
      return;
    }
    this.claimOneofs(parameter);
    this.byName ??= new Map();
    this.byName.set(name, bytes);
    this.list.push({ parameter, bytes });
  }

  has(field: DescField): boolean {
    return this.byName?.has(field.name) ?? false;
  }

  [Symbol.iterator](): Iterator<Assignment> {
    return this.list[Symbol.iterator]();
  }

  /** @throws TranscodingError ONEOF_CONFLICT where another field of a oneof on the path is set */
  claimOneofs({ name, fields }: Pick<Parameter, 'name' | 'fields'>): void {
    fields.forEach((field, index) => {
      if (field.oneof === undefined) return;
      const parent = fields.slice(0, index).map((outer) => outer.name);
      const key = [...parent, field.oneof.name].join('.');
      this.oneofs ??= new Map();
      const claimed = this.oneofs.get(key);
      if (claimed !== undefined && claimed !== field.name)
        throw oneofConflict(name, field.oneof as DescOneof);
      this.oneofs.set(key, field.name);
    });
  }
}
