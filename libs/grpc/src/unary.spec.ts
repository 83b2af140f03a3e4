import { describe, expect, it } from '@jest/globals';
import { credentials, Server, ServerCredentials, status, type ServerUnaryCall } from '@grpc/grpc-js';
import { ResourceServiceClient, ResourceServiceService } from '@gatehouse/contracts/resources';
import { callUnary, timeoutWithin } from './unary.js';

type Answer = (error: null, reply: object) => void;

describe('a call that is made while another one is served', () => {
  it('takes as long as it would, or as the other one has left, less a margin', () => {
    expect(timeoutWithin(1_000)).toBe(1_000);
    expect(timeoutWithin(1_000, performance.now() + 60_000)).toBe(1_000);
    expect(timeoutWithin(60_000, performance.now() + 1_000)).toBeLessThanOrEqual(980);
    expect(timeoutWithin(60_000, performance.now() + 10)).toBeLessThan(0);
  });

  it('has an earlier deadline at the next hop than at the one before, and is not sent when there is no time', async () => {
    const next = new Server();
    /** What the next hop has, in milliseconds: it hears of a duration, and begins to count when it does. */
    const left: number[] = [];
    next.addService(ResourceServiceService, {
      getResource: (call: ServerUnaryCall<unknown, object>, reply: Answer) => {
        left.push(Number(call.getDeadline()) - Date.now());
        reply(null, {});
      },
    });
    const port = await new Promise<number>((resolve, reject) => {
      const bound = (error: Error | null, actual: number) => (error ? reject(error) : resolve(actual));
      next.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), bound);
    });
    const client = new ResourceServiceClient(`127.0.0.1:${port}`, credentials.createInsecure());
    const get = (within: number) =>
      callUnary(client.getResource.bind(client), { id: '' }, { timeoutMs: 60_000, within });
    await get(performance.now() + 30_000);
    expect(left).toHaveLength(1);
    expect(left[0]).toBeLessThan(30_000);
    await expect(get(performance.now() + 10)).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
    expect(left).toHaveLength(1);
    client.close();
    next.forceShutdown();
  });
});
