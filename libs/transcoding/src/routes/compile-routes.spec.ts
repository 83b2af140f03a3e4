import { createFileRegistry, create, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from '@jest/globals';
import { contract, type RpcText, type RuleText } from '../testing/contract.js';
import { LIBRARY } from '../testing/library-contract.js';
import { accessTable } from './access-table.js';
import { compileRoutes, registryFromDescriptorSet, type CompileOptions } from './compile-routes.js';
import { ContractError } from './contract-fault.js';

const MESSAGES = {
  Request:
    'id:string owner:Owner tags:string[] counts:map<string,int32> kind{ a:string b:string } at:Timestamp',
  Owner: 'id:string',
};

function faultsOf(rpcs: readonly Partial<RpcText>[], options?: CompileOptions): string[] {
  const registry = contract({
    messages: MESSAGES,
    rpcs: rpcs.map((rpc, index) => ({ name: `M${index}`, input: 'Request', output: 'Request', ...rpc })),
  });
  try {
    compileRoutes(registry, options);
    return [];
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return error.faults.map(({ reason, rpcs: names }) => [reason, ...names].join(' '));
  }
}

describe('a contract is refused', () => {
  const M0 = 'test.v1.TestService.M0';

  it.each<[string, RuleText, string]>([
    ['a template that does not parse', { get: '/a/{' }, 'TEMPLATE_INVALID'],
    ['a rule without a method', { body: '*' }, 'METHOD_MISSING'],
    ['an unknown path field', { get: '/a/{nothing}' }, 'PATH_FIELD_UNKNOWN'],
    ['a path below a scalar', { get: '/a/{id.x}' }, 'PATH_FIELD_UNKNOWN'],
    ['a path through a repeated field', { get: '/a/{tags.x}' }, 'PATH_FIELD_UNKNOWN'],
    ['a repeated path field', { get: '/a/{tags}' }, 'PATH_FIELD_NOT_SCALAR'],
    ['a map as path field', { get: '/a/{counts}' }, 'PATH_FIELD_NOT_SCALAR'],
    ['a message as path field', { get: '/a/{owner}' }, 'PATH_FIELD_NOT_SCALAR'],
    ['a well-known message as path field', { get: '/a/{at}' }, 'PATH_FIELD_NOT_SCALAR'],
    ['a path field twice', { get: '/a/{id}/{id}' }, 'TEMPLATE_INVALID'],
    ['an unknown body', { post: '/a', body: 'nothing' }, 'BODY_FIELD_UNKNOWN'],
    ['a body on GET', { get: '/a', body: '*' }, 'BODY_ON_GET'],
    ['a body on DELETE', { delete: '/a', body: 'owner' }, 'BODY_ON_GET'],
    ['a nested body', { post: '/a', body: 'owner.id' }, 'BODY_NESTED'],
    ['a repeated body', { post: '/a', body: 'tags' }, 'BODY_REPEATED'],
    ['a body that is in the path', { post: '/a/{id}', body: 'id' }, 'BODY_IN_PATH'],
    ['an unknown response body', { get: '/a', responseBody: 'nothing' }, 'RESPONSE_BODY_UNKNOWN'],
    [
      'bindings within bindings',
      { get: '/a', additionalBindings: [{ get: '/b', additionalBindings: [{ get: '/c' }] }] },
      'ADDITIONAL_BINDINGS_NESTED',
    ],
    [
      'bindings that disagree on the body',
      { post: '/a', body: '*', additionalBindings: [{ post: '/b' }] },
      'BODY_DISAGREES',
    ],
  ])('for %s', (_what, http, reason) => {
    expect(faultsOf([{ http }])).toEqual([`${reason} ${M0}`]);
  });

  it('for a bidirectional stream with a rule', () => {
    expect(
      faultsOf([{ http: { post: '/a', body: '*' }, clientStreaming: true, serverStreaming: true }]),
    ).toEqual([`BIDI_STREAMING ${M0}`]);
  });

  it.each<[RuleText, RuleText]>([
    [{ get: '/a/{id}' }, { get: '/a/{a}' }],
    [{ get: '/a/{id}' }, { get: '/a/*' }],
    [{ get: '/a/{id=b/*}' }, { get: '/a/b/{a}' }],
    [{ get: '/a/{id=**}' }, { get: '/a/**' }],
    [{ get: '/a%2f:v' }, { get: '/a%2F:v' }],
  ])('for ambiguous routes, naming both: %j %j', (one, other) => {
    expect(faultsOf([{ http: one }, { http: other }])).toEqual([
      `ROUTE_AMBIGUOUS ${M0} test.v1.TestService.M1`,
    ]);
  });

  it('not for routes that precedence tells apart', () => {
    expect(
      faultsOf([
        { http: { get: '/a/{id}' } },
        { http: { get: '/a/{id}:v' } },
        { http: { put: '/a/{id}' } },
        { http: { get: '/a/b' } },
        { http: { get: '/a/{id=**}' } },
        { http: { custom: { kind: '*', path: '/a/{id}' } } },
      ]),
    ).toEqual([]);
  });

  it('with every fault at once', () => {
    expect(faultsOf([{ http: { get: '/{' } }, { http: { get: '/{x}', body: 'y' } }])).toEqual([
      `TEMPLATE_INVALID ${M0}`,
      'PATH_FIELD_UNKNOWN test.v1.TestService.M1',
      'BODY_FIELD_UNKNOWN test.v1.TestService.M1',
    ]);
  });

  it('without the annotations in the descriptor set', () => {
    expect(() => compileRoutes(createFileRegistry(create(FileDescriptorSetSchema)))).toThrow(ContractError);
  });
});

describe('a route table', () => {
  it('tolerates what is named, and nothing else', () => {
    const rule = { get: '/a', body: 'owner.id' };
    expect(faultsOf([{ http: rule }], { tolerate: ['BODY_ON_GET', 'BODY_NESTED'] })).toEqual([]);
    expect(faultsOf([{ http: rule }], { tolerate: ['BODY_NESTED'] })).toHaveLength(1);
  });

  it('has no route for an RPC without a rule unless default bindings are asked for', () => {
    const registry = contract({
      messages: MESSAGES,
      rpcs: [{ name: 'M', input: 'Request', output: 'Request' }],
    });
    expect(compileRoutes(registry).routes).toEqual([]);
    const [route] = compileRoutes(registry, { defaultBindings: true }).routes;
    expect([route?.method, route?.template.text, route?.grpcPath]).toEqual([
      'POST',
      '/test.v1.TestService/M',
      '/test.v1.TestService/M',
    ]);
  });

  it('is made from the bytes of a descriptor set', () => {
    const file = [...contract(LIBRARY).files].map((desc) => desc.proto);
    const bytes = toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file }));
    const { routes } = compileRoutes(registryFromDescriptorSet(bytes));
    expect(routes).toHaveLength(15);
  });

  it('serves the services that are wanted', () => {
    expect(compileRoutes(contract(LIBRARY), { services: () => false }).routes).toEqual([]);
  });

  it('gives the access table, RPCs without a route included', () => {
    const table = compileRoutes(contract(LIBRARY));
    const rows = accessTable(table, (rpc) =>
      rpc.name === 'GrpcOnly' ? undefined : { public: false, scopes: [`books:${rpc.name}`] },
    );
    expect(rows).toHaveLength(LIBRARY.rpcs?.length ?? 0);
    expect(rows[0]).toEqual({
      rpc: 'test.v1.TestService.GetBook',
      routes: ['GET /v1/{name=shelves/*/books/*}', 'GET /v1/{name=drafts/*}'],
      access: { public: false, scopes: ['books:GetBook'] },
    });
    expect(rows.at(-1)).toEqual({ rpc: 'test.v1.TestService.GrpcOnly', routes: [], access: undefined });
  });
});
