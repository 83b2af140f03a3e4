import { describe, expect, it } from '@jest/globals';
import { contract } from '@gatehouse/contracts';
import { fieldConstraints } from './field-constraints.js';

const constraintsOf = fieldConstraints(contract);

/** The keywords of a field of the shipped contract. */
function keywordsOf(message: string, name: string) {
  const field = contract.getMessage(message)?.fields.find((candidate) => candidate.name === name);
  if (!field) throw new Error(`no ${message}.${name}`);
  return constraintsOf(field);
}

describe('the constraints of the contract', () => {
  it.each([
    ['gatehouse.auth.v1.RegisterRequest', 'email', { format: 'email', maxLength: 254, minLength: 1 }],
    [
      'gatehouse.auth.v1.RegisterRequest',
      'display_name',
      { minLength: 1, maxLength: 100, not: { pattern: '\\u0000' } },
    ],
    ['gatehouse.auth.v1.RegisterRequest', 'password', { minLength: 1, maxLength: 256 }],
    ['gatehouse.resources.v1.Resource', 'title', { maxLength: 200, not: { pattern: '\\u0000' } }],
    ['gatehouse.resources.v1.GetResourceRequest', 'id', { format: 'uuid', minLength: 1 }],
    ['gatehouse.resources.v1.ListResourcesRequest', 'page_size', { minimum: 0 }],
    [
      'gatehouse.resources.v1.CreateResourceRequest',
      'request_id',
      {
        anyOf: [
          { type: 'string', maxLength: 0 },
          { type: 'string', format: 'uuid' },
        ],
      },
    ],
    ['gatehouse.resources.v1.Resource', 'id', undefined],
    ['gatehouse.resources.v1.Resource', 'visibility', undefined],
    ['gatehouse.resources.v1.CreateResourceRequest', 'resource', undefined],
  ])('of %s.%s are keywords', (message, name, keywords) => {
    expect(keywordsOf(message, name)).toEqual(keywords);
  });

  it('hold a list of what is admitted, and patterns that JavaScript reads as well', () => {
    const orders = keywordsOf('gatehouse.resources.v1.ListResourcesRequest', 'order_by')?.['enum'];
    expect(orders).toContain('create_time desc');
    const patterns = [...contract.files]
      .flatMap(({ messages }) => messages)
      .filter(({ typeName }) => typeName.startsWith('gatehouse.'))
      .flatMap(({ fields }) => fields.map((field) => constraintsOf(field)?.['pattern']))
      .filter((pattern) => pattern !== undefined);
    expect(patterns.length).toBeGreaterThan(0);
    for (const pattern of patterns) expect(() => new RegExp(String(pattern), 'u')).not.toThrow();
  });
});
