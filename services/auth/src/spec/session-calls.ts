import { contract } from '@gatehouse/contracts';
import { Credential } from '@gatehouse/contracts/access';
import {
  SessionServiceClient,
  TokenServiceClient,
  type Session,
  type TokenSet,
} from '@gatehouse/contracts/auth';
import { callUnary, openClient, type UnaryMethod } from '@gatehouse/grpc';
import { PATIENCE_MS } from './patience.js';

/** A session as the browser that began it has it. */
export interface SpecSession extends Session {
  readonly secret: string;
}

/**
 * What a gateway calls for browsers, at one replica.
 *
 * @param device what the browser says it is
 */
export function sessionCalls(port: number, device = 'Spec/1.0') {
  const address = `127.0.0.1:${port}`;
  const sessions = openClient(SessionServiceClient, address, contract);
  const tokens = openClient(TokenServiceClient, address, contract);

  const call = <Request, Reply>(
    method: UnaryMethod<Request, Reply>,
    request: Request,
    accessToken?: string,
  ): Promise<Reply> => {
    const fromDevice: UnaryMethod<Request, Reply> = (message, metadata, options, callback) => {
      metadata.set('client-user-agent', device);
      return method(message, metadata, options, callback);
    };
    return callUnary(fromDevice, request, { timeoutMs: PATIENCE_MS, accessToken });
  };
  return {
    create: async (email: string, password: string): Promise<SpecSession> => {
      const reply = await call(sessions.createSession.bind(sessions), { email, password });
      return { ...reply.session!, secret: reply.sessionSecret! };
    },
    exchange: async (secret: string): Promise<TokenSet> => {
      const request = { subjectToken: secret, subjectTokenType: Credential.SESSION };
      return (await call(tokens.exchange.bind(tokens), request)).tokens!;
    },
    login: async (email: string, password: string): Promise<TokenSet> =>
      (await call(tokens.login.bind(tokens), { email, password })).tokens!,
    refresh: async (refreshToken: string): Promise<TokenSet> =>
      (await call(tokens.refresh.bind(tokens), { refreshToken })).tokens!,
    list: (accessToken: string, pageSize = 0, pageToken = '') =>
      call(sessions.listSessions.bind(sessions), { pageSize, pageToken }, accessToken),
    listOf: (subject: string, accessToken: string, pageSize = 0, pageToken = '') =>
      call(sessions.listSubjectSessions.bind(sessions), { subject, pageSize, pageToken }, accessToken),
    end: (sessionId: string, accessToken: string) =>
      call(sessions.endSession.bind(sessions), { sessionId }, accessToken),
    endOthers: (accessToken: string) => call(sessions.endOtherSessions.bind(sessions), {}, accessToken),
    endOf: (subject: string, accessToken: string, sessionId = '') =>
      call(sessions.endSubjectSessions.bind(sessions), { subject, sessionId }, accessToken),
    close(): void {
      for (const client of [sessions, tokens]) client.close();
    },
  };
}
