import { describe, expect, it } from '@jest/globals';
import { CallError } from '../grpc/call-error.js';
import { Status } from '../grpc/status.js';
import { Retries } from './retries.js';

const failure = (code: Status = Status.UNAVAILABLE, pushback?: string) =>
  new CallError(code, '', pushback === undefined ? [] : ['x', 'y', 'grpc-retry-pushback-ms', pushback]);

describe('a call that failed', () => {
  it.each([Status.UNAVAILABLE, Status.INTERNAL])('is made again, by and by (%i)', (code) => {
    for (let round = 0; round < 100; round++) {
      const retries = new Retries();
      expect(retries.failed(failure(code), 1, true)).toBeLessThan(50);
      expect(retries.failed(failure(code), 2, true)).toBeLessThan(100);
      expect(retries.failed(failure(code), 3, true)).toBeUndefined();
    }
  });

  it('is not made again when it may have done something', () => {
    expect(new Retries().failed(failure(), 1, false)).toBeUndefined();
  });

  it.each([
    Status.NOT_FOUND,
    Status.DEADLINE_EXCEEDED,
    Status.RESOURCE_EXHAUSTED,
    Status.UNKNOWN,
    Status.CANCELLED,
  ])('is not made again when that would not help (%i)', (code) =>
    expect(new Retries().failed(failure(code), 1, true)).toBeUndefined(),
  );
});

describe('the budget', () => {
  it('is used up by failures, of whatever calls', () => {
    const retries = new Retries();
    for (let call = 0; call < 4; call++) expect(retries.failed(failure(), 1, true)).toBeDefined();
    for (let call = 0; call < 100; call++) expect(retries.failed(failure(), 1, true)).toBeUndefined();
    // From nothing to above the half of it.
    for (let call = 0; call < 59; call++) retries.succeeded();
    expect(retries.failed(failure(), 1, true)).toBeUndefined();
    for (let call = 0; call < 12; call++) retries.succeeded();
    expect(retries.failed(failure(), 1, true)).toBeDefined();
  });

  it('is not used by what says nothing of the service', () => {
    const retries = new Retries();
    for (let call = 0; call < 100; call++) retries.failed(failure(Status.NOT_FOUND), 1, true);
    expect(retries.failed(failure(), 1, true)).toBeDefined();
  });
});

describe('a service that says when', () => {
  it('has the call made again then', () => {
    expect(new Retries().failed(failure(Status.UNAVAILABLE, '1234'), 1, true)).toBe(1_234);
  });

  it.each(['-1', '', 'soon', '1e3', '12345678901'])('or not at all: %j', (pushback) => {
    expect(new Retries().failed(failure(Status.UNAVAILABLE, pushback), 1, true)).toBeUndefined();
  });
});
