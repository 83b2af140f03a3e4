import { KeySetServiceService } from '@gatehouse/contracts/auth';
import { Server, ServerCredentials, type UntypedHandleCall } from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';
import { createSigningKey, type SpecSigningKey } from './signing-key.js';

/** An issuer for specs: real access tokens, and the key set where services look for it. */
export interface SpecIssuer {
  /** Its `iss`. */
  readonly issuer: string;
  /** Where its key set is served: `host:port`. */
  readonly address: string;
  readonly port: number;
  readonly signingKey: SpecSigningKey;
  /** An access token of a user. */
  userToken(subject: string, permissions?: readonly string[], claims?: object): string;
  /** An access token of a service, for one other service. */
  serviceToken(clientId: string, audience: string, permissions?: readonly string[], claims?: object): string;
  /** Ends it at once, calls in flight included. */
  close(): void;
}

export interface SpecIssuerOptions {
  /** Free unless given. */
  readonly port?: number;
  /** Fresh unless given. */
  readonly signingKey?: SpecSigningKey;
  /** Adds services to the server of the key set: more of what auth would answer. */
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
  options.extend?.(server);
  const port = await new Promise<number>((resolve, reject) => {
    const bound = (error: Error | null, actual: number) => (error ? reject(error) : resolve(actual));
    server.bindAsync(`127.0.0.1:${options.port ?? 0}`, ServerCredentials.createInsecure(), bound);
  });
  const sign = (claims: object) => {
    const iat = Math.floor(Date.now() / 1_000);
    return signingKey.sign({ iss: ISSUER, jti: randomUUID(), iat, exp: iat + LIFETIME_SECONDS, ...claims });
  };
  return {
    issuer: ISSUER,
    address: `127.0.0.1:${port}`,
    port,
    signingKey,
    userToken: (subject, permissions = [], claims = {}) =>
      sign({
        aud: API_AUDIENCE,
        sub: subject,
        client_id: 'gatehouse-web',
        sid: randomUUID(),
        scope: permissions.join(' '),
        ...claims,
      }),
    serviceToken: (clientId, audience, permissions = [], claims = {}) =>
      sign({ aud: audience, sub: clientId, client_id: clientId, scope: permissions.join(' '), ...claims }),
    close: () => server.forceShutdown(),
  };
}
