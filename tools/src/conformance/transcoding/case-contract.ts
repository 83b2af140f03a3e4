import { compileRoutes } from '@gatehouse/transcoding';
import type { RouteOptions, RouteTable } from '@gatehouse/transcoding';
import { contract } from '@gatehouse/transcoding/testing';
import type { RpcText, RuleText } from '@gatehouse/transcoding/testing';
import type { CaseRule, RegistryRule, TranscodingCase, TranscodingCorpus } from './corpus.js';
import { expectationOf } from './corpus.js';
import { inferMessage } from './infer-message.js';
import { ENUMS, MESSAGES, messageNamed, RPC_SHAPES } from './message-types.js';

/** A case that this runner has no message type for. */
export class UnknownMessageType extends Error {}

/** The routes that a case runs against, from descriptors made for it. */
export function tableOf(testCase: TranscodingCase, corpus: TranscodingCorpus): RouteTable {
  const inferred: Record<string, string> = {};
  const rpcs = rpcsOf(testCase, corpus, inferred);
  const registry = contract({ enums: ENUMS, messages: { ...MESSAGES, ...inferred }, rpcs });
  return compileRoutes(registry, {
    routeOptions: () => routeOptions(testCase),
    // What other implementations accept and AIP-127 does not.
    tolerate: ['BODY_NESTED', 'BODY_REPEATED'],
    strictVerbs: testCase.options?.['match_unregistered_custom_verb'] === true,
    print: {
      enumsAsNumbers: testCase.options?.['always_print_enums_as_ints'] === true,
      protoFieldNames: testCase.options?.['preserve_proto_field_names'] === true,
      // Envoy and its library leave defaults out, and so do the texts of their cases.
      alwaysEmitImplicit:
        testCase.options?.['always_print_primitive_fields'] === true ||
        !/envoy|httpjson-transcoding/.test(testCase.source ?? ''),
    },
  });
}

function routeOptions({ options = {} }: TranscodingCase): RouteOptions {
  const unescape = {
    all: 'all',
    all_except_reserved: 'all-except-reserved',
    all_except_slash: 'all-except-slash',
  } as const;
  const system =
    options['system_parameters'] ?? options['system_query_parameters'] ?? options['ignored_query_parameters'];
  return {
    ignoreUnknownParameters: options['ignore_unknown_query_parameters'] === true,
    ignoreUnknownFields: options['ignore_unknown_fields'] === true,
    systemParameters: Array.isArray(system) ? system.map(String) : [],
    literalPlus: options['query_plus_is_space'] === false,
    multiSegmentDecoding: unescape[options['unescape'] as keyof typeof unescape] ?? 'all-except-slash',
  };
}

function rpcsOf(
  testCase: TranscodingCase,
  corpus: TranscodingCorpus,
  inferred: Record<string, string>,
): RpcText[] {
  if (testCase.registry !== undefined) {
    const rules = corpus.registries[testCase.registry] ?? [];
    return rules.map((rule) => {
      const input = inferRequest(rule.rpc, rule, testCase, inferred);
      return { name: rule.rpc, input, output: 'Empty', http: ruleText(rule) };
    });
  }
  const rule = testCase.http_rule;
  if (rule === null) return [];
  const expect = expectationOf(testCase);
  const name = expect.rpc ?? 'Rpc';
  const shape = RPC_SHAPES[name] ?? {};
  return [
    {
      name,
      input: requestType(testCase) ?? shape.input ?? inferRequest(name, rule, testCase, inferred),
      output: shape.output ?? inferReply(testCase, inferred),
      http: ruleText(rule),
      clientStreaming: shape.streaming === 'client' || expect.messages !== undefined,
      serverStreaming: shape.streaming === 'server' || expect.response?.grpc_messages !== undefined,
    },
  ];
}

function requestType({ request_type: name }: TranscodingCase): string | undefined {
  if (name === undefined || name.startsWith('{')) return undefined;
  const message = messageNamed(name);
  if (message === undefined) throw new UnknownMessageType(name);
  return message;
}

/** A rule of the file as a google.api.HttpRule. */
export function ruleText(rule: CaseRule): RuleText {
  const key = rule.method.toLowerCase();
  const pattern = ['get', 'put', 'post', 'delete', 'patch'].includes(key)
    ? { [key]: rule.path }
    : { custom: { kind: rule.method, path: rule.path } };
  return {
    ...pattern,
    body: rule.body,
    responseBody: rule.response_body,
    additionalBindings: rule.additional_bindings?.map(ruleText),
  };
}

/**
 * A request message for cases that name no type: a field for every path that the rule names, and for what the case
 * binds where this RPC is the one that is expected.
 */
function inferRequest(
  rpc: string,
  rule: RegistryRule | CaseRule,
  testCase: TranscodingCase,
  inferred: Record<string, string>,
): string {
  const expect = expectationOf(testCase);
  const values: Record<string, unknown> = {};
  for (const [, path = ''] of rule.path.matchAll(/\{([a-z_A-Z0-9.]+)[=}]/g)) values[path] = '';
  if (testCase.request_type?.startsWith('{'))
    values[testCase.request_type.replace(/^\{(\w+):.*$/, '$1')] = '';
  if (expect.rpc === rpc) Object.assign(values, ...(expect.messages ?? []), expect.bindings);
  if ('body' in rule && rule.body !== undefined && rule.body !== '*') {
    const contentType = testCase.request?.headers?.['content-type'] ?? 'application/json';
    addField(values, rule.body, !String(contentType).includes('json'));
  }
  return inferMessage(`Inferred${rpc}`, values, inferred);
}

/** The reply of a case that names no type, from what its upstream answers. */
function inferReply(testCase: TranscodingCase, inferred: Record<string, string>): string {
  const { grpc_messages: messages, grpc_message: single } = expectationOf(testCase).response ?? {};
  const upstream = testCase.upstream?.message;
  const replies = messages ?? [single ?? (typeof upstream === 'object' ? upstream : {})];
  const values = Object.assign({}, ...replies) as Record<string, unknown>;
  const field = testCase.http_rule?.response_body;
  if (field !== undefined) {
    const contentType = expectationOf(testCase).response?.headers?.['content-type'] ?? 'application/json';
    addField(values, field, !contentType.includes('json'));
  }
  const names = Object.keys(values);
  if (names.length === 0) return 'Empty';
  if (names.every((name) => name === 'content_type' || name === 'data')) return 'google.api.HttpBody';
  return inferMessage('InferredReply', values, inferred);
}

/** A field that a rule names and that no value shows: raw bytes, or a message without fields. */
function addField(values: Record<string, unknown>, path: string, raw: boolean): void {
  if (Object.keys(values).some((other) => other === path || other.startsWith(`${path}.`))) return;
  values[raw ? `${path}.content_type` : path] = raw ? '' : {};
}
