import { AppError, platformReasons } from '@gatehouse/errors';
import { describe, expect, it } from '@jest/globals';
import { databaseError } from './database-error.js';

const withCode = (code: string) =>
  Object.assign(new Error('x'), { code, detail: 'Failing row contains (secret).' });

describe('databaseError', () => {
  it.each([
    ['57P01', 'DATABASE_UNAVAILABLE'],
    ['57P02', 'DATABASE_UNAVAILABLE'],
    ['57P03', 'DATABASE_UNAVAILABLE'],
    ['53100', 'DATABASE_UNAVAILABLE'],
    ['53300', 'DATABASE_UNAVAILABLE'],
    ['08006', 'DATABASE_UNAVAILABLE'],
    ['25006', 'DATABASE_UNAVAILABLE'],
    ['28P01', 'DATABASE_UNAVAILABLE'],
    ['ECONNREFUSED', 'DATABASE_UNAVAILABLE'],
    ['CONNECTION_CLOSED', 'DATABASE_UNAVAILABLE'],
    ['CONNECT_TIMEOUT', 'DATABASE_UNAVAILABLE'],
    ['CERT_HAS_EXPIRED', 'DATABASE_UNAVAILABLE'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'DATABASE_UNAVAILABLE'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'DATABASE_UNAVAILABLE'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'DATABASE_UNAVAILABLE'],
    ['EPROTO', 'DATABASE_UNAVAILABLE'],
    ['SASL_SIGNATURE_MISMATCH', 'DATABASE_UNAVAILABLE'],
    ['57014', 'DEADLINE_EXCEEDED'],
    ['55P03', 'DATABASE_UNAVAILABLE'],
    ['40001', 'CONFLICT'],
    ['40P01', 'CONFLICT'],
  ])('takes %s as %s', (code, reason) => {
    const error = databaseError(withCode(code));
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ reason, cause: { code } });
    expect((error as AppError).cause).not.toHaveProperty('detail');
  });

  it.each(['23505', '42P01', '22P02', 'UNDEFINED_VALUE', 'ERR_INVALID_ARG_TYPE'])(
    'leaves %s as it is, without the data of the row',
    (code) => {
      const error = withCode(code);
      expect(databaseError(error)).toBe(error);
      expect(error).not.toHaveProperty('detail');
    },
  );

  it('passes on what is an AppError already, and what is no error of the database', () => {
    const refusal = platformReasons.PERMISSION_MISSING();
    const bug = new TypeError('bug');
    expect(databaseError(refusal)).toBe(refusal);
    expect(databaseError(bug)).toBe(bug);
    expect(databaseError(undefined)).toBeUndefined();
  });
});
