import { Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js';
import { serverLimits } from '@gatehouse/grpc';
import { answer } from '../answer.js';
import { PATH, REPLY } from './call.js';

const asIs = (bytes: Buffer) => bytes;

/** A service of grpc-js with the limits of every service, which does nothing. */
async function serve(): Promise<number> {
  // What is written by hand does not connect again.
  const server = new Server({ ...serverLimits, 'grpc.max_connection_age_ms': 2 ** 31 - 1 });
  const method = {
    path: PATH,
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  };
  server.addService(
    { get: method },
    { get: (_call: unknown, settle: sendUnaryData<Buffer>) => settle(null, REPLY) },
  );
  return new Promise((resolve, reject) => {
    const bound = (error: Error | null, port: number) => (error ? reject(error) : resolve(port));
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), bound);
  });
}

answer({ start: serve });
