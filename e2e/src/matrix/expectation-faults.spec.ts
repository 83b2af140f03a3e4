import { readAccessTable } from '@gatehouse/access';
import { contract } from '@gatehouse/contracts';
import { describe, expect, it } from '@jest/globals';
import { expectationFaults } from './expectation-faults.js';
import { EXPECTATIONS } from './expectations/index.js';

const table = readAccessTable(contract);
const GET_USER = '/gatehouse.users.v1.UserService/GetUser';

describe('the expectations of the matrix', () => {
  it('cover every method of the contract and nothing else', () => {
    expect(table.rules.size).toBeGreaterThan(25);
    expect(expectationFaults(table, EXPECTATIONS)).toEqual([]);
  });

  it('name a method that has none', () => {
    const { [GET_USER]: _left, ...others } = EXPECTATIONS;
    expect(expectationFaults(table, others)).toEqual([expect.stringContaining(GET_USER)]);
  });

  it('name one whose method is gone', () => {
    const rules = new Map([...table.rules].filter(([path]) => path !== GET_USER));
    expect(expectationFaults({ ...table, rules }, EXPECTATIONS)).toEqual([expect.stringContaining(GET_USER)]);
  });
});
