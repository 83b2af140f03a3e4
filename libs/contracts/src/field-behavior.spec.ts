import type { DescField } from '@bufbuild/protobuf';
import { fieldBehavior } from './field-behavior.js';
import { contract } from './index.js';

const of = (message: string, name: string): readonly string[] => {
  const field = contract.getMessage(message)?.field[name] as DescField;
  const behavior = Object.entries(fieldBehavior(contract, field));
  return behavior.filter(([, holds]) => holds).map(([word]) => word);
};

describe('fieldBehavior', () => {
  it.each([
    ['what only the service sets', 'gatehouse.resources.v1.Resource', 'createTime', ['readOnly']],
    ['what must be given', 'gatehouse.resources.v1.GetResourceRequest', 'id', ['required']],
    ['nothing of a field that says nothing', 'gatehouse.resources.v1.ListResourcesRequest', 'pageToken', []],
  ])('says %s', (_what, message, name, expected) => {
    expect(of(message, name)).toEqual(expected);
  });
});
