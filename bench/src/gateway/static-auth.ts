import { Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js';
import {
  KeySetServiceService,
  RevocationServiceService,
  TokenServiceService,
} from '@gatehouse/contracts/auth';
import { SpecFeed } from '@gatehouse/testing';
import type { JwkSet } from '@gatehouse/tokens';

/**
 * What a gateway needs of auth: the key set and the feed, in which nothing is revoked.
 *
 * @returns the port
 */
export async function serveAuth(keySet: JwkSet): Promise<number> {
  const feed = new SpecFeed(() => ({ keys: [...keySet.keys] }));
  const server = new Server();
  server.addService(KeySetServiceService, {
    getKeySet: (_call: unknown, callback: sendUnaryData<object>) => callback(null, keySet),
  });
  server.addService(TokenServiceService, {
    issueServiceToken: (_call: unknown, callback: sendUnaryData<object>) =>
      callback(null, { tokens: { accessToken: 'of a service', expiresIn: 3_600 } }),
  });
  server.addService(RevocationServiceService, { watch: feed.watch.bind(feed) });
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}
