import { describe, expect, it } from '@jest/globals';
import { contract } from '@gatehouse/contracts';
import { outputOnlyFields } from './output-only.js';

describe('outputOnlyFields', () => {
  it('are those that the contract calls so', () => {
    const fields = outputOnlyFields(contract, 'gatehouse.resources.v1.Resource');
    expect([...fields]).toEqual(['id', 'owner', 'create_time', 'update_time']);
  });

  it('are of no message that the contract does not have', () => {
    expect(() => outputOnlyFields(contract, 'gatehouse.resources.v1.None')).toThrow();
  });
});
