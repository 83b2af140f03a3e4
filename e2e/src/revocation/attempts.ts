import { AppError } from '@gatehouse/errors';
import { status } from '@grpc/grpc-js';
import { askForTokens } from '../client/connected-app.js';
import { call } from '../client/grpc-clients.js';
import type { Outcome } from '../client/outcome.js';
import { succeeded } from '../client/rest-client.js';
import type { Refreshing } from './effects.js';
import type { Faces, Try } from './faces.js';
import type { Holder, Shown } from './holder.js';

/** The two faces of the system. */
export const PROTOCOLS = ['REST', 'gRPC'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Tries something with a holding, at one replica. */
export type Attempt = (what: Try) => Promise<Outcome>;

/**
 * The ways to use a holding anew, one at each replica: at the gateways over REST; over gRPC by an exchange at each
 * replica of auth, where it needs one, and a call to a replica of resources.
 */
export function attempts(faces: Faces, holder: Holder, holding: Shown, protocol: Protocol): Attempt[] {
  const credential = holder.shown[holding];
  if (protocol === 'REST')
    return faces.gateways.map((_, gateway) => (what) => faces.overRest(gateway, what, credential));
  if (credential.kind === 'access token')
    return faces.resources.map((_, replica) => (what) => faces.overGrpc(replica, what, credential.secret));
  return faces.tokens.map((_, replica) => async (what) => {
    const exchanged = await refusable(faces.exchange(replica, credential));
    return typeof exchanged === 'string' ? faces.overGrpc(replica, what, exchanged) : exchanged;
  });
}

/**
 * What a holding was called with over gRPC before the cause, read with at every replica that verifies. An app was let
 * read resources, and nothing that needs no permission: it is tried at those alone.
 */
export function heldAttempts(faces: Faces, { accessTokens }: Holder, holding: Shown): Attempt[] {
  if (holding === 'access token of an app') return [];
  return faces.verifiers.map((verify) => () => verify(accessTokens[holding]));
}

/** Refreshes once, and tries something with the new access token. Replaces the refresh token of the holder. */
export function refreshed(
  faces: Faces,
  holder: Holder,
  holding: Refreshing,
  protocol: Protocol,
): Promise<Outcome | Attempt> {
  return holding === 'refresh token'
    ? ownRefreshed(faces, holder, protocol)
    : appRefreshed(faces, holder, protocol);
}

/** Apps refresh by OAuth alone: at either gateway, to call over either protocol. */
async function appRefreshed(faces: Faces, { app }: Holder, protocol: Protocol): Promise<Outcome | Attempt> {
  const { gateways } = faces.addresses;
  const gateway = gateways.at(protocol === 'REST' ? 0 : -1)!;
  const form = { grant_type: 'refresh_token', refresh_token: app.refreshToken };
  const { accessToken, refreshToken, error } = await askForTokens(gateway, app.clientId, form);
  if (error === 'invalid_grant' || error === 'invalid_client')
    return { code: 'UNAUTHENTICATED', reason: error };
  if (error !== undefined) throw new Error(`a refresh was answered ${error}`);
  app.refreshToken = refreshToken;
  return (what) =>
    protocol === 'REST'
      ? faces.overRest(0, what, { kind: 'access token', secret: accessToken })
      : faces.overGrpc(0, what, accessToken);
}

async function ownRefreshed(faces: Faces, holder: Holder, protocol: Protocol): Promise<Outcome | Attempt> {
  const { refreshToken } = holder;
  if (protocol === 'REST') {
    const answer = await faces.gateways[0]!.post<Outcome>('/v1/auth/refresh', { refreshToken });
    if (answer.status !== 200) return { code: answer.body.code, reason: answer.body.reason };
    const tokens = succeeded(answer) as unknown as { accessToken: string; refreshToken: string };
    holder.refreshToken = tokens.refreshToken;
    return (what) => faces.overRest(0, what, { kind: 'access token', secret: tokens.accessToken });
  }
  const client = faces.tokens.at(-1)!;
  const reply = await refusable(call(client, client.refresh, { refreshToken }));
  if ('code' in reply) return reply;
  holder.refreshToken = reply.tokens!.refreshToken;
  return (what) => faces.overGrpc(0, what, reply.tokens!.accessToken);
}

/** What a call gives, or how it was refused. */
async function refusable<T>(answer: Promise<T>): Promise<T | Outcome> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: status[error.code] as Outcome['code'], reason: error.reason };
  }
}
