import { contract } from '@gatehouse/contracts';
import { AccountServiceClient, TokenServiceClient } from '@gatehouse/contracts/auth';
import { fromServiceError, type AppError } from '@gatehouse/errors';
import { openClient, type UnaryMethod } from '@gatehouse/grpc';
import { Metadata } from '@grpc/grpc-js';
import { PATIENCE_MS } from './patience.js';
import { PASSWORD } from './running-auth.js';

/** The settings with which a spec may call from any address, within the limits of everybody. */
export const TRUSTING = { GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1/32', GATEHOUSE_LIMIT_SCALE: '1' };

/** How a call ended. */
export interface Outcome {
  readonly reason: string;
  readonly retryAfterMs: number;
  readonly error?: AppError;
}

/** Calls a replica as a gateway does: for clients at addresses of the spec's choice. */
export function callsFrom(port: number) {
  const target = `127.0.0.1:${port}`;
  const tokens = openClient(TokenServiceClient, target, contract);
  const accounts = openClient(AccountServiceClient, target, contract);
  const from = <Request, Reply>(method: UnaryMethod<Request, Reply>, request: Request, address: string) => {
    const metadata = new Metadata();
    metadata.set('x-client-address', address);
    return new Promise<Outcome>((resolve) => {
      method(request, metadata, { deadline: Date.now() + PATIENCE_MS }, (failure) => {
        const error = failure ? fromServiceError(failure) : undefined;
        resolve({ reason: error?.reason ?? 'OK', retryAfterMs: error?.retryAfterMs ?? 0, error });
      });
    });
  };
  return {
    login: (email: string, address: string, password = PASSWORD) =>
      from(tokens.login.bind(tokens), { email, password }, address),
    refresh: (refreshToken: string, address: string) =>
      from(tokens.refresh.bind(tokens), { refreshToken }, address),
    register: (email: string, address: string, password = 'short') =>
      from(accounts.register.bind(accounts), { email, password, displayName: 'Somebody' }, address),
    requestPasswordReset: (email: string, address: string) =>
      from(accounts.requestPasswordReset.bind(accounts), { email }, address),
    close() {
      tokens.close();
      accounts.close();
    },
  };
}

export type CallsFrom = ReturnType<typeof callsFrom>;
