import { Server, ServerCredentials, status, type UntypedHandleCall } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ListResourcesRequest, ResourceServiceService } from '@gatehouse/contracts/resources';
import { openLoad, type Load } from './load.js';

describe('the load', () => {
  const { listResources } = ResourceServiceService;
  const seen: { authorization: unknown; pageSize: number }[] = [];
  let refusedPageSize = -1;
  let server: Server;
  let load: Load;

  const handler: UntypedHandleCall = (
    call: { metadata: { get(key: string): unknown[] }; request: ListResourcesRequest },
    callback: (error: object | null, reply?: object) => void,
  ) => {
    const { pageSize } = call.request;
    seen.push({ authorization: call.metadata.get('authorization')[0], pageSize });
    if (pageSize === refusedPageSize) callback({ code: status.PERMISSION_DENIED });
    else callback(null, { resources: [], nextPageToken: '' });
  };

  beforeAll(async () => {
    server = new Server();
    server.addService({ listResources }, { listResources: handler });
    const port = await new Promise<number>((resolve, reject) => {
      const bound = (error: Error | null, actual: number) => (error ? reject(error) : resolve(actual));
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), bound);
    });
    load = await openLoad(port);
  });
  beforeEach(() => {
    seen.splice(0);
    refusedPageSize = -1;
  });
  afterAll(() => {
    load.close();
    server.forceShutdown();
  });

  const calls = (pageSize: number) => ({
    path: listResources.path,
    message: Buffer.from(
      ListResourcesRequest.encode(ListResourcesRequest.fromPartial({ pageSize })).finish(),
    ).toString('base64'),
    authorizations: ['Bearer one', 'Bearer two', 'Bearer three'],
    count: 100,
  });

  it('makes as many calls as asked for, with the message, in the names of all callers', async () => {
    expect(await load.run(calls(7))).toBeGreaterThan(0);
    expect(seen).toHaveLength(100);
    expect(new Set(seen.map(({ pageSize }) => pageSize))).toEqual(new Set([7]));
    expect(new Set(seen.map(({ authorization }) => authorization)).size).toBe(3);
  });

  it('makes no figure of refusals', async () => {
    refusedPageSize = 3;
    await expect(load.run(calls(3))).rejects.toThrow(String(status.PERMISSION_DENIED));
  });
});
