import { describe, expect, it } from '@jest/globals';
import { createFileRegistry, fromBinary, toBinary, type FileRegistry } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema, type FileDescriptorSet } from '@bufbuild/protobuf/wkt';
import { ContractFault } from '@gatehouse/access';
import { contract, descriptorSet } from '@gatehouse/contracts';
import { feedContract } from '../spec/feed-contract.js';
import { startSpecGateway } from '../spec/spec-gateway.js';
import { readRestContract } from './rest-contract.js';

/** The contract after a change. */
function changed(change: (set: FileDescriptorSet) => void): FileRegistry {
  const set = fromBinary(FileDescriptorSetSchema, descriptorSet);
  change(set);
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, toBinary(FileDescriptorSetSchema, set)));
}

function serviceOf(set: FileDescriptorSet, name: string) {
  const service = set.file.flatMap((file) => file.service).find((candidate) => candidate.name === name);
  if (!service) throw new Error(`no ${name}`);
  return service;
}

function methodOf(set: FileDescriptorSet, service: string, name: string) {
  const method = serviceOf(set, service).method.find((candidate) => candidate.name === name);
  if (!method) throw new Error(`no ${service}.${name}`);
  return method;
}

function faultsOf(registry: FileRegistry): readonly string[] {
  try {
    readRestContract(registry);
  } catch (error) {
    if (error instanceof ContractFault) return error.faults;
    throw error;
  }
  return [];
}

describe('the contract', () => {
  it('is served as it is shipped, each annotated method by a route with a rule', () => {
    const { table, rules } = readRestContract(contract);
    expect(table.routes.length).toBeGreaterThan(20);
    expect(table.routes.filter(({ grpcPath }) => !rules.has(grpcPath))).toEqual([]);
  });

  it('is refused with a method that has no rule', () => {
    const registry = changed((set) => {
      const method = methodOf(set, 'ResourceService', 'GetResource');
      const { options } = method;
      if (options?.$unknown) options.$unknown = options.$unknown.filter(({ no }) => no !== 50600);
    });
    expect(faultsOf(registry)).toEqual([expect.stringContaining('GetResource')]);
  });

  it('is refused with a permission that nobody introduced', () => {
    const registry = changed((set) => {
      for (const file of set.file) {
        if (file.package !== 'gatehouse.resources.v1' || !file.options?.$unknown) continue;
        file.options.$unknown = file.options.$unknown.filter(({ no }) => no !== 50601);
      }
    });
    const faults = faultsOf(registry);
    expect(faults).toContainEqual(expect.stringMatching(/GetResource.*resources:read/));
  });

  it('is refused with two methods of one route, naming both', () => {
    const registry = changed((set) => {
      const target = methodOf(set, 'ResourceService', 'ListResources');
      const other = methodOf(set, 'UserService', 'ListUsers');
      target.options = other.options;
    });
    expect(faultsOf(registry)).toContainEqual(
      expect.stringMatching(/(?=.*ListResources)(?=.*ListUsers).*ROUTE_AMBIGUOUS/),
    );
  });

  it('is served with streams of one direction, and refused with one of both', () => {
    const kinds = readRestContract(feedContract()).table.routes.map(({ rpc }) => rpc.methodKind);
    expect(new Set(kinds)).toEqual(new Set(['unary', 'client_streaming', 'server_streaming']));
    expect(faultsOf(feedContract({ bidirectional: true }))).toEqual([
      expect.stringMatching(/FeedService\.Chat.*BIDI_STREAMING/),
    ]);
  });

  it('is refused with a route to a package that has no backend', () => {
    const registry = changed((set) => {
      for (const file of set.file)
        if (file.package === 'gatehouse.users.v1') file.package = 'gatehouse.people.v1';
      for (const file of set.file) {
        for (const service of file.service) {
          for (const method of service.method) {
            method.inputType = method.inputType.replace('gatehouse.users.v1', 'gatehouse.people.v1');
            method.outputType = method.outputType.replace('gatehouse.users.v1', 'gatehouse.people.v1');
          }
        }
        for (const message of file.messageType) {
          for (const field of message.field)
            field.typeName = field.typeName.replace('gatehouse.users.v1', 'gatehouse.people.v1');
        }
      }
    });
    const faults = faultsOf(registry);
    expect(faults).toContainEqual(expect.stringContaining('gatehouse.people.v1'));
    expect(faults).toContainEqual(expect.stringContaining('GetProfile'));
  });
});

it('a gateway with a contract at fault does not start', async () => {
  await expect(startSpecGateway({}, feedContract({ bidirectional: true }))).rejects.toThrow(ContractFault);
});
