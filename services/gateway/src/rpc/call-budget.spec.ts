import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serveExchange, cookieOf, specSecret } from '../spec/spec-credentials.js';
import { startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';
import { CallBudget } from './call-budget.js';

const PATH = '/v1/resources/0190b0a0-0000-7000-8000-000000000001';

const after = <T>(ms: number, value: T) => new Promise<T>((resolve) => setTimeout(resolve, ms, value));

describe('the time of a call', () => {
  it('is less by what was waited for before, and ends at one moment once the call has begun', async () => {
    const budget = new CallBudget(10_000);
    expect(await budget.wait(after(200, 'good'))).toBe('good');
    const { deadline } = budget;
    expect(deadline).toBeLessThanOrEqual(performance.now() + 9_810);
    await budget.wait(after(50, 'better'));
    expect(budget.deadline).toBe(deadline);
  });

  it('is not exceeded by waiting, before the call and after', async () => {
    const never = new Promise<never>(() => undefined);
    await expect(new CallBudget(50).wait(never)).rejects.toMatchObject({ reason: 'DEADLINE_EXCEEDED' });
    const begun = new CallBudget(50);
    expect(begun.deadline).toBeGreaterThan(0);
    await expect(begun.wait(never)).rejects.toMatchObject({ reason: 'DEADLINE_EXCEEDED' });
  });
});

describe('a request whose credential takes long to exchange', () => {
  let gateway: SpecGateway;
  beforeAll(async () => {
    gateway = await startSpecGateway();
    serveExchange(gateway);
  });
  afterAll(() => gateway.stop());

  const read = (seconds: string) =>
    gateway.send(PATH, { headers: { ...cookieOf(specSecret()), 'x-request-timeout': seconds } });

  it('leaves the service what is left of its time', async () => {
    const { exchange } = gateway.backend.behaviour;
    if (!exchange) throw new Error('the backend exchanges nothing');
    gateway.backend.behaviour.exchange = async (request) => after(500, await exchange(request));
    expect((await read('8')).status).toBe(200);
    expect(gateway.backend.callsOf('GetResource')[0]?.remainingMs).toBeLessThanOrEqual(7_520);
    gateway.backend.behaviour.exchange = exchange;
  });

  it('is answered when its time is over, and asks no service', async () => {
    gateway.backend.calls.length = 0;
    gateway.backend.behaviour.exchange = () => new Promise(() => undefined);
    const answer = await read('0.2');
    expect(answer).toMatchObject({ status: 504, json: { reason: 'DEADLINE_EXCEEDED' } });
    expect(gateway.backend.callsOf('GetResource')).toEqual([]);
  });
});
