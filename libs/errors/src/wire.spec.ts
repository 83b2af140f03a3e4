import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import {
  AppError,
  defineReasons,
  fromServiceError,
  platformReasons,
  toAppError,
  toStatusObject,
} from './index.js';

const serviceError = (error: AppError): ServiceError => Object.assign(new Error(), toStatusObject(error));

describe('an error on the wire', () => {
  it('arrives with code, reason, domain, metadata, violations and retry delay', () => {
    const sent = new AppError({
      code: status.INVALID_ARGUMENT,
      reason: 'FIELD_INVALID',
      domain: 'users.gatehouse.dev',
      message: 'no',
      metadata: { limit: '3' },
      violations: [{ field: 'user.bio', description: 'too long', reason: 'string.max_len' }],
      retryAfterMs: 1500,
    });
    const { code, reason, domain, metadata, violations, retryAfterMs } = fromServiceError(serviceError(sent));
    expect({ code, reason, domain, metadata, violations, retryAfterMs }).toMatchObject({
      code: status.INVALID_ARGUMENT,
      reason: 'FIELD_INVALID',
      domain: 'users.gatehouse.dev',
      metadata: { limit: '3' },
      violations: [{ field: 'user.bio', description: 'too long', reason: 'string.max_len' }],
      retryAfterMs: 1500,
    });
  });

  it('leaves as INTERNAL with a fixed text when it was not thrown on purpose', () => {
    const cause = new Error('SELECT secret FROM account');
    const error = toAppError(cause);
    expect(error.code).toBe(status.INTERNAL);
    expect(error.cause).toBe(cause);
    expect(JSON.stringify(toStatusObject(error))).not.toContain('secret');
  });

  it('never carries its cause', () => {
    const object = toStatusObject(platformReasons.DATABASE_UNAVAILABLE({ cause: new Error('10.0.0.7') }));
    const bytes = object.metadata?.get('grpc-status-details-bin')[0];
    expect(Buffer.from(bytes as Buffer).toString('latin1')).not.toContain('10.0.0.7');
  });

  it('keeps the code of a status that grpc-js made itself', () => {
    const bare = Object.assign(new Error(), {
      code: status.UNAVAILABLE,
      details: 'x',
      metadata: new Metadata(),
    });
    expect(fromServiceError(bare)).toMatchObject({ code: status.UNAVAILABLE, reason: 'UNAVAILABLE' });
  });

  it('believes no more than the code of a peer whose details make no sense', () => {
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', Buffer.from([0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f]));
    const broken = Object.assign(new Error(), { code: status.ABORTED, details: 'x', metadata });
    expect(fromServiceError(broken)).toMatchObject({ code: status.ABORTED, reason: 'ABORTED' });
  });
});

describe('defineReasons', () => {
  it('makes errors that carry the name they were declared under', () => {
    const reasons = defineReasons('x.gatehouse.dev', {
      GONE: { code: status.NOT_FOUND, message: 'it is gone', help: 'It is gone.' },
    });
    expect(reasons.GONE({ metadata: { id: '1' } })).toMatchObject({
      code: status.NOT_FOUND,
      reason: 'GONE',
      domain: 'x.gatehouse.dev',
      message: 'it is gone',
      metadata: { id: '1' },
    });
  });
});
