import { status } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { AppError } from '@gatehouse/errors';
import { RefusalRecorder, type RefusedCall } from './refusal-recorder.js';

const refusal = (reason = 'PERMISSION_MISSING') =>
  new AppError({ code: status.PERMISSION_DENIED, reason, message: '' });
const call = (subject: string, path = '/a/B', audited = true): RefusedCall => ({
  principal: { subject },
  method: { path, rule: { audited } },
  requestId: 'r',
});

function recorder(record?: () => Promise<void>) {
  const recorded: string[] = [];
  const warnings: string[] = [];
  const clock = { now: 0 };
  const options = {
    record:
      record ??
      (async ({ principal, method }: RefusedCall, { reason }: AppError) => {
        recorded.push(`${principal.subject} ${method.path} ${reason}`);
      }),
    log: { warn: (_fields: object, message: string) => void warnings.push(message) },
    monotonic: () => clock.now,
  };
  return { recorder: new RefusalRecorder(options), recorded, warnings, clock };
}

describe('refusals by the guard', () => {
  it('are recorded once a minute for each principal, method and reason', () => {
    const { recorder: subject, recorded, clock } = recorder();
    for (let n = 0; n < 1_000; n++) subject.onRefusal(call('ann'), refusal());
    subject.onRefusal(call('bob'), refusal());
    subject.onRefusal(call('ann', '/a/C'), refusal());
    subject.onRefusal(call('ann'), refusal('SIGN_IN_TOO_OLD'));
    expect(recorded).toEqual([
      'ann /a/B PERMISSION_MISSING',
      'bob /a/B PERMISSION_MISSING',
      'ann /a/C PERMISSION_MISSING',
      'ann /a/B SIGN_IN_TOO_OLD',
    ]);
    clock.now = 59_999;
    subject.onRefusal(call('ann'), refusal());
    expect(recorded).toHaveLength(4);
    clock.now = 60_000;
    subject.onRefusal(call('ann'), refusal());
    expect(recorded).toHaveLength(5);
  });

  it('are recorded for audited methods alone', () => {
    const { recorder: subject, recorded } = recorder();
    subject.onRefusal(call('ann', '/a/B', false), refusal());
    expect(recorded).toEqual([]);
  });

  it('take no more memory than for 10,000 kinds', () => {
    const { recorder: subject, recorded } = recorder();
    for (let n = 0; n <= 10_000; n++) subject.onRefusal(call(`s${n}`), refusal());
    subject.onRefusal(call('s10000'), refusal());
    expect(recorded).toHaveLength(10_001);
    subject.onRefusal(call('s0'), refusal()); // forgotten for the sake of the newest
    expect(recorded).toHaveLength(10_002);
  });

  it('never fail, and say when they could not be recorded', async () => {
    const { recorder: subject, warnings } = recorder(() => Promise.reject(new Error('down')));
    subject.onRefusal(call('ann'), refusal());
    await subject.settle();
    expect(warnings).toEqual(['refusal not recorded']);
  });
});
