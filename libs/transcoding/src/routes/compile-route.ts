import type { DescField, DescMethod } from '@bufbuild/protobuf';
import type { ContractFaultReason } from './contract-fault.js';
import { fieldPathName, resolveFieldPath, startsWithPath } from './field-path.js';
import type { HttpBinding } from './http-rule.js';
import { parseTemplate } from './parse-template.js';
import type { Route, RouteBody, RouteOptions, RouteVariable } from './route.js';
import { TemplateError, type Template } from './template.js';

/** Told of every fault of a binding; the caller decides which of them are tolerated. */
export type ReportFault = (reason: ContractFaultReason, message: string) => void;

/**
 * One binding of one RPC as a route, or undefined when it is too faulty to make one. Checks what AIP-127 and
 * http.proto say about a single binding.
 */
export function compileRoute(
  rpc: DescMethod,
  binding: HttpBinding,
  index: number,
  options: RouteOptions,
  report: ReportFault,
): Route | undefined {
  if (binding.method === '') {
    report('METHOD_MISSING', 'the rule names no HTTP method');
    return undefined;
  }
  const template = templateOf(binding, report);
  if (template === undefined) return undefined;
  const variables = variablesOf(rpc, template, report);
  const body = bodyOf(rpc, binding, report);
  const responseField = responseFieldOf(rpc, binding, report);
  if (variables === undefined || body === undefined) return undefined;
  if (body.kind !== 'none' && ['GET', 'DELETE', 'HEAD'].includes(binding.method)) {
    report('BODY_ON_GET', `a ${binding.method} must not have a body`);
  }
  if (body.kind === 'field' && variables.some((variable) => startsWithPath(body.fields, variable.fields))) {
    report('BODY_IN_PATH', `body "${binding.body}" is also a path variable`);
  }
  return {
    rpc,
    rpcName: `${rpc.parent.typeName}.${rpc.name}`,
    grpcPath: `/${rpc.parent.typeName}/${rpc.name}`,
    binding: index,
    method: binding.method,
    template,
    variables,
    body,
    responseField,
    options,
  };
}

function templateOf(binding: HttpBinding, report: ReportFault): Template | undefined {
  try {
    return parseTemplate(binding.path);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    report('TEMPLATE_INVALID', error.message);
    return undefined;
  }
}

function variablesOf(rpc: DescMethod, template: Template, report: ReportFault): RouteVariable[] | undefined {
  const variables: RouteVariable[] = [];
  for (const { path, start, end, singleSegment } of template.variables) {
    const name = path.join('.');
    const fields = resolveFieldPath(rpc.input, path);
    if (fields === undefined) {
      report('PATH_FIELD_UNKNOWN', `{${name}} names no field of ${rpc.input.typeName}`);
      return undefined;
    }
    const leaf = fields.at(-1) as DescField;
    if (leaf.fieldKind !== 'scalar' && leaf.fieldKind !== 'enum') {
      report('PATH_FIELD_NOT_SCALAR', `{${name}} is a repeated, map or message field`);
      return undefined;
    }
    variables.push({ name: fieldPathName(fields), fields, start, end, singleSegment });
  }
  return variables;
}

function bodyOf(rpc: DescMethod, binding: HttpBinding, report: ReportFault): RouteBody | undefined {
  if (binding.body === '') return { kind: 'none' };
  if (binding.body === '*') return { kind: 'message' };
  const fields = resolveFieldPath(rpc.input, binding.body.split('.'));
  if (fields === undefined) {
    report('BODY_FIELD_UNKNOWN', `body "${binding.body}" names no field of ${rpc.input.typeName}`);
    return undefined;
  }
  if (fields.length > 1) report('BODY_NESTED', `body "${binding.body}" is not a top-level field`);
  const leaf = fields.at(-1) as DescField;
  if (leaf.fieldKind === 'list' || leaf.fieldKind === 'map') {
    report('BODY_REPEATED', `body "${binding.body}" is a repeated or map field`);
  }
  return { kind: 'field', fields };
}

function responseFieldOf(rpc: DescMethod, binding: HttpBinding, report: ReportFault): DescField | undefined {
  if (binding.responseBody === '') return undefined;
  const field = rpc.output.fields.find((candidate) => candidate.name === binding.responseBody);
  if (field === undefined) {
    report(
      'RESPONSE_BODY_UNKNOWN',
      `response_body "${binding.responseBody}" names no field of ${rpc.output.typeName}`,
    );
  }
  return field;
}
