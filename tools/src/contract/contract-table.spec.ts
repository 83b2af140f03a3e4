import { contract } from '@gatehouse/contracts';
import { contractTable, printTable } from './contract-table.js';

describe('the table of the contract', () => {
  const rows = contractTable(contract);

  it('has a line for every method', () => {
    const methods = [...contract.files]
      .filter((file) => file.proto.package.startsWith('gatehouse.'))
      .flatMap((file) =>
        file.services.flatMap((service) => service.methods.map(({ name }) => `${service.name}.${name}`)),
      );
    expect(rows.map((row) => row.RPC)).toEqual(methods);
  });

  it.each([
    [
      'ResourceService.DeleteResource',
      'DELETE /v1/resources/{id}',
      'resources:delete',
      'user',
      'strict',
      'yes',
    ],
    ['TokenService.Login', 'POST /v1/auth/login', 'public', 'anyone', '', 'yes'],
    ['ErasureService.EraseSubject', '(gRPC only)', 'resources:erase', 'service', 'lenient', 'yes'],
    ['UserService.GetProfile', 'GET /v1/users/me', 'any principal', 'user', 'lenient', ''],
  ])('shows %s as the contract has it', (RPC, route, permission, callers, revocation, audited) => {
    expect(rows.find((row) => row.RPC === RPC)).toEqual({
      RPC,
      route,
      permission,
      callers,
      revocation,
      audited,
    });
  });

  it('prints columns that line up', () => {
    const [heading, ...lines] = printTable(rows).split('\n');
    const column = heading?.indexOf('route') ?? -1;
    expect(lines.every((line) => line[column - 1] === ' ' && line[column] !== ' ')).toBe(true);
  });
});
