import { newPerson, withRole, type Person } from '../client/person.js';
import { succeeded, type ShownCredential } from '../client/rest-client.js';
import { sessionSecretOf } from '../client/session-cookie.js';
import type { Faces } from './faces.js';
import type { Holding } from './effects.js';
import { openGrpcStream, openRestStream, type OpenStream } from './open-stream.js';

/** The holdings that are shown with a call. */
export type Shown = Extract<Holding, 'access token' | 'cookie' | 'API key'>;

/** Somebody who holds one of everything, and has used each. */
export interface Holder {
  readonly person: Person;
  readonly isAdmin: boolean;
  /** The refresh token that is good, which a refresh spends. */
  refreshToken: string;
  /** A refresh token of the same family that is spent, and when it was. */
  readonly spent: { readonly refreshToken: string; readonly at: number };
  readonly sessionId: string;
  readonly apiKeyId: string;
  readonly shown: Readonly<Record<Shown, ShownCredential>>;
  /** What each is called with over gRPC: itself, or what it was exchanged for. */
  readonly accessTokens: Readonly<Record<Shown, string>>;
  readonly streams: Readonly<Record<Shown, { readonly REST: OpenStream; readonly gRPC: OpenStream }>>;
}

/**
 * Makes somebody new with one of everything.
 *
 * @param admin makes an admin of them
 */
export async function newHolder(
  faces: Faces,
  name: string,
  admin?: { readonly accessToken: string },
): Promise<Holder> {
  const [rest] = faces.gateways;
  if (!rest) throw new Error('there is no gateway');
  const fresh = await newPerson(rest, name);
  const person = admin ? await withRole(rest, admin, fresh, 'admin') : fresh;
  const { email, password, accessToken } = person;
  const session = await rest.post<{ id: string }>('/v1/sessions', { email, password });
  const key = { displayName: name, permissions: ['resources:read', ...(admin ? ['resources:delete'] : [])] };
  const made = await rest
    .as(accessToken)
    .post<{ apiKey: { id: string }; secret: string }>('/v1/apiKeys', key);
  const refreshed = await rest.post<{ refreshToken: string }>('/v1/auth/refresh', {
    refreshToken: person.refreshToken,
  });
  const spent = { refreshToken: person.refreshToken, at: performance.now() };

  const shown: Holder['shown'] = {
    'access token': { kind: 'access token', secret: accessToken },
    cookie: { kind: 'session', secret: sessionSecretOf(session.headers) },
    'API key': { kind: 'api key', secret: succeeded(made).secret },
  };
  const accessTokens: Holder['accessTokens'] = {
    'access token': accessToken,
    cookie: await faces.exchange(0, shown.cookie),
    'API key': await faces.exchange(0, shown['API key']),
  };
  const open = async (holding: Shown) => ({
    REST: await openRestStream(faces.addresses.gateway, shown[holding]),
    gRPC: await openGrpcStream(faces.watched, accessTokens[holding]),
  });
  return {
    person,
    isAdmin: admin !== undefined,
    refreshToken: succeeded(refreshed).refreshToken,
    spent,
    sessionId: succeeded(session).id,
    apiKeyId: succeeded(made).apiKey.id,
    shown,
    accessTokens,
    streams: {
      'access token': await open('access token'),
      cookie: await open('cookie'),
      'API key': await open('API key'),
    },
  };
}

/** Leaves what a holder still has open. */
export function leaveStreams({ streams }: Holder): void {
  for (const { REST, gRPC } of Object.values(streams)) {
    REST.close();
    gRPC.close();
  }
}
