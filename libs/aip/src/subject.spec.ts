import { describe, expect, it } from '@jest/globals';
import { rowSubject } from './subject.js';

describe('rowSubject', () => {
  it('returns a UUID in the one form that rows hold', () => {
    const subject = '0B8B9F0E-5C46-4A0F-9E8E-1C6B0F3D2A11';
    expect(rowSubject({ subject })).toBe(subject.toLowerCase());
  });

  it.each(['', 'alice', 'users', "' or 1=1", '0b8b9f0e5c464a0f9e8e1c6b0f3d2a11'])(
    'turns away %j',
    (subject) => {
      const refusal = { code: 7, reason: 'CALLER_NOT_ADMITTED' };
      expect(() => rowSubject({ subject })).toThrow(expect.objectContaining(refusal));
    },
  );
});
