import type { NewOutboxEvent } from '@gatehouse/postgres';

/** The outbox topic of sign-outs that clients are told. */
export const CLIENT_SIGN_OUT_TOPIC = 'client.SignOut';

/** Who is signed in to a client no more. */
export interface ClientSignOut {
  readonly clientId: string;
  readonly accountId: string;
  /** The session as this client knows it, if it was told of one. */
  readonly sid: string | undefined;
}

/** Says so to the client, once the transaction that ended the session of ours has committed. */
export function clientSignOut(
  sessionId: string,
  { clientId, accountId, sid }: ClientSignOut,
): NewOutboxEvent {
  // A key of its own: a client that does not answer keeps no other from hearing, nor itself from the next.
  const key = `client/${clientId}/${sessionId}`;
  return { topic: CLIENT_SIGN_OUT_TOPIC, key, payload: { clientId, accountId, sid: sid ?? null } };
}
