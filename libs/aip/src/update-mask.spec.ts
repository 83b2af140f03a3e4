import { describe, expect, it } from '@jest/globals';
import { readUpdateMask } from './update-mask.js';

const fields = { title: true, content: false, visibility: false };
const outputOnly = new Set(['id', 'create_time']);
const refusal = {
  code: 3,
  reason: 'FIELD_MASK_INVALID',
  violations: [expect.objectContaining({ field: 'update_mask' })],
};

describe('readUpdateMask', () => {
  it.each([
    ['the fields of the mask, set or not', ['content', 'title'], ['content', 'title']],
    ['a field once, named twice', ['title', 'title'], ['title']],
    ['every field for *', ['*'], ['title', 'content', 'visibility']],
    ['without a mask the fields that are set', undefined, ['title']],
    ['with an empty mask the fields that are set', [], ['title']],
    ['nothing of what only the service sets', ['content', 'create_time', 'id'], ['content']],
    ['nothing of what is within it', ['content', 'create_time.seconds'], ['content']],
    ['every field for * beside it', ['id', '*'], ['title', 'content', 'visibility']],
    ['nothing at all where there is nothing else', ['create_time', 'id'], []],
  ])('returns %s', (_case, mask, expected) => {
    expect([...readUpdateMask(mask, fields, outputOnly)]).toEqual(expected);
  });

  it.each([
    ['a field that cannot be changed', ['title', 'owner']],
    ['a field in its JSON name', ['Title']],
    ['a nested path', ['title.length']],
    ['a member of every object', ['constructor']],
    ['* beside a field', ['*', 'title']],
    ['the empty path', ['']],
  ])('refuses %s', (_case, mask) => {
    expect(() => readUpdateMask(mask, fields, outputOnly)).toThrow(expect.objectContaining(refusal));
  });

  it('refuses an update that would change nothing', () => {
    const unset = { title: false, content: false };
    expect(() => readUpdateMask(undefined, unset, outputOnly)).toThrow(
      expect.objectContaining({ reason: 'FIELD_MASK_INVALID' }),
    );
  });
});
