import { newPerson, withRole, type Person } from '../client/person.js';
import { succeeded, type ShownCredential } from '../client/rest-client.js';
import { sessionSecretOf } from '../client/session-cookie.js';
import type { Faces } from './faces.js';
import { connectApp, registerApp } from '../client/connected-app.js';
import { decodePayload } from '../client/access-token.js';
import type { Holding, STREAMS, StreamHolding } from './effects.js';
import { openGrpcStream, openRestStream, type OpenStream } from './open-stream.js';

/** The holdings that are shown with a call. */
export const SHOWN = [
  'access token',
  'cookie',
  'API key',
  'access token of an app',
] as const satisfies readonly Holding[];
export type Shown = (typeof SHOWN)[number];

/** The holdings that streams are opened with. */
type Streamed = (typeof STREAMS)[StreamHolding];

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
  /** What they have let an app do, of which it holds a refresh token. */
  readonly app: { readonly clientId: string; readonly grantId: string; refreshToken: string };
  readonly shown: Readonly<Record<Shown, ShownCredential>>;
  /** What each is called with over gRPC: itself, or what it was exchanged for. */
  readonly accessTokens: Readonly<Record<Shown, string>>;
  readonly streams: Readonly<Record<Streamed, { readonly REST: OpenStream; readonly gRPC: OpenStream }>>;
}

/**
 * Makes somebody new with one of everything.
 *
 * @param admin registers their app, and makes an admin of them where `isAdmin` says so
 */
export async function newHolder(
  faces: Faces,
  name: string,
  admin: { readonly accessToken: string },
  isAdmin: boolean,
): Promise<Holder> {
  const [rest] = faces.gateways;
  if (!rest) throw new Error('there is no gateway');
  const fresh = await newPerson(rest, name);
  const person = isAdmin ? await withRole(rest, admin, fresh, 'admin') : fresh;
  const { email, password, accessToken } = person;
  const session = await rest.post<{ id: string }>('/v1/sessions', { email, password });
  const permissions = ['resources:read', ...(isAdmin ? ['resources:delete'] : [])];
  const key = { displayName: name, permissions };
  const made = await rest
    .as(accessToken)
    .post<{ apiKey: { id: string }; secret: string }>('/v1/apiKeys', key);
  const refreshed = await rest.post<{ refreshToken: string }>('/v1/auth/refresh', {
    refreshToken: person.refreshToken,
  });
  const spent = { refreshToken: person.refreshToken, at: performance.now() };

  const cookie = sessionSecretOf(session.headers);
  const clientId = await registerApp(rest.as(admin.accessToken), permissions);
  const app = await connectApp(faces.addresses.gateway, clientId, cookie, permissions);

  const shown: Holder['shown'] = {
    'access token': { kind: 'access token', secret: accessToken },
    cookie: { kind: 'session', secret: cookie },
    'API key': { kind: 'api key', secret: succeeded(made).secret },
    'access token of an app': { kind: 'access token', secret: app.accessToken },
  };
  const accessTokens: Holder['accessTokens'] = {
    'access token': accessToken,
    cookie: await faces.exchange(0, shown.cookie),
    'API key': await faces.exchange(0, shown['API key']),
    'access token of an app': app.accessToken,
  };
  const open = async (holding: Streamed) => ({
    REST: await openRestStream(faces.addresses.gateway, shown[holding]),
    gRPC: await openGrpcStream(faces.watched, accessTokens[holding]),
  });
  return {
    person,
    isAdmin,
    refreshToken: succeeded(refreshed).refreshToken,
    spent,
    sessionId: succeeded(session).id,
    apiKeyId: succeeded(made).apiKey.id,
    app: {
      clientId,
      grantId: String(decodePayload(app.accessToken)['sid']),
      refreshToken: app.refreshToken,
    },
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
