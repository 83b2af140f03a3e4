import {
  IssueServiceTokenResponse,
  RevocationServiceService,
  TokenServiceService,
  WatchResponse,
  type GetKeySetResponse,
  type WatchRequest,
} from '@gatehouse/contracts/auth';
import {
  status,
  type sendUnaryData,
  type Server,
  type ServerDuplexStream,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';

/** Seconds that a service token is said to be good for: longer than any run. */
const EXPIRES_IN = 86_400;

/** Adds what a verifier follows: service tokens, and a feed that has a key set and nothing revoked. */
export function addFeedStub(server: Server, keySet: GetKeySetResponse): void {
  server.addService(TokenServiceService, {
    ...absent(TokenServiceService),
    issueServiceToken: (_call: unknown, callback: sendUnaryData<IssueServiceTokenResponse>) => {
      const tokens = { accessToken: 'stub', tokenType: 'Bearer', expiresIn: EXPIRES_IN };
      callback(null, IssueServiceTokenResponse.fromPartial({ tokens }));
    },
  });
  server.addService(RevocationServiceService, { ...absent(RevocationServiceService), watch });

  function watch(stream: ServerDuplexStream<WatchRequest, WatchResponse>): void {
    const send = (message: NonNullable<WatchResponse['message']>) => void stream.write({ message });
    stream.on('data', ({ message }: WatchRequest) => {
      if (message?.$case === 'ping') send({ $case: 'pong', value: { id: message.value.id, readAgeMs: 0n } });
      if (message?.$case !== 'begin') return;
      send({ $case: 'keys', value: { number: 1n, keySet } });
      const nothing = { number: 2n, epoch: 'stub', position: 1n, revocations: [], more: false };
      send({ $case: 'batch', value: nothing });
    });
    stream.on('end', () => stream.end());
  }
}

function absent(service: ServiceDefinition): UntypedServiceImplementation {
  const refuse = (_call: unknown, callback: sendUnaryData<never>) =>
    callback({ code: status.UNIMPLEMENTED, details: 'not part of the issuer' });
  return Object.fromEntries(Object.keys(service).map((name) => [name, refuse]));
}
