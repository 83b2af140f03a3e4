import { getExtension, hasExtension, type DescMethod, type Registry } from '@bufbuild/protobuf';

/** One binding of a google.api.HttpRule, as it is written. */
export interface HttpBinding {
  /** Upper-case method; `*` for `custom: { kind: "*" }`; empty when the rule names none. */
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly responseBody: string;
}

/** A rule with its additional bindings. `nested` tells that an additional binding has bindings of its own. */
export interface HttpRule {
  readonly bindings: readonly HttpBinding[];
  readonly nested: boolean;
}

/** google.api.HttpRule as protobuf-es shapes a message of a descriptor that it meets at run time. */
interface RawHttpRule {
  readonly pattern: { readonly case?: string; readonly value?: unknown };
  readonly body: string;
  readonly responseBody: string;
  readonly additionalBindings: readonly RawHttpRule[];
}

/** The name under which google/api/annotations.proto declares the rule. */
export const HTTP_EXTENSION = 'google.api.http';

/**
 * Reads the `google.api.http` option of a method. The extension comes from the descriptor set itself, so
 * that no generated code is needed. Undefined where the method has no rule.
 */
export function readHttpRule(registry: Registry, rpc: DescMethod): HttpRule | undefined {
  const extension = registry.getExtension(HTTP_EXTENSION);
  const options = rpc.proto.options;
  if (extension === undefined || options === undefined || !hasExtension(options, extension)) return undefined;
  const rule = getExtension(options, extension) as unknown as RawHttpRule;
  return {
    bindings: [rule, ...rule.additionalBindings].map(readBinding),
    nested: rule.additionalBindings.some((binding) => binding.additionalBindings.length > 0),
  };
}

function readBinding(rule: RawHttpRule): HttpBinding {
  const { body, responseBody, pattern } = rule;
  if (pattern.case === undefined) return { method: '', path: '', body, responseBody };
  if (pattern.case === 'custom') {
    const custom = pattern.value as { kind: string; path: string };
    return { method: custom.kind.toUpperCase(), path: custom.path, body, responseBody };
  }
  return { method: pattern.case.toUpperCase(), path: String(pattern.value), body, responseBody };
}
