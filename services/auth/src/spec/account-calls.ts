import { contract } from '@gatehouse/contracts';
import { AccountServiceClient } from '@gatehouse/contracts/auth';
import { callUnary, openClient, type UnaryMethod } from '@gatehouse/grpc';
import { PATIENCE_MS } from './patience.js';

/** What is done to an account by mail and by admins, at one replica. */
export function accountCalls(port: number) {
  const accounts = openClient(AccountServiceClient, `127.0.0.1:${port}`, contract);
  const call = <Request, Reply>(
    method: UnaryMethod<Request, Reply>,
    request: Request,
    accessToken?: string,
    host?: string,
  ): Promise<Reply> => {
    const toHost: UnaryMethod<Request, Reply> = (message, metadata, options, callback) => {
      for (const name of host ? ['x-forwarded-host', 'forwarded-host', 'origin'] : [])
        metadata.set(name, host!);
      return method(message, metadata, options, callback);
    };
    return callUnary(toHost, request, { timeoutMs: PATIENCE_MS, accessToken });
  };
  return {
    /** @param host where the caller says that it is */
    requestReset: (email: string, host?: string) =>
      call(accounts.requestPasswordReset.bind(accounts), { email }, undefined, host),
    reset: (code: string, newPassword: string) =>
      call(accounts.resetPassword.bind(accounts), { code, newPassword }),
    requestVerification: (accessToken: string) =>
      call(accounts.requestEmailVerification.bind(accounts), {}, accessToken),
    verifyEmail: (code: string) => call(accounts.verifyEmail.bind(accounts), { code }),
    suspend: (subject: string, accessToken: string) =>
      call(accounts.suspendAccount.bind(accounts), { subject }, accessToken),
    reinstate: (subject: string, accessToken: string) =>
      call(accounts.reinstateAccount.bind(accounts), { subject }, accessToken),
    close: () => accounts.close(),
  };
}

export type AccountCalls = ReturnType<typeof accountCalls>;
