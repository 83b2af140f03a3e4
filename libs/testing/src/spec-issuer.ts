import {
  KeySetServiceService,
  RevocationServiceService,
  TokenServiceService,
  type IntrospectRequest,
  type IssueServiceTokenRequest,
} from '@gatehouse/contracts/auth';
import {
  Server,
  ServerCredentials,
  status,
  type ServiceDefinition,
  type sendUnaryData,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';
import { createSigningKey, type SpecSigningKey } from './signing-key.js';
import { SpecFeed } from './spec-feed.js';

/** An issuer for specs: real access tokens, and the key set and revocations where services look for them. */
export interface SpecIssuer {
  /** Its `iss`. */
  readonly issuer: string;
  /** Where its key set is served: `host:port`. */
  readonly address: string;
  readonly port: number;
  readonly signingKey: SpecSigningKey;
  /** Its end of every verifier's feed. */
  readonly feed: SpecFeed;
  /** Access tokens it was asked about, and those it says are no good. */
  readonly introspected: string[];
  readonly inactive: Set<string>;
  /** An access token of a user. */
  userToken(subject: string, permissions?: readonly string[], claims?: object): string;
  /** An access token of a service, for one other service. */
  serviceToken(clientId: string, audience: string, permissions?: readonly string[], claims?: object): string;
  /** Ends it at once, calls in flight included. */
  close(): void;
}

/** How an issuer is set up; as auth would be, where nothing is said. */
export interface SpecIssuerOptions {
  /** Free unless given. */
  readonly port?: number;
  /** How it is reached; in the clear unless given. */
  readonly credentials?: ServerCredentials;
  /** Fresh unless given. */
  readonly signingKey?: SpecSigningKey;
  /** Seconds that a service token is said to be good for; 300 unless given. */
  readonly serviceTokenSeconds?: number;
  /** Methods of the token service to answer in another way. */
  readonly tokenService?: UntypedServiceImplementation;
  /** Adds services to the server: more of what auth would answer. */
  readonly extend?: (server: Server) => void;
}

const ISSUER = 'https://auth.gatehouse.test';
const API_AUDIENCE = 'gatehouse-api';
const LIFETIME_SECONDS = 300;

/** Starts an issuer on 127.0.0.1. */
export async function startSpecIssuer(options: SpecIssuerOptions = {}): Promise<SpecIssuer> {
  const signingKey = options.signingKey ?? createSigningKey();
  const server = new Server();
  const getKeySet: UntypedHandleCall = (_call: unknown, callback: (error: null, reply: object) => void) =>
    callback(null, { keys: [signingKey.jwk] });
  server.addService(KeySetServiceService, { getKeySet });
  const feed = new SpecFeed(() => ({ keys: [signingKey.jwk] }));
  const watch: UntypedHandleCall = (stream: Parameters<SpecFeed['watch']>[0]) => feed.watch(stream);
  server.addService(RevocationServiceService, { ...absent(RevocationServiceService), watch });
  const introspected: string[] = [];
  const inactive = new Set<string>();
  server.addService(TokenServiceService, {
    ...absent(TokenServiceService),
    issueServiceToken: (call: { request: IssueServiceTokenRequest }, callback: sendUnaryData<object>) => {
      const { clientId, audience } = call.request;
      const accessToken = serviceToken(clientId, audience);
      const expiresIn = options.serviceTokenSeconds ?? LIFETIME_SECONDS;
      callback(null, {
        tokens: { accessToken, tokenType: 'Bearer', expiresIn, refreshToken: '', scope: '' },
      });
    },
    introspect: ({ request }: { request: IntrospectRequest }, callback: sendUnaryData<object>) => {
      introspected.push(request.token);
      const active = !inactive.has(request.token);
      callback(null, { active, subject: '', scope: '', clientId: '', expiresAt: 0n });
    },
    ...options.tokenService,
  });
  options.extend?.(server);
  const port = await new Promise<number>((resolve, reject) => {
    const bound = (error: Error | null, actual: number) => (error ? reject(error) : resolve(actual));
    const secured = options.credentials ?? ServerCredentials.createInsecure();
    server.bindAsync(`127.0.0.1:${options.port ?? 0}`, secured, bound);
  });
  const sign = (claims: object) => {
    const iat = Math.floor(Date.now() / 1_000);
    return signingKey.sign({ iss: ISSUER, jti: randomUUID(), iat, exp: iat + LIFETIME_SECONDS, ...claims });
  };
  const serviceToken: SpecIssuer['serviceToken'] = (clientId, audience, permissions = [], claims = {}) =>
    sign({ aud: audience, sub: clientId, client_id: clientId, scope: permissions.join(' '), ...claims });
  return {
    issuer: ISSUER,
    address: `127.0.0.1:${port}`,
    port,
    signingKey,
    feed,
    introspected,
    inactive,
    userToken: (subject, permissions = [], claims = {}) =>
      sign({
        aud: API_AUDIENCE,
        sub: subject,
        client_id: 'gatehouse-web',
        sid: randomUUID(),
        credential: 'session',
        scope: permissions.join(' '),
        ...claims,
      }),
    serviceToken,
    close: () => server.forceShutdown(),
  };
}

/** Every method of a service, not there. */
function absent(service: ServiceDefinition): UntypedServiceImplementation {
  const refuse: UntypedHandleCall = (_call: unknown, callback: sendUnaryData<never>) =>
    callback({ code: status.UNIMPLEMENTED, details: 'not part of the spec' });
  return Object.fromEntries(Object.keys(service).map((name) => [name, refuse]));
}
