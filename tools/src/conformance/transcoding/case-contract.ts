import { compileRoutes } from '@gatehouse/transcoding';
import type { RouteOptions, RouteTable } from '@gatehouse/transcoding';
import { contract } from '@gatehouse/transcoding/testing';
import type { RpcText, RuleText } from '@gatehouse/transcoding/testing';
import type { CaseRule, RegistryRule, TranscodingCase, TranscodingCorpus } from './corpus.js';
import { expectationOf } from './corpus.js';
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
      alwaysEmitImplicit: !/envoy|httpjson-transcoding/.test(testCase.source ?? ''),
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
      const input = inferMessage(rule.rpc, rule, testCase, inferred);
      return { name: rule.rpc, input, output: 'Empty', http: ruleText(rule) };
    });
  }
  const rule = testCase.http_rule;
  if (rule === null) return [];
  const name = expectationOf(testCase).rpc ?? 'Rpc';
  const shape = RPC_SHAPES[name] ?? {};
  return [
    {
      name,
      input: requestType(testCase) ?? shape.input ?? inferMessage(name, rule, testCase, inferred),
      output: shape.output ?? 'Empty',
      http: ruleText(rule),
      clientStreaming: shape.streaming === 'client',
      serverStreaming: shape.streaming === 'server',
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
 * A request message of strings for cases that only route: a field for every path that the rule names, and for what
 * the case binds where this RPC is the one that is expected.
 */
function inferMessage(
  rpc: string,
  rule: RegistryRule | CaseRule,
  testCase: TranscodingCase,
  inferred: Record<string, string>,
): string {
  const expect = expectationOf(testCase);
  const paths = [...rule.path.matchAll(/\{([a-z_A-Z0-9.]+)[=}]/g)].map((match) => match[1] as string);
  if (testCase.request_type?.startsWith('{')) paths.push(testCase.request_type.replace(/^\{(\w+):.*$/, '$1'));
  if (expect.rpc === rpc) paths.push(...Object.keys(expect.bindings ?? {}));
  return build(
    `Inferred${rpc}`,
    paths.map((path) => path.split('.')),
    inferred,
  );
}

function build(
  name: string,
  paths: readonly (readonly string[])[],
  messages: Record<string, string>,
): string {
  const fields = [...new Set(paths.map((path) => path[0] as string))].map((field) => {
    const below = paths.filter((path) => path[0] === field && path.length > 1).map((path) => path.slice(1));
    return `${field}:${below.length === 0 ? 'string' : build(`${name}_${field}`, below, messages)}`;
  });
  messages[name] = fields.join(' ');
  return name;
}
