import { clone, createFileRegistry, fromBinary, setExtension } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema, MethodOptionsSchema, type FileDescriptorSet } from '@bufbuild/protobuf/wkt';
import { contract, descriptorSet } from '@gatehouse/contracts';
import { Caller, Credential, Revocation, Rule } from '@gatehouse/contracts/access';
import { ContractFault, readAccessTable } from './index.js';

const PATH = '/gatehouse.users.v1.UserService/GetUser';
const ruleExtension = contract.getExtension('gatehouse.access.v1.rule');

/** The contract with the rule of GetUser replaced, or removed. */
function contractWith(rule: Rule | undefined) {
  const set: FileDescriptorSet = clone(
    FileDescriptorSetSchema,
    fromBinary(FileDescriptorSetSchema, descriptorSet),
  );
  const file = set.file.find(({ name }) => name === 'gatehouse/users/v1/user_service.proto');
  const method = file?.service[0]?.method.find(({ name }) => name === 'GetUser');
  if (!method || !ruleExtension?.message) throw new Error('the contract has no UserService.GetUser');
  const options = fromBinary(MethodOptionsSchema, new Uint8Array());
  if (rule)
    setExtension(options, ruleExtension, fromBinary(ruleExtension.message, Rule.encode(rule).finish()));
  method.options = options;
  return createFileRegistry(set);
}

function faultsOf(rule: Rule | undefined): readonly string[] {
  try {
    readAccessTable(contractWith(rule));
  } catch (error) {
    if (error instanceof ContractFault) return error.faults;
    throw error;
  }
  return [];
}

const sound: Rule = {
  requirement: { $case: 'permission', value: 'users:admin' },
  callers: [Caller.USER],
  revocation: Revocation.LENIENT,
  audited: false,
  credentials: [],
  maxSignInAgeSeconds: 0,
};

describe('the access table', () => {
  it('has a rule for every method of the contract', () => {
    const methods = [...contract.files]
      .filter((file) => file.proto.package.startsWith('gatehouse.'))
      .flatMap((file) => file.services.flatMap((service) => service.methods));
    expect(methods.length).toBeGreaterThan(20);
    expect(readAccessTable(contract).rules.size).toBe(methods.length);
  });

  it('reads a rule as it is written', () => {
    expect(
      readAccessTable(contract).rules.get('/gatehouse.resources.v1.ResourceService/DeleteResource'),
    ).toMatchObject({
      access: 'permission',
      permission: 'resources:delete',
      callers: new Set(['user']),
      revocation: 'strict',
      audited: true,
    });
  });

  it('admits what descends from a grant to a method without a permission where it says so alone', () => {
    const path = '/gatehouse.users.v1.UserService/GetUser';
    const credentialsOf = (credentials: Credential[]) => {
      const requirement = { $case: 'authenticated', value: true } as const;
      const rule = readAccessTable(contractWith({ ...sound, requirement, credentials })).rules.get(path);
      return rule?.access === 'authenticated' ? rule.credentials : undefined;
    };
    expect(credentialsOf([])).toEqual(new Set(['token_family', 'session', 'api_key']));
    expect(credentialsOf([Credential.GRANT])).toEqual(new Set(['grant']));
    expect(readAccessTable(contractWith(sound)).rules.get(path)).toMatchObject({ credentials: undefined });
  });

  it('accepts the sound rule that the refusals below are variations of', () => {
    expect(faultsOf(sound)).toEqual([]);
  });

  it.each<[string, Rule | undefined, string]>([
    ['no rule', undefined, 'has no access rule'],
    ['no requirement', { ...sound, requirement: undefined }, 'is neither public nor asks for anything'],
    [
      'a requirement that is switched off',
      { ...sound, requirement: { $case: 'authenticated', value: false } },
      'is neither public nor asks for anything',
    ],
    [
      'an unknown permission',
      { ...sound, requirement: { $case: 'permission', value: 'users:fly' } },
      'asks for an unknown permission: users:fly',
    ],
    ['no caller', { ...sound, callers: [] }, 'admits no caller'],
    [
      'a caller that does not exist',
      { ...sound, callers: [9 as Caller] },
      'admits a caller that does not exist: 9',
    ],
    [
      'no word on revocation',
      { ...sound, revocation: Revocation.UNSPECIFIED },
      'does not say how it treats revocation',
    ],
    [
      'a credential that does not exist',
      { ...sound, credentials: [9 as Credential] },
      'admits a credential that does not exist: 9',
    ],
    [
      'a sign-in of a negative age',
      { ...sound, maxSignInAgeSeconds: -1 },
      'asks for a sign-in of a negative age: -1',
    ],
    [
      'clients and no permission',
      { ...sound, requirement: { $case: 'authenticated', value: true }, callers: [Caller.CLIENT] },
      'admits clients, and asks for no permission',
    ],
    [
      "users' credentials where no user may call",
      { ...sound, callers: [Caller.SERVICE], credentials: [Credential.SESSION] },
      'asks for credentials of users and admits none',
    ],
    [
      'callers on a public method',
      { ...sound, requirement: { $case: 'public', value: true } },
      'is public, so callers, revocation and credentials have no meaning',
    ],
  ])('refuses a method with %s and names it', (_, rule, fault) => {
    expect(faultsOf(rule)).toContain(`${PATH} ${fault}`);
  });

  it('refuses a service that the contract does not have', () => {
    expect(() => readAccessTable(contract, ['gatehouse.users.v1.Nobody'])).toThrow(ContractFault);
  });
});
