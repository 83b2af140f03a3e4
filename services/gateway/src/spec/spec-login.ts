import { status } from '@grpc/grpc-js';
import { AppError } from '@gatehouse/errors';
import type { SpecGateway } from './spec-gateway.js';

/** What the backend takes for a sign-in. */
export const PAGE_CREDENTIALS = { email: 'reader@spec.test', password: 'correct horse battery' } as const;

/** Lets the backend of a gateway answer sign-ins. */
export function serveLogin({ backend, accessToken }: SpecGateway): void {
  backend.behaviour.login = ({ email, password }) => {
    if (email !== PAGE_CREDENTIALS.email || password !== PAGE_CREDENTIALS.password) {
      throw new AppError({
        code: status.UNAUTHENTICATED,
        reason: 'CREDENTIALS_INVALID',
        domain: 'auth.gatehouse.dev',
        message: 'the address or the password is wrong',
      });
    }
    return {
      accessToken: accessToken(),
      tokenType: 'Bearer',
      expiresIn: 300,
      refreshToken: 'r',
      scope: 'resources:read',
    };
  };
}
