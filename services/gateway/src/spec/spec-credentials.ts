import { randomBytes, randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { formatApiKey } from '@gatehouse/api-key';
import { Credential } from '@gatehouse/contracts/access';
import type { ExchangeRequest } from '@gatehouse/contracts/auth';
import { AppError } from '@gatehouse/errors';
import { SESSION_COOKIE } from '@gatehouse/session-cookie';
import type { SpecGateway } from './spec-gateway.js';

/** For specs of which none brings an access token that is bound to a key. */
export const NO_BOUND_TOKENS = { unbind: () => Promise.reject(new Error('nothing is bound')) };

/** A new secret of a session. */
export function specSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** A new API key. */
export function specApiKey(): string {
  return formatApiKey({ environment: 'test', id: randomUUID(), secret: randomBytes(32) });
}

/** The header of a session. */
export function cookieOf(secret: string): { cookie: string } {
  return { cookie: `${SESSION_COOKIE}=${secret}` };
}

/** What auth says to every credential that is not good. */
export function credentialInvalid(): AppError {
  return new AppError({
    code: status.UNAUTHENTICATED,
    reason: 'CREDENTIAL_INVALID',
    domain: 'auth.gatehouse.dev',
    message: 'the credential is not good',
  });
}

/** Lets the backend of a gateway exchange every credential but those that `isGood` refuses. */
export function serveExchange(
  { backend, accessToken }: SpecGateway,
  {
    scope = 'resources:read resources:write',
    claims = {},
    expiresIn = 300,
    isGood = () => true,
  }: {
    readonly scope?: string;
    readonly claims?: Readonly<Record<string, unknown>>;
    readonly expiresIn?: number;
    readonly isGood?: (request: ExchangeRequest) => boolean;
  } = {},
): void {
  backend.behaviour.exchange = (request) => {
    if (!isGood(request)) throw credentialInvalid();
    const credential = request.subjectTokenType === Credential.SESSION ? 'session' : 'api_key';
    const auth_time = Math.floor(Date.now() / 1_000);
    return {
      accessToken: accessToken(scope, { credential, auth_time, ...claims }),
      tokenType: 'Bearer',
      expiresIn,
      refreshToken: '',
      scope,
    };
  };
}
